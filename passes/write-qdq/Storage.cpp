//===- Storage.cpp - Element types of ONNX for codes ----------------------===//
#include "passes/write-qdq/Storage.h"

#include <cmath>

using qcompile::runtime::DataType;
using qcompile::runtime::Tensor;

namespace qcompile {

/// The opset whose QuantizeLinear and DequantizeLinear brought integers of a width.
static int64_t getOpset(int bits) {
  switch (bits) {
  case 2:
    return 25;
  case 4:
  case 16:
    return 21;
  default:
    return 13;
  }
}

static bool isWhole(const Quantizer &quantizer, DataType type) {
  return quantizer.low == type.MinValue() && quantizer.high == type.MaxValue();
}

/// The types of a width that have the codes from `low` to `high` and the zero points, unsigned ones first.
static std::optional<DataType> findType(int bits, int64_t low, int64_t high, const Quantizer &quantizer) {
  for (DataType type : {DataType::Unsigned(bits), DataType::Signed(bits)}) {
    std::string reason;
    if (type.Contains(low) && type.Contains(high) && makeZeroPoints(quantizer.zeroPoint, type, reason))
      return type;
  }
  return std::nullopt;
}

std::optional<DataType> chooseStorage(const Quantizer &quantizer, const StorageChoice &choice, std::string &reason) {
  bool late = false;
  for (int bits : {2, 4, 8, 16}) {
    std::optional<DataType> type = findType(bits, quantizer.low, quantizer.high, quantizer);
    if (!type)
      continue;
    bool whole = isWhole(quantizer, *type);
    // Small types have no Clip.
    if (bits < 8 && !(choice.smallTypes && whole))
      continue;
    if (choice.opset == 0 || getOpset(bits) <= choice.opset)
      return type;
    late = true;
  }
  std::string found = ", found " + quantizer.describe();
  if (late)
    reason =
        "integers of 16 bits came with opset 21, and opset " + std::to_string(choice.opset) + " is asked for" + found;
  else if (quantizer.getBits() > 16)
    reason = "QuantizeLinear makes integers of at most 16 bits" + found;
  else
    makeZeroPoints(quantizer.zeroPoint, DataType::Signed(16), reason);
  return std::nullopt;
}

std::optional<DataType> chooseConstantStorage(const Quantizer &quantizer, const Tensor &codes,
                                              const StorageChoice &choice, std::string &reason) {
  int64_t low = quantizer.low, high = quantizer.low;
  for (int64_t i = 0; i < codes.size(); ++i) {
    int64_t code = codes.IntegerAt(i);
    low = i ? std::min(low, code) : code;
    high = i ? std::max(high, code) : code;
  }
  int declared = quantizer.getBits();
  // Biases have 32 bits by convention, which every runtime reads; but such codes have no zero point.
  for (int bits : {2, 4, 8, 32, 16}) {
    bool usable = bits < 8     ? choice.smallTypes && bits == declared
                  : bits == 8  ? declared <= 8
                  : bits == 32 ? !quantizer.hasZeroPoint()
                               : true;
    if (!usable || (choice.opset != 0 && getOpset(bits) > choice.opset))
      continue;
    if (bits == 32) {
      DataType type = DataType::Signed(32);
      if (type.Contains(low) && type.Contains(high))
        return type;
      continue;
    }
    // The type of all codes that it may have, so that it does not depend on the weights.
    if (bits == 8 || bits < 8)
      if (auto type = findType(bits, quantizer.low, quantizer.high, quantizer))
        return type;
    if (auto type = findType(bits, low, high, quantizer))
      return type;
  }
  reason = "DequantizeLinear has no type for the codes " + std::to_string(low) + " to " + std::to_string(high);
  std::string problem;
  if (!makeZeroPoints(quantizer.zeroPoint, DataType::Signed(16), problem))
    reason = problem;
  else if (quantizer.hasZeroPoint())
    reason += " with a zero point";
  return std::nullopt;
}

std::optional<Tensor> makeZeroPoints(const Tensor &zeroPoint, DataType type, std::string &reason) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < zeroPoint.size(); ++i) {
    double value = zeroPoint.DoubleAt(i);
    if (value != std::nearbyint(value) || std::fabs(value) > 0x1p31 || !type.Contains(int64_t(value))) {
      reason = "the zero point " + std::to_string(value) + " is none of the codes of " + type.ToString() +
               ", which DequantizeLinear asks for";
      return std::nullopt;
    }
    values.push_back(int64_t(value));
  }
  return *Tensor::FromIntegers(type, zeroPoint.shape(), values);
}

} // namespace qcompile
