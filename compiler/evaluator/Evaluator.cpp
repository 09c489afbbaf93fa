//===- Evaluator.cpp - The reference evaluator ----------------------------===//
#include "compiler/evaluator/Evaluator.h"

using namespace mlir;

namespace qcompile {

char UnsupportedError::ID = 0;

llvm::Error toError(const absl::Status &status) {
  if (status.ok())
    return llvm::Error::success();
  std::string message(status.message());
  return absl::IsUnimplemented(status) ? llvm::make_error<UnsupportedError>(message)
                                       : llvm::createStringError(std::move(message));
}

Code getCode(const llvm::Error &error, Code otherwise) {
  return error.isA<UnsupportedError>() ? Code::I003 : otherwise;
}

llvm::Expected<Evaluator> Evaluator::create(func::FuncOp function) {
  DenseMap<Value, int32_t> ids;
  llvm::Expected<runtime::Program> program = buildProgram(function, &ids);
  if (!program)
    return program.takeError();
  auto executor = runtime::ProgramExecutor::Create(std::move(*program));
  if (!executor.ok())
    return toError(executor.status());
  return Evaluator(std::move(*executor), std::move(ids));
}

llvm::Expected<std::vector<runtime::Tensor>> Evaluator::run(ArrayRef<runtime::Tensor> inputs) {
  if (absl::Status status = executor.Run({inputs.data(), inputs.size()}); !status.ok())
    return toError(status);
  std::vector<runtime::Tensor> out;
  for (size_t i = 0; i < executor.program().outputs.size(); ++i)
    out.push_back(executor.output(i));
  return out;
}

const runtime::Value *Evaluator::lookup(Value value) const {
  auto it = ids.find(value);
  return it == ids.end() ? nullptr : &executor.value(it->second);
}

llvm::Expected<PreparedOperation> PreparedOperation::create(Operation *op) {
  runtime::Operation converted = convertOperation(op);
  PreparedOperation out;
  out.function = runtime::FindReference(converted.name);
  if (!out.function)
    return llvm::make_error<UnsupportedError>("no reference semantics for " + converted.name);
  out.attributes = std::move(converted.attributes);
  for (Value result : getFormalResults(op))
    out.present.push_back(result != nullptr);
  return out;
}

llvm::Expected<std::vector<runtime::Value>>
PreparedOperation::operator()(ArrayRef<const runtime::Value *> operands) const {
  auto results = function(attributes, {operands.data(), operands.size()});
  if (!results.ok())
    return toError(results.status());
  // Those that the operation has: absent optional ones are computed all the same.
  if (results->size() < present.size())
    return llvm::make_error<UnsupportedError>("expected at most " + Twine(results->size()) + " results, found " +
                                              Twine(present.size()));
  std::vector<runtime::Value> out;
  for (auto [index, isPresent] : llvm::enumerate(present))
    if (isPresent)
      out.push_back(std::move((*results)[index]));
  return out;
}

llvm::Expected<std::vector<runtime::Value>> evaluateOperation(Operation *op,
                                                              ArrayRef<const runtime::Value *> operands) {
  llvm::Expected<PreparedOperation> prepared = PreparedOperation::create(op);
  if (!prepared)
    return prepared.takeError();
  return (*prepared)(operands);
}

} // namespace qcompile
