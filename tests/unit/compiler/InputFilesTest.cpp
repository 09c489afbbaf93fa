//===- InputFilesTest.cpp - Archives, pictures and test data sets ---------===//
#include <fstream>

#include <zip.h>
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#include <stb_image_write.h>

#include "compiler/io/InputData.h"
#include "compiler/io/Npy.h"
#include "onnx/onnx_pb.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

using runtime::DataType;
using runtime::Port;
using runtime::Shape;
using runtime::Tensor;

class InputFilesTest : public testing::Test {
protected:
  InputFilesTest() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("qcompile-test", folder)); }
  ~InputFilesTest() override { (void)llvm::sys::fs::remove_directories(folder); }

  std::string path(const std::string &name) {
    std::string out = (folder + "/" + name).str();
    llvm::StringRef parent = llvm::StringRef(out).rsplit('/').first;
    EXPECT_FALSE(llvm::sys::fs::create_directories(parent));
    return out;
  }
  std::string write(const std::string &name, const std::string &contents) {
    std::ofstream(path(name), std::ios::binary) << contents;
    return path(name);
  }
  std::string writeNpz(const std::string &name, std::vector<std::pair<std::string, std::string>> files) {
    zip_t *archive = zip_open(path(name).c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    for (const auto &[file, contents] : files)
      zip_file_add(archive, file.c_str(), zip_source_buffer(archive, contents.data(), contents.size(), 0), 0);
    EXPECT_EQ(zip_close(archive), 0);
    return path(name);
  }
  static std::string floats(Shape shape, float first) {
    std::vector<float> values(runtime::NumElements(shape));
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = first + float(i);
    return formatNpy(Tensor::FromFloats(shape, values));
  }
  void writeTensor(const std::string &name, std::vector<float> values) {
    onnx::TensorProto tensor;
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(1);
    tensor.add_dims(int64_t(values.size()));
    for (float value : values)
      tensor.add_float_data(value);
    write(name, tensor.SerializeAsString());
  }
  /// A picture of 2 x 1 pixels whose channels are 10, 20, 30 and 40, 50, 60.
  std::string writePicture(const std::string &name, int channels = 3) {
    const uint8_t pixels[] = {10, 20, 30, 40, 50, 60};
    EXPECT_TRUE(stbi_write_png(path(name).c_str(), 2, 1, channels, pixels, 0));
    return path(name);
  }

  InputBatches read(const std::vector<std::string> &settings, const std::vector<Port> &ports,
                    const SampleOptions &options = {}) {
    auto inputs = readInputs(settings, ports, [](const std::string &) {}, options);
    if (inputs)
      return std::move(*inputs);
    ADD_FAILURE() << llvm::toString(inputs.takeError());
    return InputBatches();
  }
  std::string errorOf(const std::vector<std::string> &settings, const std::vector<Port> &ports,
                      const SampleOptions &options = {}) {
    auto inputs = readInputs(settings, ports, [](const std::string &) {}, options);
    return inputs ? "" : llvm::toString(inputs.takeError());
  }
  static Port port(Shape shape, std::string name = "x", DataType type = DataType::Float32()) {
    return {std::move(name), type, std::move(shape), 0};
  }
  static std::vector<float> numbers(const InputBatches &inputs, size_t batch = 0, size_t port = 0) {
    if (batch >= inputs.batches.size())
      return {};
    auto values = inputs.batches[batch][port].Floats();
    return {values.begin(), values.end()};
  }

  llvm::SmallString<128> folder;
};

//===----------------------------------------------------------------------===//
// Archives
//===----------------------------------------------------------------------===//

TEST_F(InputFilesTest, ArrayOfAnArchive) {
  std::string one = writeNpz("one.npz", {{"a.npy", floats({3, 2}, 0)}, {"readme.txt", "text"}});
  std::string two = writeNpz("two.npz", {{"a.npy", floats({3, 2}, 0)}, {"x.npy", floats({2, 2}, 50)}});
  EXPECT_EQ(read({one}, {port({1, 2})}).samples, 3) << "the only array";
  EXPECT_EQ(numbers(read({two}, {port({1, 2})})), (std::vector<float>{50, 51})) << "the array named like the input";
  EXPECT_EQ(numbers(read({two + ":a"}, {port({1, 2})}), 2), (std::vector<float>{4, 5}));
  EXPECT_EQ(numbers(read({"x=" + two + ":a"}, {port({1, 2})})), (std::vector<float>{0, 1}));
  EXPECT_EQ(errorOf({two + ":b"}, {port({1, 2})}), "'" + two + "' has no array 'b', it has 'a', 'x'");
  EXPECT_EQ(errorOf({two}, {port({1, 2}, "y")}),
            "'" + two + "' has several arrays, expected one to be named as in '" + two + ":a'; it has 'a', 'x'");
}

TEST_F(InputFilesTest, DamagedArchives) {
  std::string good = writeNpz("good.npz", {{"a.npy", floats({64, 64}, 0)}});
  std::ifstream stream(good, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  ASSERT_GT(bytes.size(), 100u);
  // Cut short, and one byte changed, anywhere: an answer every time.
  for (size_t i = 0; i < bytes.size(); i += 1 + bytes.size() / 200) {
    (void)errorOf({write("cut.npz", bytes.substr(0, i))}, {port({1, 64})});
    std::string changed = bytes;
    changed[i] = char(~changed[i]);
    (void)errorOf({write("changed.npz", changed)}, {port({1, 64})});
  }
  EXPECT_NE(errorOf({write("text.npz", "text")}, {port({1})}).find("is not an npz archive"), std::string::npos);
  EXPECT_NE(errorOf({(folder + "/absent.npz").str()}, {port({1})}).find("No such file"), std::string::npos);
  std::string none = writeNpz("none.npz", {{"readme.txt", "text"}});
  EXPECT_EQ(errorOf({none}, {port({1})}), "'" + none + "' holds no arrays");
  std::string bad = writeNpz("bad.npz", {{"a.npy", "text"}});
  EXPECT_NE(errorOf({bad}, {port({1})}).find("bad.npz:a': not a npy array"), std::string::npos);
}

//===----------------------------------------------------------------------===//
// Pictures
//===----------------------------------------------------------------------===//

TEST_F(InputFilesTest, ChannelsFirstAndLast) {
  std::string picture = writePicture("a.png");
  EXPECT_EQ(numbers(read({picture}, {port({1, 3, 1, 2})})), (std::vector<float>{10, 40, 20, 50, 30, 60}));
  const uint8_t pixels[] = {10, 20, 30, 40, 50, 60};
  ASSERT_TRUE(stbi_write_png(path("tall.png").c_str(), 1, 2, 3, pixels, 0));
  EXPECT_EQ(numbers(read({path("tall.png")}, {port({1, 2, 1, 3})})), (std::vector<float>{10, 20, 30, 40, 50, 60}));
}

TEST_F(InputFilesTest, PixelsAreShiftedThenScaled) {
  std::string picture = writePicture("a.png");
  SampleOptions options;
  options.mean = {10, 20, 30};
  options.scale = {0.5};
  EXPECT_EQ(numbers(read({picture}, {port({1, 3, 1, 2})}, options)), (std::vector<float>{0, 15, 0, 15, 0, 15}));
  options.mean = {1, 2};
  EXPECT_EQ(errorOf({picture}, {port({1, 3, 1, 2})}, options),
            "--mean: expected 1 number or 3, one per channel of input 'x', found 2");
}

TEST_F(InputFilesTest, FoldersAreSortedByName) {
  writePicture("p/b.png");
  stbi_write_png(path("p/a.PNG").c_str(), 2, 1, 1, "\x01\x02", 0);
  stbi_write_png(path("p/c.png").c_str(), 2, 1, 1, "\x03\x04", 0);
  write("p/notes.txt", "text");
  write("p/.hidden.png", "text");
  InputBatches inputs = read({(folder + "/p").str()}, {port({1, 1, 1, 2})});
  EXPECT_EQ(inputs.samples, 3);
  EXPECT_EQ(numbers(inputs, 0), (std::vector<float>{1, 2}));
  EXPECT_EQ(numbers(inputs, 2), (std::vector<float>{3, 4}));
  SampleOptions options;
  options.skip = 2;
  EXPECT_EQ(numbers(read({(folder + "/p").str()}, {port({1, 1, 1, 2})}, options)), (std::vector<float>{3, 4}));
  options.samples = 2;
  EXPECT_EQ(errorOf({(folder + "/p").str()}, {port({1, 1, 1, 2})}, options),
            "'" + (folder + "/p").str() + "': expected 2 samples behind the 2 to skip, found 1");
}

TEST_F(InputFilesTest, IntegerInputsTakePixelsAsTheyAre) {
  InputBatches inputs = read({writePicture("a.png")}, {port({1, 3, 1, 2}, "x", DataType::Unsigned(8))});
  ASSERT_EQ(inputs.samples, 1);
  EXPECT_EQ(inputs.batches[0][0].ToIntegers(), (std::vector<int64_t>{10, 40, 20, 50, 30, 60}));
}

TEST_F(InputFilesTest, JpegIsRead) {
  // One colour survives JPEG up to a step or two.
  std::vector<uint8_t> grey(16 * 8, 100);
  ASSERT_TRUE(stbi_write_jpg(path("a.jpg").c_str(), 16, 8, 1, grey.data(), 95));
  std::vector<float> values = numbers(read({path("a.jpg")}, {port({1, 1, 8, 16})}));
  ASSERT_EQ(values.size(), 128u);
  for (float value : values)
    EXPECT_NEAR(value, 100, 2);
}

TEST_F(InputFilesTest, PicturesThatDoNotFit) {
  std::string picture = writePicture("a.png");
  EXPECT_EQ(errorOf({picture}, {port({1, 3, 4, 4})}),
            "'" + picture + "': expected a picture of 4x4 pixels, found 2x1; bring pictures to the model's size first");
  EXPECT_NE(errorOf({picture}, {port({1, 6})}).find("input 'x' takes no pictures"), std::string::npos);
  EXPECT_NE(errorOf({write("text.png", "text")}, {port({1, 1, 1, 2})}).find("is no picture"), std::string::npos);
  write("empty/readme.txt", "text");
  EXPECT_NE(errorOf({(folder + "/empty").str()}, {port({1, 1, 1, 2})}).find("holds no pictures"), std::string::npos);
  std::ifstream stream(picture, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  // The length of the second part, behind the signature of 8 bytes and a header of 25, as 768 MiB.
  std::string longer = bytes;
  longer[33] = 0x30;
  EXPECT_NE(errorOf({write("longer.png", longer)}, {port({1, 3, 1, 2})}).find("a part of it is longer than the file"),
            std::string::npos);
  for (size_t i = 0; i < bytes.size(); ++i) {
    (void)errorOf({write("cut.png", bytes.substr(0, i))}, {port({1, 3, 1, 2})});
    std::string changed = bytes;
    changed[i] = char(~changed[i]);
    (void)errorOf({write("changed.png", changed)}, {port({1, 3, 1, 2})});
  }
}

//===----------------------------------------------------------------------===//
// Test data sets
//===----------------------------------------------------------------------===//

TEST_F(InputFilesTest, TestDataSetsAreSamplesInTheOrderOfTheirNumbers) {
  for (int set : {0, 2, 10}) {
    std::string name = "sets/test_data_set_" + std::to_string(set);
    writeTensor(name + "/input_0.pb", {float(set), 1});
    writeTensor(name + "/input_1.pb", {float(set) + 100});
  }
  std::string sets = (folder + "/sets").str();
  std::vector<Port> ports = {port({1, 2}), port({1, 1}, "y")};
  InputBatches inputs = read({sets}, ports);
  ASSERT_EQ(inputs.samples, 3);
  EXPECT_EQ(numbers(inputs, 2, 0), (std::vector<float>{10, 1}));
  EXPECT_EQ(numbers(inputs, 1, 1), (std::vector<float>{102}));
  // One set, one input of it.
  EXPECT_EQ(numbers(read({"y=" + sets + "/test_data_set_2", "x=" + sets + "/test_data_set_0"}, ports), 0, 1),
            (std::vector<float>{102}));
  EXPECT_NE(errorOf({sets}, {port({1, 3})}).find("expected 3 elements per sample"), std::string::npos);
  EXPECT_NE(errorOf({sets}, {port({1, 2}), port({1, 1}, "y"), port({1}, "z")}).find("input_2.pb"), std::string::npos);
}

//===----------------------------------------------------------------------===//
// Samples
//===----------------------------------------------------------------------===//

TEST_F(InputFilesTest, SkippedAndTakenSamples) {
  std::string file = write("a.npy", floats({5, 2}, 0));
  SampleOptions options;
  options.skip = 1;
  options.samples = 3;
  InputBatches inputs = read({file}, {port({2, 2})}, options);
  EXPECT_EQ(inputs.samples, 3);
  EXPECT_EQ(numbers(inputs, 0), (std::vector<float>{2, 3, 4, 5}));
  EXPECT_EQ(numbers(inputs, 1), (std::vector<float>{6, 7, 6, 7})) << "the last batch is padded";
  options.samples = 5;
  EXPECT_EQ(errorOf({file}, {port({2, 2})}, options), "input 'x': expected 5 samples behind the 1 to skip, found 4");
  options = {9, 0};
  EXPECT_EQ(errorOf({file}, {port({2, 2})}, options), "input 'x': expected more than the 9 samples to skip, found 5");
}

TEST_F(InputFilesTest, JoinedInputsAreReadBack) {
  std::vector<Port> ports = {port({2, 3})};
  InputBatches inputs = makeRandomInputs(ports, 5, 1);
  std::vector<Tensor> joined = joinInputs(inputs);
  ASSERT_EQ(joined.size(), 1u);
  EXPECT_EQ(joined[0].shape(), (Shape{5, 3}));
  InputBatches again = read({write("a.npy", formatNpy(joined[0]))}, ports);
  EXPECT_EQ(again.samples, 5);
  for (size_t i = 0; i < 3; ++i)
    EXPECT_TRUE(again.batches[i][0] == inputs.batches[i][0]);
}

TEST_F(InputFilesTest, ChannelNumbers) {
  auto parse = [](llvm::StringRef text) {
    auto numbers = parseChannelNumbers(text);
    return numbers ? *numbers : (llvm::consumeError(numbers.takeError()), std::vector<double>());
  };
  EXPECT_EQ(parse("1/255"), std::vector<double>{1.0 / 255});
  EXPECT_EQ(parse("0.5, 2,-1e3"), (std::vector<double>{0.5, 2, -1000}));
  for (llvm::StringRef bad : {"", "x", "1/0", "1/", "1,,2", "nan", "inf"})
    EXPECT_TRUE(parse(bad).empty()) << bad.str();
}

} // namespace
} // namespace qcompile
