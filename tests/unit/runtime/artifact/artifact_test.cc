// Parameter images, models and float islands behind the C interface, with a hand-written network.
#include "runtime/artifact/artifact.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "runtime/program/program.h"
#include "gtest/gtest.h"

namespace qcompile::runtime {
namespace {

// z = x + y on floats.
std::string AddProgram() {
  Program program;
  program.num_values = 3;
  program.inputs = {{"x", DataType::Float32(), {2}, 0}, {"y", DataType::Float32(), {2}, 1}};
  program.outputs = {{"z", DataType::Float32(), {2}, 2}};
  Operation add;
  add.name = "onnx.Add";
  add.label = "sum";
  add.operands = {0, 1};
  add.results = {2};
  program.operations = {add};
  return SerializeProgram(program);
}

struct Image {
  explicit Image(const std::string &program)
      : size((64 + program.size() + 63) / 64 * 64),
        bytes(static_cast<char *>(std::aligned_alloc(64, size)), std::free) {
    std::memset(bytes.get(), 0, size);
    std::memcpy(bytes.get() + 64, program.data(), program.size());
    qcrt_image_header header = {};
    std::memcpy(header.magic, "QCPARAM", 8);
    header.size = size;
    header.ports_at = 64;
    header.ports_size = program.size();
    std::memcpy(bytes.get(), &header, sizeof(header));
    header.hash = qcrt_image_hash(bytes.get() + QCRT_IMAGE_HASHED_AT, size - QCRT_IMAGE_HASHED_AT);
    std::memcpy(bytes.get(), &header, sizeof(header));
    hash = header.hash;
  }
  size_t size;
  std::unique_ptr<char, void (*)(void *)> bytes;
  uint64_t hash = 0;
};

int32_t RunIsland(const qcrt_context *context, const void *const *inputs, void *const *outputs) {
  return qcrt_program_run(context->programs[0], inputs, outputs) == 0 ? QCRT_OK : QCRT_ISLAND_FAILED;
}

TEST(Model, RunsAnIsland) {
  const std::string program = AddProgram();
  const Image image(program);
  const qcrt_image_range range = {64, program.size()};
  const qcrt_descriptor descriptor = {QCRT_ABI_VERSION, image.size,     image.hash, 100, 1,
                                      &range,           &qcrt_programs, RunIsland};
  char message[256] = "";
  qcrt_model *model = qcrt_model_create(&descriptor, image.bytes.get(), image.size, message, 256);
  ASSERT_NE(model, nullptr) << message;
  const float x[] = {1, 2}, y[] = {0.5, -4};
  float z[2] = {};
  const void *inputs[] = {x, y};
  void *outputs[] = {z};
  EXPECT_EQ(qcrt_model_run(model, inputs, outputs), QCRT_OK);
  EXPECT_EQ(z[0], 1.5f);
  EXPECT_EQ(z[1], -2.0f);
  qcrt_model_close(model);
}

TEST(Model, RefusesAnIslandThatIsNotAProgram) {
  const Image image("no program at all");
  const qcrt_image_range range = {64, 17};
  const qcrt_descriptor descriptor = {QCRT_ABI_VERSION, image.size,     image.hash, 0, 1,
                                      &range,           &qcrt_programs, RunIsland};
  char message[256] = "";
  EXPECT_EQ(qcrt_model_create(&descriptor, image.bytes.get(), image.size, message, 256), nullptr);
  EXPECT_STRNE(message, "");
  // Messages are optional.
  EXPECT_EQ(qcrt_model_create(&descriptor, image.bytes.get(), image.size, nullptr, 0), nullptr);
}

TEST(Model, RefusesAnotherInterfaceVersionAndMissingFiles) {
  const Image image(AddProgram());
  qcrt_descriptor descriptor = {QCRT_ABI_VERSION + 1, image.size, image.hash, 0, 0, nullptr, nullptr, RunIsland};
  char message[256] = "";
  EXPECT_EQ(qcrt_model_create(&descriptor, image.bytes.get(), image.size, message, 256), nullptr);
  EXPECT_STREQ(message, "expected a network of runtime interface 1, found 2");
  descriptor.abi_version = QCRT_ABI_VERSION;
  EXPECT_EQ(qcrt_model_open(&descriptor, "/no/such/file", message, 256), nullptr);
  EXPECT_NE(std::string(message).find("cannot open '/no/such/file'"), std::string::npos);
}

TEST(Image, EveryChangedByteIsNoticed) {
  const Image image(AddProgram());
  std::vector<char> copy(image.bytes.get(), image.bytes.get() + image.size);
  EXPECT_EQ(qcrt_image_check(copy.data(), copy.size(), nullptr, 0), 0);
  for (size_t i = 0; i < copy.size(); ++i) {
    copy[i] ^= 1;
    EXPECT_EQ(qcrt_image_check(copy.data(), copy.size(), nullptr, 0), -1) << i;
    copy[i] ^= 1;
  }
  for (size_t size = 0; size < copy.size(); ++size) {
    EXPECT_EQ(qcrt_image_check(copy.data(), size, nullptr, 0), -1);
  }
}

} // namespace
} // namespace qcompile::runtime
