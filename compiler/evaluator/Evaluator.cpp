//===- Evaluator.cpp - The reference evaluator ----------------------------===//
#include "compiler/evaluator/Evaluator.h"

#include "runtime/reference/registry.h"

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

llvm::Expected<std::vector<runtime::Value>>
evaluateOperation(Operation *op, ArrayRef<const runtime::Value *> operands) {
  runtime::Operation converted = convertOperation(op);
  runtime::ReferenceFunction function = runtime::FindReference(converted.name);
  if (!function)
    return llvm::make_error<UnsupportedError>("no reference semantics for " + converted.name);
  auto results = function(converted.attributes, {operands.data(), operands.size()});
  if (!results.ok())
    return toError(results.status());
  // Those that the operation has: absent optional ones are computed all the same.
  SmallVector<Value> formal = getFormalResults(op);
  if (results->size() < formal.size())
    return llvm::make_error<UnsupportedError>("expected at most " + Twine(results->size()) + " results, found " +
                                              Twine(formal.size()));
  std::vector<runtime::Value> out;
  for (auto [index, result] : llvm::enumerate(formal))
    if (result)
      out.push_back(std::move((*results)[index]));
  return out;
}

} // namespace qcompile
