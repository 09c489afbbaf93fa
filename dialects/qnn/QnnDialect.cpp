//===- QnnDialect.cpp - The qnn dialect: types and folders ----------------===//
#include "dialects/qnn/QnnDialect.h"

#include "dialects/data/ElementStorage.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcompile;
using namespace qcompile::qnn;

#include "dialects/qnn/QnnDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/qnn/QnnTypes.cpp.inc"

#include "dialects/qnn/QnnInterfaces.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/qnn/QnnOps.cpp.inc"

void QnnDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/qnn/QnnTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/qnn/QnnOps.cpp.inc"
      >();
}

runtime::DataType BipolarType::getDataType() const { return runtime::DataType::Bipolar(); }

bool qnn::isCodeType(Type type) {
  if (isa<BipolarType>(type))
    return true;
  auto integer = dyn_cast<IntegerType>(type);
  return integer && !integer.isSignless() && integer.getWidth() >= 1 && integer.getWidth() <= 64;
}

bool qnn::isRoundingMode(StringRef mode) {
  return llvm::is_contained({"ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"}, mode);
}

Type qnn::getCodeType(MLIRContext *context, runtime::DataType type) {
  if (type.kind == runtime::TypeKind::kBipolar)
    return BipolarType::get(context);
  return IntegerType::get(context, type.bits,
                          type.kind == runtime::TypeKind::kSigned ? IntegerType::Signed : IntegerType::Unsigned);
}

Operation *QnnDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type, Location loc) {
  auto constant = dyn_cast<data::ConstantAttr>(value);
  if (!constant || constant.getType() != type || !isCodeType(constant.getType().getElementType()))
    return nullptr;
  return ConstantOp::create(builder, loc, type, constant);
}
