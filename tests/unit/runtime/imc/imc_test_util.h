// Helpers of the imc tests.
#ifndef QCOMPILE_TESTS_UNIT_RUNTIME_IMC_IMC_TEST_UTIL_H_
#define QCOMPILE_TESTS_UNIT_RUNTIME_IMC_IMC_TEST_UTIL_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "runtime/core/tensor.h"
#include "runtime/imc/assembler.h"
#include "runtime/imc/program.h"
#include "runtime/imc/simulator.h"
#include "gtest/gtest.h"

namespace qcompile::runtime::imc {

inline absl::Span<const uint8_t> Bytes(const std::string &text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}

inline Tensor Integers(DataType type, Shape shape, const std::vector<int64_t> &values) {
  auto tensor = Tensor::FromIntegers(type, std::move(shape), values);
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  return *tensor;
}

// A value of the type, drawn so that the extremes come often.
inline int64_t RandomCode(DataType type, std::mt19937_64 &random) {
  if (type == DataType::Bipolar())
    return random() % 2 ? 1 : -1;
  switch (random() % 6) {
  case 0:
    return type.MinValue();
  case 1:
    return type.MaxValue();
  default:
    return type.MinValue() +
           static_cast<int64_t>(random() % static_cast<uint64_t>(type.MaxValue() - type.MinValue() + 1));
  }
}

inline Program MustAssemble(const std::string &text) {
  auto program = Assemble(text);
  EXPECT_TRUE(program.ok()) << program.status();
  return program.ok() ? *program : Program{};
}

// The message with which the program fails, or "ok".
inline std::string FailureOf(const Program &program, const std::vector<Tensor> &inputs) {
  auto simulator = Simulator::Create(program);
  if (!simulator.ok())
    return std::string(simulator.status().message());
  auto outputs = simulator->Run(inputs);
  return outputs.ok() ? "ok" : std::string(outputs.status().message());
}

} // namespace qcompile::runtime::imc

#endif // QCOMPILE_TESTS_UNIT_RUNTIME_IMC_IMC_TEST_UTIL_H_
