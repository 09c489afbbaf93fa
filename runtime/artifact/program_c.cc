// Float islands behind the C interface: the only part of an artifact that needs C++ libraries.
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/artifact/artifact.h"
#include "runtime/program/program.h"

using qcompile::runtime::Port;
using qcompile::runtime::ProgramExecutor;
using qcompile::runtime::Tensor;

struct qcrt_program {
  explicit qcrt_program(ProgramExecutor program_executor) : executor(std::move(program_executor)) {}
  ProgramExecutor executor;
  std::string message;
};

namespace {

// Bipolar, boolean and narrow integer tensors come from the network's own kernels or were checked
// by it, so that their elements are values of their types.
Tensor CopyIn(const Port& port, const void* bytes) {
  Tensor tensor(port.type, port.shape);
  const absl::Span<uint8_t> to = tensor.MutableBytes();
  if (!to.empty()) std::memcpy(to.data(), bytes, to.size());
  return tensor;
}

absl::Status RunProgram(qcrt_program* program, const void* const* inputs, void* const* outputs) {
  const auto& ports = program->executor.program();
  std::vector<Tensor> tensors;
  tensors.reserve(ports.inputs.size());
  for (size_t i = 0; i < ports.inputs.size(); ++i) {
    tensors.push_back(CopyIn(ports.inputs[i], inputs[i]));
  }
  if (absl::Status status = program->executor.Run(tensors); !status.ok()) return status;
  for (size_t i = 0; i < ports.outputs.size(); ++i) {
    const Tensor& tensor = program->executor.output(i);
    const Port& port = ports.outputs[i];
    if (tensor.type() != port.type || tensor.shape() != port.shape) {
      return absl::InternalError(absl::StrCat(
          "a float part gave another output than the model was compiled for: expected '", port.name,
          "' ", port.type.ToString(), " ", qcompile::runtime::ShapeToString(port.shape), ", found ",
          tensor.type().ToString(), " ", qcompile::runtime::ShapeToString(tensor.shape())));
    }
    if (!tensor.bytes().empty()) {
      std::memcpy(outputs[i], tensor.bytes().data(), tensor.bytes().size());
    }
  }
  return absl::OkStatus();
}

void Report(const absl::Status& status, char* message, size_t message_size) {
  const absl::string_view text = status.message();
  std::snprintf(message, message_size, "%.*s", static_cast<int>(text.size()), text.data());
}

}  // namespace

extern "C" {

qcrt_program* qcrt_program_open(const void* bytes, uint64_t size, char* message,
                                size_t message_size) {
  auto program = qcompile::runtime::ParseProgram(
      {static_cast<const uint8_t*>(bytes), static_cast<size_t>(size)});
  if (!program.ok()) {
    Report(program.status(), message, message_size);
    return nullptr;
  }
  auto executor = ProgramExecutor::Create(*std::move(program));
  if (!executor.ok()) {
    Report(executor.status(), message, message_size);
    return nullptr;
  }
  return new qcrt_program(*std::move(executor));
}

int32_t qcrt_program_run(qcrt_program* program, const void* const* inputs, void* const* outputs) {
  const absl::Status status = RunProgram(program, inputs, outputs);
  program->message = std::string(status.message());
  return status.ok() ? 0 : -1;
}

const char* qcrt_program_message(const qcrt_program* program) { return program->message.c_str(); }

void qcrt_program_close(qcrt_program* program) { delete program; }

const qcrt_program_functions qcrt_programs = {qcrt_program_open, qcrt_program_run,
                                              qcrt_program_message, qcrt_program_close};

}  // extern "C"
