//===- BuildModule.cpp - The model as operations --------------------------===//
#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/frontend/ModelContext.h"
#include "compiler/frontend/StructureMetadata.h"
#include "compiler/frontend/TensorData.h"
#include "compiler/nodes/ElementTypes.h"
#include "dialects/data/ElementStorage.h"
#include "dialects/onnx/NodeLocation.h"
#include "dialects/onnx/OnnxDialect.h"
#include "dialects/onnx/schemas/QonnxSchemas.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "onnx/defs/schema.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::NodeProto;
using ::onnx::OpSchema;
using ::onnx::TypeProto;

namespace qcompile::frontend {

namespace {

class ModuleBuilder {
public:
  explicit ModuleBuilder(ModelContext &model) : model(model), builder(model.context) {}

  OwningOpRef<ModuleOp> build();

private:
  Type convertType(const TypeProto &type, const Twine &what, Location loc);
  LogicalResult addInputs();
  LogicalResult addConstants();
  void addStructures();
  LogicalResult addNode(const NodeProto &node, unsigned index);
  LogicalResult addAttributes(const NodeProto &node, const OpSchema &schema, OperationState &state);
  Attribute convertAttribute(const NodeProto &node, const AttributeProto &attribute);
  LogicalResult addReturn(func::FuncOp function);
  void noteTypes();

  ModelContext &model;
  OpBuilder builder;
  llvm::StringMap<Value> values;
  llvm::StringMap<Operation *> initializers;
  llvm::StringMap<const TypeProto *> types;
  std::map<std::string, int> imports;
  SmallVector<Type> inputTypes;
  Block *block = nullptr;
};

} // namespace

/// Null after an error. `what`: "value 'x'", with the node that gives it.
Type ModuleBuilder::convertType(const TypeProto &type, const Twine &what, Location loc) {
  Type converted = nodes::readType(model.context, type);
  if (!converted) {
    emitError(loc, Code::I005) << what << ": expected a tensor of numbers, found another type";
    return nullptr;
  }
  auto ranked = dyn_cast<RankedTensorType>(converted);
  if (!ranked)
    return converted;
  double elements = 1;
  bool negative = false;
  for (int64_t extent : ranked.getShape()) {
    elements *= ShapedType::isDynamic(extent) ? 1 : double(extent);
    negative |= extent < 0 && !ShapedType::isDynamic(extent);
  }
  if (negative || elements > 0x1p40) {
    emitError(loc, Code::I006) << what << ": expected "
                               << (negative ? "dimensions of at least 0" : "a tensor of at most 2^40 elements")
                               << ", found " << ranked;
    return nullptr;
  }
  return ranked;
}

void ModuleBuilder::noteTypes() {
  for (const auto &info : model.graph().value_info())
    types[info.name()] = &info.type();
  for (const auto &info : model.graph().output())
    types[info.name()] = &info.type();
  imports = readImports(*model.model);
}

LogicalResult ModuleBuilder::addInputs() {
  for (const auto &input : model.graph().input()) {
    Type type = convertType(input.type(), "value '" + input.name() + "'", model.fileLocation());
    if (!type)
      return failure();
    Location loc = qcompile::onnx::makeNodeLocation(model.context, input.name(), input.name(), model.file, 0);
    values[input.name()] = block->addArgument(type, loc);
    inputTypes.push_back(type);
  }
  return success();
}

LogicalResult ModuleBuilder::addConstants() {
  llvm::StringSet<> used;
  for (const NodeProto &node : model.graph().node())
    for (const std::string &input : node.input())
      used.insert(input);
  for (const auto &output : model.graph().output())
    used.insert(output.name());
  if (failed(checkInlinedData(model, used)))
    return failure();
  LogicalResult result = success();
  for (const auto &tensor : model.graph().initializer()) {
    if (!used.count(tensor.name()))
      continue;
    data::ConstantAttr constant = makeConstant(model, tensor, tensor.name());
    if (!constant) {
      result = failure();
      continue;
    }
    OperationState state(qcompile::onnx::makeNodeLocation(model.context, tensor.name(), tensor.name(), model.file, 0),
                         "onnx.Constant");
    state.addAttribute("value", constant);
    state.addTypes(constant.getType());
    Operation *op = initializers[tensor.name()] = builder.create(state);
    values[tensor.name()] = op->getResult(0);
  }
  return result;
}

/// What the file says about the structure of its weights; it is checked when it is used.
void ModuleBuilder::addStructures() {
  for (const auto &entry : model.model->metadata_props()) {
    if (entry.key() != kStructuresKey)
      continue;
    std::vector<std::string> problems;
    for (auto &[name, structure] : readStructures(model.context, entry.value(), problems)) {
      Operation *op = initializers.lookup(name);
      absl::Status status = absl::NotFoundError("there is no such initializer in use");
      if (op)
        status = encoding::checkShape(structure, cast<RankedTensorType>(op->getResult(0).getType()).getShape());
      if (status.ok())
        op->setAttr(encoding::kStructureAttr, structure);
      else
        problems.push_back("weights '" + name + "': " + std::string(status.message()));
    }
    for (const std::string &problem : problems)
      emitWarning(model.fileLocation(), Code::I009)
          << "metadata '" << kStructuresKey << "': " << problem << "; they are read as dense";
  }
}

Attribute ModuleBuilder::convertAttribute(const NodeProto &node, const AttributeProto &attribute) {
  switch (attribute.type()) {
  case AttributeProto::INT:
    return builder.getI64IntegerAttr(attribute.i());
  case AttributeProto::FLOAT:
    return builder.getF32FloatAttr(attribute.f());
  case AttributeProto::STRING:
    return builder.getStringAttr(attribute.s());
  case AttributeProto::INTS:
    return builder.getDenseI64ArrayAttr(llvm::to_vector(attribute.ints()));
  case AttributeProto::FLOATS:
    return builder.getDenseF32ArrayAttr(llvm::to_vector(attribute.floats()));
  case AttributeProto::STRINGS: {
    SmallVector<Attribute> strings;
    for (const std::string &text : attribute.strings())
      strings.push_back(builder.getStringAttr(text));
    return builder.getArrayAttr(strings);
  }
  case AttributeProto::TENSOR:
    return makeConstant(model, attribute.t(), node.output_size() ? node.output(0) : node.name());
  default:
    return nullptr;
  }
}

LogicalResult ModuleBuilder::addAttributes(const NodeProto &node, const OpSchema &schema, OperationState &state) {
  for (const AttributeProto &attribute : node.attribute()) {
    // Attributes that the newest version no longer has are without effect in it.
    if (!schema.attributes().count(attribute.name()))
      continue;
    Attribute value = convertAttribute(node, attribute);
    if (!value && attribute.type() == AttributeProto::TENSOR)
      return failure(); // reported
    if (!value)
      return emitError(state.location, Code::I005) << "node '" << node.name() << "': attribute '" << attribute.name()
                                                   << "' is of a kind that is not supported";
    state.addAttribute(attribute.name() == "signed" ? "signed_" : attribute.name(), value);
  }
  return success();
}

/// How many values each formal parameter takes: the segments of an operation.
template <typename Formals, typename IsPresent>
static SmallVector<int32_t> getSegments(const Formals &formals, int count, IsPresent isPresent) {
  SmallVector<int32_t> segments;
  int next = 0;
  for (const auto &formal : formals) {
    if (formal.GetOption() == OpSchema::Variadic) {
      segments.push_back(count - next);
      next = count;
      continue;
    }
    segments.push_back(next < count && isPresent(next));
    ++next;
  }
  return segments;
}

static std::string getMnemonic(const NodeProto &node, int version) {
  if (node.domain() == qcompile::onnx::kChannelsLastDomain)
    return "onnx.channels_last." + node.op_type();
  if (node.domain() == qcompile::onnx::kQonnxDomain && node.op_type() == "Trunc" && version < 2)
    return "onnx.Trunc_v1";
  return "onnx." + node.op_type();
}

LogicalResult ModuleBuilder::addNode(const NodeProto &node, unsigned index) {
  Location loc = model.nodeLocation(node, index);
  int version = imports[node.domain()];
  const OpSchema &schema = *::onnx::OpSchemaRegistry::Schema(node.op_type(), version, node.domain());
  OperationState state(loc, getMnemonic(node, version));
  for (const std::string &input : node.input())
    if (!input.empty())
      state.operands.push_back(values.lookup(input));
  if (failed(addAttributes(node, schema, state)))
    return failure();
  for (const std::string &output : node.output()) {
    if (output.empty())
      continue;
    auto type = types.find(output);
    if (type == types.end())
      return emitError(loc, Code::I006) << "node '" << node.name() << "': the type of value '" << output
                                        << "' cannot be inferred";
    Type converted = convertType(*type->second, "node '" + node.name() + "': value '" + output + "'", loc);
    if (!converted)
      return failure();
    state.addTypes(converted);
  }
  auto hasInput = [&](int i) { return !node.input(i).empty(); };
  auto hasOutput = [&](int i) { return !node.output(i).empty(); };
  if (state.name.hasTrait<OpTrait::AttrSizedOperandSegments>())
    state.addAttribute("operandSegmentSizes",
                       builder.getDenseI32ArrayAttr(getSegments(schema.inputs(), node.input_size(), hasInput)));
  if (state.name.hasTrait<OpTrait::AttrSizedResultSegments>())
    state.addAttribute("resultSegmentSizes",
                       builder.getDenseI32ArrayAttr(getSegments(schema.outputs(), node.output_size(), hasOutput)));
  if (!state.name.isRegistered())
    return emitError(loc, Code::I003) << "node '" << node.name() << "': operator " << node.op_type()
                                      << " has no operation";
  Operation *op = builder.create(state);
  unsigned next = 0;
  for (const std::string &output : node.output())
    if (!output.empty())
      values[output] = op->getResult(next++);
  return success();
}

LogicalResult ModuleBuilder::addReturn(func::FuncOp function) {
  SmallVector<Value> results;
  for (const auto &output : model.graph().output())
    results.push_back(values.lookup(output.name()));
  func::ReturnOp::create(builder, model.fileLocation(), results);
  function.setFunctionType(builder.getFunctionType(inputTypes, ValueRange(results).getTypes()));
  for (auto [i, input] : llvm::enumerate(model.graph().input()))
    function.setArgAttr(i, kPortNameAttr, builder.getStringAttr(input.name()));
  for (auto [i, output] : llvm::enumerate(model.graph().output()))
    function.setResultAttr(i, kPortNameAttr, builder.getStringAttr(output.name()));
  return success();
}

OwningOpRef<ModuleOp> ModuleBuilder::build() {
  model.context
      ->loadDialect<func::FuncDialect, qcompile::onnx::OnnxDialect, data::DataDialect, encoding::EncodingDialect>();
  noteTypes();
  OwningOpRef<ModuleOp> module = ModuleOp::create(model.fileLocation());
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(builder, model.fileLocation(), "main", builder.getFunctionType({}, {}));
  block = builder.createBlock(&function.getBody());
  if (failed(addInputs()) || failed(addConstants()))
    return nullptr;
  addStructures();
  unsigned index = 0;
  for (const NodeProto &node : model.graph().node())
    if (failed(addNode(node, index++)))
      return nullptr;
  if (failed(addReturn(function)) || failed(verify(*module)))
    return nullptr;
  return module;
}

OwningOpRef<ModuleOp> buildModule(ModelContext &model) { return ModuleBuilder(model).build(); }

} // namespace qcompile::frontend
