// Latency of one run of a compiled artifact: artifact_bench FOLDER NAME [ROUNDS].
//
// Loads FOLDER/NAME.so with its parameters, runs it on one fixed random input per round of at least
// a millisecond, and prints the minimum and the median time of a run in nanoseconds.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "runtime/artifact/artifact.h"
#include "runtime/program/program.h"

namespace {

using qcompile::runtime::DataType;
using qcompile::runtime::Port;
using qcompile::runtime::Tensor;

[[noreturn]] void Fail(const std::string &message) {
  std::fprintf(stderr, "artifact_bench: %s\n", message.c_str());
  std::exit(1);
}

template <typename Function> Function Find(void *library, const std::string &name) {
  void *found = dlsym(library, name.c_str());
  if (found == nullptr)
    Fail("the library does not export " + name);
  return reinterpret_cast<Function>(found);
}

Tensor RandomTensor(const Port &port, std::mt19937_64 &random) {
  Tensor tensor(port.type, port.shape);
  if (port.type == DataType::Float32()) {
    for (float &value : tensor.MutableData<float>()) {
      value = static_cast<float>(random() % 256) / 255;
    }
    return tensor;
  }
  std::vector<int64_t> ones(static_cast<size_t>(tensor.size()), port.type.MaxValue());
  return *Tensor::FromIntegers(port.type, port.shape, ones);
}

double NanosecondsPerRun(const std::vector<double> &rounds, double quantile) {
  return rounds[static_cast<size_t>(quantile * static_cast<double>(rounds.size() - 1))];
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3)
    Fail("usage: artifact_bench FOLDER NAME [ROUNDS]");
  const std::string folder = argv[1], name = argv[2];
  const int rounds = argc > 3 ? std::max(1, std::atoi(argv[3])) : 101;
  void *library = dlopen((folder + "/" + name + ".so").c_str(), RTLD_NOW);
  if (library == nullptr)
    Fail(dlerror());
  const std::string parameters = folder + "/weights/" + name + ".bin";
  std::ifstream file(parameters, std::ios::binary);
  const std::string image{std::istreambuf_iterator<char>(file), {}};
  char message[256] = "";
  if (qcrt_image_check(image.data(), image.size(), message, sizeof(message)) != 0)
    Fail(message);
  qcrt_image_header header;
  std::memcpy(&header, image.data(), sizeof(header));
  auto ports = qcompile::runtime::ParseProgram(
      {reinterpret_cast<const uint8_t *>(image.data()) + header.ports_at, header.ports_size});
  if (!ports.ok())
    Fail(std::string(ports.status().message()));

  auto open = Find<qcrt_model *(*)(const char *, char *, size_t)>(library, name + "_open");
  auto run = Find<decltype(&qcrt_model_run)>(library, name + "_run_tensors");
  qcrt_model *model = open(parameters.c_str(), message, sizeof(message));
  if (model == nullptr)
    Fail(message);
  std::mt19937_64 random(1);
  std::vector<Tensor> tensors;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
  for (const Port &port : ports->inputs)
    tensors.push_back(RandomTensor(port, random));
  for (size_t i = 0; i < tensors.size(); ++i) {
    if (i < header.input_count) {
      inputs.push_back(tensors[i].bytes().data());
    } else {
      outputs.push_back(tensors[i].MutableBytes().data());
    }
  }

  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  int64_t runs = 1;
  while (static_cast<int>(times.size()) < rounds) {
    const auto start = Clock::now();
    for (int64_t i = 0; i < runs; ++i) {
      if (run(model, inputs.data(), outputs.data()) != QCRT_OK)
        Fail("a run failed");
    }
    const double elapsed = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    if (elapsed < 1e6) {
      runs *= 2;
    } else {
      times.push_back(elapsed / static_cast<double>(runs));
    }
  }
  std::sort(times.begin(), times.end());
  std::printf("%s: minimum %.0f ns, median %.0f ns per run (%d rounds of %lld)\n", name.c_str(),
              NanosecondsPerRun(times, 0), NanosecondsPerRun(times, 0.5), rounds, static_cast<long long>(runs));
  return 0;
}
