//===- InstructionConversion.cpp - Operations and instructions ------------===//
//
// Every instruction names its fields (runtime/imc/instruction.h); operations have attributes of the
// same names. Both directions are visitors, so that a new instruction needs nothing here.
//
//===----------------------------------------------------------------------===//
#include "backends/imc/dialect/InstructionConversion.h"

#include <utility>

#include "dialects/data/ElementStorage.h"
#include "runtime/imc/target.h"

using namespace mlir;
namespace rt = qcompile::runtime::imc;
using qcompile::runtime::DataType;

namespace qcompile::imc {

static StringRef toRef(absl::string_view text) { return StringRef(text.data(), text.size()); }

static absl::string_view toView(StringRef text) { return absl::string_view(text.data(), text.size()); }

static llvm::Error toError(const absl::Status &status) { return llvm::createStringError(toRef(status.message())); }

namespace {
struct AttributeWriter {
  OpBuilder &builder;
  OperationState &state;

  void Integer(absl::string_view name, int64_t value, rt::FieldRange) {
    state.addAttribute(toRef(name), builder.getI64IntegerAttr(value));
  }
  void Type(absl::string_view name, DataType type, int) {
    state.addAttribute(toRef(name), TypeAttr::get(qnn::getCodeType(builder.getContext(), type)));
  }
  template <typename E> void Choice(absl::string_view name, E value, const rt::FieldChoices &choices) {
    absl::string_view word = choices.names[static_cast<size_t>(value)];
    state.addAttribute(toRef(name), builder.getStringAttr(toRef(word)));
  }
};

/// Attributes have the right kind (ODS sees to it); only their values may be wrong.
struct AttributeReader {
  Operation *op;
  std::string error;

  void Integer(absl::string_view name, int64_t &value, rt::FieldRange) {
    value = op->getAttrOfType<IntegerAttr>(toRef(name)).getInt();
  }
  void Type(absl::string_view name, DataType &type, int) {
    mlir::Type element = op->getAttrOfType<TypeAttr>(toRef(name)).getValue();
    std::optional<DataType> known = data::getDataType(element);
    if (known)
      type = *known;
    else
      llvm::raw_string_ostream(error) << "expected '" << toRef(name) << "' to be an element type of codes, found "
                                      << element;
  }
  template <typename E> void Choice(absl::string_view name, E &value, const rt::FieldChoices &choices) {
    StringRef text = op->getAttrOfType<StringAttr>(toRef(name)).getValue();
    for (auto [index, word] : llvm::enumerate(choices.names))
      if (text == toRef(word)) {
        value = static_cast<E>(index);
        return;
      }
    llvm::raw_string_ostream(error) << "expected '" << toRef(name) << "' to be one of " << rt::ChoiceNames(choices)
                                    << ", found '" << text << "'";
  }
};
} // namespace

Operation *createInstruction(OpBuilder &builder, Location loc, const rt::Instruction &instruction) {
  OperationState state(loc, ("imc." + toRef(rt::Mnemonic(instruction))).str());
  AttributeWriter writer{builder, state};
  std::visit([&](const auto &typed) { typed.Visit(typed, writer); }, instruction);
  return builder.create(state);
}

template <typename T> static llvm::Expected<rt::Instruction> readFields(Operation *op) {
  T typed;
  AttributeReader reader{op, ""};
  T::Visit(typed, reader);
  if (!reader.error.empty())
    return llvm::createStringError(reader.error);
  rt::Instruction instruction = typed;
  if (absl::Status status = rt::CheckInstruction(instruction); !status.ok())
    return toError(status);
  return instruction;
}

template <size_t... I>
static llvm::Expected<rt::Instruction> readByName(Operation *op, StringRef mnemonic, std::index_sequence<I...>) {
  std::optional<llvm::Expected<rt::Instruction>> found;
  static_cast<void>(((mnemonic == toRef(rt::MnemonicOf(I)) &&
                      (found.emplace(readFields<std::variant_alternative_t<I, rt::Instruction>>(op)), true)) ||
                     ...));
  if (!found)
    return llvm::createStringError("'" + mnemonic + "' is not an instruction");
  return std::move(*found);
}

llvm::Expected<rt::Instruction> toInstruction(Operation *op) {
  return readByName(op, op->getName().stripDialect(), std::make_index_sequence<rt::kNumOpcodes>());
}

template <typename PortOp> static llvm::Error addPort(rt::Program &program, PortOp op, bool isOutput) {
  auto type = cast<RankedTensorType>(op.getType());
  std::optional<DataType> element = data::getDataType(type.getElementType());
  std::optional<uint64_t> size = data::getStorageSize(type);
  if (!element || !size)
    return llvm::createStringError("port '" + op.getName() + "' must have a static shape and a type of codes");
  program.ports.push_back(
      {isOutput, op.getName().str(), *element, type.getNumElements(), static_cast<int64_t>(op.getActivation())});
  return llvm::Error::success();
}

static llvm::Error addData(rt::Program &program, data::ConstantAttr data) {
  if (!data)
    return llvm::Error::success();
  if (!data.getType().getElementType().isUnsignedInteger(8))
    return llvm::createStringError("the data section must have ui8 elements");
  program.data.assign(data.getBytes().begin(), data.getBytes().end());
  return llvm::Error::success();
}

llvm::Expected<rt::Program> toProgram(ProgramOp op, SmallVectorImpl<Operation *> *operations) {
  rt::Program program;
  absl::StatusOr<rt::Target> target = rt::ParseTarget(toView(op.getTarget()));
  if (!target.ok())
    return toError(target.status());
  program.target = *target;
  if (llvm::Error error = addData(program, op.getDataAttr()))
    return std::move(error);
  for (Operation &inner : op.getBody().front()) {
    llvm::Error error = llvm::Error::success();
    if (auto input = dyn_cast<InputOp>(inner))
      error = addPort(program, input, false);
    else if (auto output = dyn_cast<OutputOp>(inner))
      error = addPort(program, output, true);
    else if (llvm::Expected<rt::Instruction> instruction = toInstruction(&inner)) {
      program.instructions.push_back(*instruction);
      if (operations)
        operations->push_back(&inner);
    } else
      error = instruction.takeError();
    if (error)
      return std::move(error);
  }
  if (absl::Status status = rt::CheckProgram(program); !status.ok())
    return toError(status);
  return program;
}

} // namespace qcompile::imc
