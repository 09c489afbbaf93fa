//===- ElementTypes.cpp - Types of ONNX and of MLIR -----------------------===//
#include "compiler/nodes/ElementTypes.h"

#include "mlir/IR/Builders.h"
#include "onnx/onnx_pb.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace qcompile::nodes {

Type getElementType(MLIRContext *context, int onnxType) {
  Builder builder(context);
  auto integer = [&](unsigned bits, bool isSigned) {
    return IntegerType::get(context, bits, isSigned ? IntegerType::Signed : IntegerType::Unsigned);
  };
  switch (onnxType) {
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::INT2:
    return integer(2, true);
  case TensorProto::INT4:
    return integer(4, true);
  case TensorProto::INT8:
    return integer(8, true);
  case TensorProto::INT16:
    return integer(16, true);
  case TensorProto::INT32:
    return integer(32, true);
  case TensorProto::INT64:
    return integer(64, true);
  case TensorProto::UINT2:
    return integer(2, false);
  case TensorProto::UINT4:
    return integer(4, false);
  case TensorProto::UINT8:
    return integer(8, false);
  case TensorProto::UINT16:
    return integer(16, false);
  case TensorProto::UINT32:
    return integer(32, false);
  case TensorProto::UINT64:
    return integer(64, false);
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::COMPLEX64:
    return ComplexType::get(builder.getF32Type());
  case TensorProto::COMPLEX128:
    return ComplexType::get(builder.getF64Type());
  case TensorProto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case TensorProto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case TensorProto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case TensorProto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case TensorProto::FLOAT8E8M0:
    return Float8E8M0FNUType::get(context);
  case TensorProto::FLOAT4E2M1:
    return Float4E2M1FNType::get(context);
  default:
    return nullptr;
  }
}

Type readType(MLIRContext *context, const ::onnx::TypeProto &type) {
  Type elementType = type.has_tensor_type() ? getElementType(context, type.tensor_type().elem_type()) : nullptr;
  if (!elementType)
    return nullptr;
  if (!type.tensor_type().has_shape())
    return UnrankedTensorType::get(elementType);
  SmallVector<int64_t> shape;
  for (const auto &dim : type.tensor_type().shape().dim())
    shape.push_back(dim.has_dim_value() ? dim.dim_value() : ShapedType::kDynamic);
  return RankedTensorType::get(shape, elementType);
}

int getOnnxElementType(Type elementType) {
  for (int type = TensorProto::UNDEFINED + 1; ::onnx::TensorProto_DataType_IsValid(type); ++type)
    if (getElementType(elementType.getContext(), type) == elementType)
      return type;
  return TensorProto::UNDEFINED;
}

bool writeType(Type type, ::onnx::TypeProto &out) {
  auto tensor = dyn_cast<TensorType>(type);
  int elementType = tensor ? getOnnxElementType(tensor.getElementType()) : int(TensorProto::UNDEFINED);
  if (elementType == TensorProto::UNDEFINED)
    return false;
  out.mutable_tensor_type()->set_elem_type(elementType);
  auto ranked = dyn_cast<RankedTensorType>(tensor);
  if (!ranked)
    return true;
  auto *shape = out.mutable_tensor_type()->mutable_shape();
  for (int64_t extent : ranked.getShape()) {
    auto *dim = shape->add_dim();
    if (!ShapedType::isDynamic(extent))
      dim->set_dim_value(extent);
  }
  return true;
}

} // namespace qcompile::nodes
