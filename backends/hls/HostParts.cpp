//===- HostParts.cpp - What of a model runs beside the design -------------===//
#include "backends/hls/HostParts.h"

#include "compiler/evaluator/ProgramBuilder.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "passes/partition-host/PartitionHost.h"

using namespace mlir;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
namespace json = llvm::json;
using qcompile::runtime::Port;

namespace qcompile::hls {

//===----------------------------------------------------------------------===//
// From the module
//===----------------------------------------------------------------------===//

static Expected<runtime::Program> buildPart(ModuleOp module, StringRef name) {
  auto function = module.lookupSymbol<func::FuncOp>(name);
  if (!function)
    return createStringError("expected a function '" + name + "'");
  return buildProgram(function);
}

static Error readWiring(func::FuncOp main, Wiring &wiring) {
  const StringRef names[3] = {kHostBefore, kCore, kHostAfter};
  DenseMap<Value, int64_t> numbers;
  auto number = [&](ValueRange values) {
    for (Value value : values)
      numbers.try_emplace(value, int64_t(numbers.size()));
  };
  auto lookUp = [&](ValueRange values, std::vector<int64_t> &out) {
    for (Value value : values)
      out.push_back(numbers.lookup(value)); // every value of @main is numbered
  };
  number(main.getArguments());
  int part = 0;
  for (Operation &op : main.front().without_terminator()) {
    auto call = dyn_cast<func::CallOp>(op);
    if (!call || part == 3 || call.getCallee() != names[part])
      return createStringError("expected '@main' to call the three parts in their order");
    lookUp(call.getOperands(), wiring.operands[part++]);
    number(call.getResults());
  }
  if (part != 3)
    return createStringError("expected '@main' to call three parts, found " + Twine(part));
  lookUp(main.front().getTerminator()->getOperands(), wiring.outputs);
  return Error::success();
}

Expected<HostParts> HostParts::create(ModuleOp module) {
  auto main = module.lookupSymbol<func::FuncOp>("main");
  if (!main || !main.getBody().hasOneBlock())
    return createStringError("expected a function 'main' with one block");
  HostParts parts;
  if (Error error = readWiring(main, parts.wiring))
    return std::move(error);
  Expected<runtime::Program> whole = buildProgram(main);
  if (!whole)
    return whole.takeError();
  Expected<runtime::Program> core = buildPart(module, kCore);
  if (!core)
    return core.takeError();
  for (auto [name, program] : {std::pair(kHostBefore, &parts.before), std::pair(kHostAfter, &parts.after)}) {
    Expected<runtime::Program> part = buildPart(module, name);
    if (!part)
      return part.takeError();
    *program = std::move(*part);
  }
  parts.inputs = whole->inputs;
  parts.outputs = whole->outputs;
  parts.coreInputs = core->inputs;
  parts.coreOutputs = core->outputs;
  return parts;
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static json::Array portsToJson(const std::vector<Port> &ports) {
  json::Array array;
  for (const Port &port : ports)
    array.push_back(json::Object{
        {"name", json::fixUTF8(port.name)}, {"type", port.type.ToString()}, {"shape", json::Array(port.shape)}});
  return array;
}

json::Object HostParts::toJson() const {
  return json::Object{
      {"format", 1},
      {"inputs", portsToJson(inputs)},
      {"outputs", portsToJson(outputs)},
      {"core_inputs", portsToJson(coreInputs)},
      {"core_outputs", portsToJson(coreOutputs)},
      {"wiring", json::Object{{"before", json::Array(wiring.operands[Wiring::Before])},
                              {"core", json::Array(wiring.operands[Wiring::Core])},
                              {"after", json::Array(wiring.operands[Wiring::After])},
                              {"outputs", json::Array(wiring.outputs)}}},
  };
}

static Expected<std::vector<int64_t>> integersFromJson(const json::Object *object, StringRef key) {
  const json::Array *array = object ? object->getArray(key) : nullptr;
  std::vector<int64_t> out;
  for (const json::Value &value : array ? *array : json::Array())
    if (auto integer = value.getAsInteger())
      out.push_back(*integer);
  if (!array || out.size() != array->size())
    return createStringError("expected integers in '" + key + "'");
  return out;
}

static Expected<Port> portFromJson(const json::Object &object) {
  Port port;
  auto name = object.getString("name"), type = object.getString("type");
  Expected<std::vector<int64_t>> shape = integersFromJson(&object, "shape");
  if (!shape)
    return shape.takeError();
  if (!name || !type)
    return createStringError("expected a name and a type");
  auto parsed = runtime::DataType::Parse({type->data(), type->size()});
  if (!parsed.ok())
    return createStringError("unknown type '" + *type + "'");
  int64_t elements = 1;
  for (int64_t extent : *shape)
    if (extent < 0 || llvm::MulOverflow(elements, extent, elements))
      return createStringError("expected a shape of reasonable size for '" + *name + "'");
  return Port{name->str(), *parsed, std::move(*shape), -1};
}

static Error portsFromJson(const json::Object &root, StringRef key, std::vector<Port> &ports) {
  const json::Array *array = root.getArray(key);
  if (!array)
    return createStringError("expected an array '" + key + "'");
  for (const json::Value &value : *array) {
    if (!value.getAsObject())
      return createStringError("expected objects in '" + key + "'");
    Expected<Port> port = portFromJson(*value.getAsObject());
    if (!port)
      return port.takeError();
    ports.push_back(std::move(*port));
  }
  return Error::success();
}

/// Checks that `numbers` name values with the types and shapes of `ports`.
static Error checkOperands(ArrayRef<const Port *> values, ArrayRef<int64_t> numbers, const std::vector<Port> &ports,
                           StringRef part) {
  bool fits = numbers.size() == ports.size();
  for (size_t i = 0; fits && i < numbers.size(); ++i)
    fits = numbers[i] >= 0 && numbers[i] < int64_t(values.size()) && values[numbers[i]]->type == ports[i].type &&
           values[numbers[i]]->shape == ports[i].shape;
  return fits ? Error::success() : createStringError("the wiring of '" + part + "' does not fit its ports");
}

static Error checkWiring(const HostParts &parts) {
  SmallVector<const Port *> values;
  auto define = [&](const std::vector<Port> &ports) {
    for (const Port &port : ports)
      values.push_back(&port);
  };
  const auto &operands = parts.wiring.operands;
  define(parts.inputs);
  if (Error error = checkOperands(values, operands[0], parts.before.inputs, "host_before"))
    return error;
  define(parts.before.outputs);
  if (Error error = checkOperands(values, operands[1], parts.coreInputs, "core"))
    return error;
  define(parts.coreOutputs);
  if (Error error = checkOperands(values, operands[2], parts.after.inputs, "host_after"))
    return error;
  define(parts.after.outputs);
  return checkOperands(values, parts.wiring.outputs, parts.outputs, "outputs");
}

Expected<HostParts> HostParts::fromJson(const json::Value &json, runtime::Program before, runtime::Program after) {
  const json::Object *root = json.getAsObject();
  if (!root || root->getInteger("format") != 1)
    return createStringError("expected an object of format 1");
  HostParts parts;
  parts.before = std::move(before);
  parts.after = std::move(after);
  for (auto [key, ports] : {std::pair("inputs", &parts.inputs), std::pair("outputs", &parts.outputs),
                            std::pair("core_inputs", &parts.coreInputs), std::pair("core_outputs", &parts.coreOutputs)})
    if (Error error = portsFromJson(*root, key, *ports))
      return std::move(error);
  const json::Object *wiring = root->getObject("wiring");
  for (auto [key, numbers] :
       {std::pair("before", &parts.wiring.operands[Wiring::Before]),
        std::pair("core", &parts.wiring.operands[Wiring::Core]),
        std::pair("after", &parts.wiring.operands[Wiring::After]), std::pair("outputs", &parts.wiring.outputs)}) {
    Expected<std::vector<int64_t>> read = integersFromJson(wiring, key);
    if (!read)
      return read.takeError();
    *numbers = std::move(*read);
  }
  if (Error error = checkWiring(parts))
    return std::move(error);
  return parts;
}

} // namespace qcompile::hls
