//===- ProgramBuilder.cpp - Functions as programs of the runtime ----------===//
#include "compiler/evaluator/ProgramBuilder.h"

#include "dialects/data/DataDialect.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/NodeLocation.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using qcompile::runtime::AttributeValue;

namespace qcompile {

static std::optional<AttributeValue> convertAttribute(Attribute attribute) {
  return llvm::TypeSwitch<Attribute, std::optional<AttributeValue>>(attribute)
      .Case([](UnitAttr) { return AttributeValue(int64_t{1}); })
      .Case([](IntegerAttr a) { return AttributeValue(a.getValue().getSExtValue()); })
      .Case([](FloatAttr a) { return AttributeValue(float(a.getValueAsDouble())); })
      .Case([](StringAttr a) { return AttributeValue(a.getValue().str()); })
      .Case([](data::ConstantAttr a) { return AttributeValue(a.getTensor()); })
      .Case([](DenseI64ArrayAttr a) {
        return AttributeValue(std::vector<int64_t>(a.asArrayRef().begin(), a.asArrayRef().end()));
      })
      .Case([](DenseF32ArrayAttr a) {
        return AttributeValue(std::vector<float>(a.asArrayRef().begin(), a.asArrayRef().end()));
      })
      .Case([](ArrayAttr a) -> std::optional<AttributeValue> {
        std::vector<std::string> strings;
        for (Attribute element : a) {
          auto string = dyn_cast<StringAttr>(element);
          if (!string)
            return std::nullopt;
          strings.push_back(string.getValue().str());
        }
        return AttributeValue(std::move(strings));
      })
      .Default([](Attribute) { return std::nullopt; });
}

/// Element types and shapes of the results: one by itself, several as lists (docs/Qnn.md).
static void setResultAttributes(Operation *op, runtime::Attributes &attributes) {
  std::vector<std::string> types;
  std::vector<int64_t> shapes; // of each result the rank, then the dimensions
  for (Type result : op->getResultTypes()) {
    auto type = cast<RankedTensorType>(result);
    std::optional<runtime::DataType> element = data::getDataType(type.getElementType());
    types.push_back(element ? element->ToString() : "");
    if (op->getNumResults() > 1)
      shapes.push_back(type.getRank());
    llvm::append_range(shapes, type.getShape());
  }
  if (op->getNumResults() == 1) {
    attributes.Set("result_type", std::move(types[0]));
    attributes.Set("shape", std::move(shapes));
  } else if (op->getNumResults() > 1) {
    attributes.Set("result_types", std::move(types));
    attributes.Set("shapes", std::move(shapes));
  }
}

runtime::Operation convertOperation(Operation *op) {
  runtime::Operation out;
  out.name = op->getName().getStringRef().str();
  out.label = onnx::describe(op);
  for (NamedAttribute attribute : op->getAttrs()) {
    StringRef name = attribute.getName();
    if (name == "operandSegmentSizes" || name == "resultSegmentSizes")
      continue;
    name.consume_back("_"); // `signed_`: the ONNX name is a C++ keyword
    if (std::optional<AttributeValue> value = convertAttribute(attribute.getValue()))
      out.attributes.Set(absl::string_view(name.data(), name.size()), std::move(*value));
  }
  if (op->getName().getDialectNamespace() == "qnn")
    setResultAttributes(op, out.attributes);
  return out;
}

/// The values of an operation by its formal ones, of which an attribute says how many values each has: null where there
/// is none, but not at the end.
static SmallVector<Value> getFormalValues(Operation *op, StringRef sizesName, ValueRange values) {
  auto sizes = op->getAttrOfType<DenseI32ArrayAttr>(sizesName);
  if (!sizes)
    return llvm::to_vector_of<Value>(values);
  SmallVector<Value> out;
  auto next = values.begin();
  for (int32_t size : sizes.asArrayRef()) {
    if (size == 0)
      out.push_back(nullptr);
    for (int32_t i = 0; i < size; ++i)
      out.push_back(*next++);
  }
  while (!out.empty() && !out.back())
    out.pop_back();
  return out;
}

SmallVector<Value> getFormalOperands(Operation *op) {
  return getFormalValues(op, "operandSegmentSizes", op->getOperands());
}

SmallVector<Value> getFormalResults(Operation *op) {
  return getFormalValues(op, "resultSegmentSizes", op->getResults());
}

/// The tensor that a constant operation holds, or null.
static data::ConstantAttr getConstantValue(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (name != "onnx.Constant" && name != "qnn.constant")
    return nullptr;
  return op->getAttrOfType<data::ConstantAttr>("value");
}

namespace {
class Builder {
public:
  llvm::Expected<runtime::Program> build(func::FuncOp function) {
    for (auto [index, argument] : llvm::enumerate(function.getArguments())) {
      int32_t id = define(argument);
      auto name = function.getArgAttrOfType<StringAttr>(index, kPortNameAttr);
      if (llvm::Error error = addPort(program.inputs, argument.getType(), name, "input" + Twine(index), id))
        return std::move(error);
    }
    Operation *terminator = function.front().getTerminator();
    if (llvm::Error error = addBody(function))
      return std::move(error);
    for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
      auto name = function.getResultAttrOfType<StringAttr>(index, kPortNameAttr);
      if (llvm::Error error =
              addPort(program.outputs, value.getType(), name, "output" + Twine(index), ids.lookup(value)))
        return std::move(error);
    }
    return std::move(program);
  }

  DenseMap<Value, int32_t> ids;

private:
  int32_t define(Value value) { return ids[value] = program.num_values++; }

  llvm::Error addPort(std::vector<runtime::Port> &ports, Type type, StringAttr name, const Twine &otherwise,
                      int32_t id) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    std::optional<runtime::DataType> element = tensor ? data::getDataType(tensor.getElementType()) : std::nullopt;
    if (!element || !tensor.hasStaticShape()) {
      std::string text;
      llvm::raw_string_ostream(text) << type;
      return llvm::createStringError("expected a static shape and a numeric element type for '" +
                                     (name ? name.getValue().str() : otherwise.str()) + "', found " + text);
    }
    ports.push_back({name ? name.getValue().str() : otherwise.str(),
                     *element,
                     {tensor.getShape().begin(), tensor.getShape().end()},
                     id});
    return llvm::Error::success();
  }

  llvm::Error addBody(func::FuncOp function) {
    if (!function.getBody().hasOneBlock())
      return llvm::createStringError("function '" + function.getName() + "' has no single block to evaluate");
    for (Operation &op : function.front().without_terminator())
      if (llvm::Error error = addOperation(&op))
        return error;
    return llvm::Error::success();
  }

  llvm::Error addCall(func::CallOp call) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
    if (!callee || callee.isExternal())
      return llvm::createStringError("function '" + call.getCallee() + "' has no body");
    if (!active.insert(callee).second)
      return llvm::createStringError("function '" + call.getCallee() + "' calls itself");
    for (auto [argument, operand] : llvm::zip(callee.getArguments(), call.getOperands()))
      ids[argument] = ids.lookup(operand);
    if (llvm::Error error = addBody(callee))
      return error;
    Operation *terminator = callee.front().getTerminator();
    for (auto [result, value] : llvm::zip(call.getResults(), terminator->getOperands()))
      ids[result] = ids.lookup(value);
    active.erase(callee);
    return llvm::Error::success();
  }

  llvm::Error addOperation(Operation *op) {
    if (auto call = dyn_cast<func::CallOp>(op))
      return addCall(call);
    if (data::ConstantAttr constant = getConstantValue(op)) {
      program.constants.emplace_back(define(op->getResult(0)), constant.getTensor());
      return llvm::Error::success();
    }
    runtime::Operation out = convertOperation(op);
    for (Value operand : getFormalOperands(op))
      out.operands.push_back(operand ? ids.lookup(operand) : -1);
    for (Value result : getFormalResults(op))
      out.results.push_back(result ? define(result) : -1);
    program.operations.push_back(std::move(out));
    return llvm::Error::success();
  }

  runtime::Program program;
  SmallPtrSet<Operation *, 4> active;
};
} // namespace

llvm::Expected<runtime::Program> buildProgram(func::FuncOp function, DenseMap<Value, int32_t> *ids) {
  Builder builder;
  llvm::Expected<runtime::Program> program = builder.build(function);
  if (ids)
    *ids = std::move(builder.ids);
  return program;
}

} // namespace qcompile
