//===- Listing.cpp - A network as readable text ---------------------------===//
#include "Listing.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "dialects/onnx/NodeLocation.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace example {

namespace {
class Writer {
public:
  explicit Writer(llvm::raw_ostream &os) : os(os) {}

  void write(func::FuncOp function) {
    for (BlockArgument argument : function.getArguments()) {
      auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), qcompile::kPortNameAttr);
      os << "input " << define(argument) << " " << argument.getType();
      os << " ; " << (name ? name.getValue() : "unnamed") << "\n";
    }
    for (Operation &op : function.front().without_terminator())
      write(op);
    for (Value value : function.front().getTerminator()->getOperands())
      os << "output " << names.lookup(value) << "\n";
  }

private:
  std::string define(Value value) { return names[value] = "v" + std::to_string(names.size()); }

  void write(Operation &op) {
    for (Value result : op.getResults())
      os << define(result) << " ";
    os << "= " << op.getName();
    for (Value operand : op.getOperands())
      os << " " << names.lookup(operand);
    for (NamedAttribute attribute : op.getAttrs()) {
      os << " " << attribute.getName().getValue() << "=";
      attribute.getValue().print(os, /*elideType=*/true);
    }
    for (Type type : op.getResultTypes())
      os << " : " << type;
    os << " ; " << qcompile::onnx::describe(&op) << "\n";
  }

  llvm::raw_ostream &os;
  llvm::DenseMap<Value, std::string> names;
};
} // namespace

std::string makeListing(func::FuncOp function) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Writer(os).write(function);
  return text;
}

} // namespace example
