//===- ExpandPq.cpp - Product quantization by other operations ------------===//
#include "passes/expand-pq/ExpandPq.h"

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/onnx/NodeLocation.h"
#include "passes/rewriting/ElementTypes.h"
#include "passes/rewriting/QnnBuilder.h"

using namespace mlir;
using qcompile::runtime::Tensor;

namespace qcompile {

#define GEN_PASS_DEF_EXPANDPQ
#include "passes/expand-pq/ExpandPq.h.inc"

namespace {

/// Entries of the tables of a norm of 1; more would take more memory than a network.
constexpr __int128 kMaxTableEntries = 1 << 24;

/// Integers in the narrowest type that holds them.
Tensor makeIntegers(runtime::Shape shape, const std::vector<int64_t> &values) {
  auto [low, high] = std::minmax_element(values.begin(), values.end());
  return *Tensor::FromIntegers(qnn::Bounds{*low, *high}.narrowestType(), std::move(shape), values);
}

class Expansion {
public:
  Expansion(OpBuilder &opBuilder, qnn::PqOp op)
      : op(op), opBuilder(opBuilder), builder(opBuilder, op.getLoc()),
        prototypes(op.getPrototypes().getTensor().ToIntegers()) {
    ArrayRef<int64_t> shape = op.getPrototypes().getType().getShape();
    spaces = shape[0];
    count = shape[1];
    length = shape[2];
    k = tensorOf(op.getInput()).getShape().back();
    outputs = tensorOf(op.getResult()).getShape().back();
    rows = tensorOf(op.getInput()).getNumElements() / k;
  }

  /// Works on so many rows at once that scores and look-ups have at most `maxElements` elements each (0: on all of
  /// them).
  Value build(int64_t maxElements) {
    int64_t perRow = spaces * std::max(count, outputs), all = rows;
    int64_t part = maxElements > 0 ? std::max<int64_t>(maxElements / perRow, 1) : all;
    Value x = builder.reshape(op.getInput(), {1, all, k});
    x = builder.padZero(x, {0, 0, 0}, {0, 0, spaces * length - k});
    SmallVector<Value> parts;
    for (int64_t first = 0; first < all; first += part) {
      rows = std::min(part, all - first);
      Value some = builder.slice(x, {0, first, 0}, {1, 1, 1}, {1, rows, spaces * length});
      Value scores = int64_t(op.getNorm()) == 2 ? getSquareScores(some) : getMagnitudeScores(some);
      parts.push_back(toResultType(addTables(findFirst(scores))));
    }
    Value sums = builder.concat(parts, 0, tensorOf(op.getResult()).getElementType());
    return builder.reshape(sums, tensorOf(op.getResult()).getShape());
  }

private:
  bool isPresent(int64_t space, int64_t l) const { return space * length + l < k; }

  Value add(Value lhs, Value rhs, Type type) {
    auto sum = qnn::AddOp::create(opBuilder, op.getLoc(), tensorOf(lhs).clone(type), lhs, rhs, 1, 1);
    return sum;
  }

  Value convolve(Value x, const std::vector<int64_t> &weights, int64_t outputsOfAll, int64_t groups) {
    Value w = builder.constant("scores", makeIntegers({outputsOfAll, 1, length}, weights));
    Type widest = opBuilder.getIntegerType(64, /*isSigned=*/true);
    return builder.conv(x, w, /*axis=*/2, {1}, {1}, groups, nullptr, widest);
  }

  Value addOffsets(Value scores, std::vector<int64_t> offsets) {
    if (llvm::all_of(offsets, [](int64_t offset) { return offset == 0; }))
      return scores;
    Value addend = builder.constant("offsets", makeIntegers({1, 1, spaces * count}, offsets));
    Value sum = add(scores, addend, opBuilder.getIntegerType(64, /*isSigned=*/true));
    if (Type narrowest = getNarrowestAccumulator(sum.getDefiningOp()))
      setElementType(sum, narrowest);
    return sum;
  }

  /// 2 * factor * x * prototype - |prototype|^2 - offset: minus the distance, plus the square of the sub-vector.
  Value getSquareScores(Value x) {
    std::vector<int64_t> weights(prototypes.size()), offsets = op.getOffsets().getTensor().ToIntegers();
    for (auto [entry, offset] : llvm::enumerate(offsets)) {
      offset = -offset;
      for (int64_t l = 0; l < length; ++l) {
        int64_t prototype = prototypes[entry * length + l];
        if (!isPresent(entry / count, l))
          continue;
        weights[entry * length + l] = 2 * int64_t(op.getFactor()) * prototype;
        offset -= prototype * prototype;
      }
    }
    return addOffsets(convolve(x, weights, spaces * count, spaces), std::move(offsets));
  }

  /// Minus the distance, from a table of magnitudes for every element of every prototype.
  Value getMagnitudeScores(Value x) {
    qnn::Bounds bounds = qnn::getValueBounds(x);
    SmallVector<int64_t> elements;
    std::vector<int64_t> values;
    for (int64_t i = 0; i < int64_t(prototypes.size()); ++i) {
      int64_t space = i / length / count, l = i % length;
      elements.push_back(space * length + l);
      for (int64_t code = bounds.low; code <= bounds.high; ++code) {
        int64_t distance = std::abs(int64_t(op.getFactor()) * code - prototypes[i]);
        values.push_back(isPresent(space, l) ? distance : 0);
      }
    }
    Tensor table = makeIntegers({int64_t(prototypes.size()), bounds.high - bounds.low + 1}, values);
    auto held = data::ConstantAttr::get(op.getContext(), "magnitudes", table);
    Value spread = builder.gather(x, 2, elements);
    Value magnitudes =
        qnn::TableOp::create(opBuilder, op.getLoc(), tensorOf(spread).clone(held.getType().getElementType()), spread,
                             /*axis=*/2, bounds.low, held);
    std::vector<int64_t> weights(prototypes.size(), -1);
    std::vector<int64_t> offsets = op.getOffsets().getTensor().ToIntegers();
    for (int64_t &offset : offsets)
      offset = -offset;
    return addOffsets(convolve(magnitudes, weights, spaces * count, spaces * count), std::move(offsets));
  }

  /// Rows of the tables of all sub-spaces, [rows, spaces].
  Value findFirst(Value scores) {
    Value bySpace = builder.reshape(scores, {rows, spaces, count});
    auto si64 = opBuilder.getIntegerType(64, /*isSigned=*/true);
    Value first = qnn::ArgMaxOp::create(opBuilder, op.getLoc(), RankedTensorType::get({rows, spaces, 1}, si64), bySpace,
                                        /*axis=*/2, /*select_last=*/false);
    first = builder.reshape(first, {rows, spaces});
    if (spaces == 1)
      return first;
    // A table per sub-space, not a sum: positions have 64 bits, which adders need not take.
    std::vector<int64_t> entries;
    for (int64_t entry = 0; entry < spaces * count; ++entry)
      entries.push_back(entry);
    auto held = data::ConstantAttr::get(op.getContext(), "entries",
                                        *Tensor::FromIntegers(runtime::DataType::Signed(32), {spaces, count}, entries));
    return qnn::TableOp::create(opBuilder, op.getLoc(), tensorOf(first).clone(held.getType().getElementType()), first,
                                /*axis=*/1, /*low=*/0, held);
  }

  Value addTables(Value entries) {
    Tensor tables = op.getTables().getTensor().Reshaped({spaces * count, outputs});
    Value table = builder.constant("tables", tables);
    auto rowsType = RankedTensorType::get({rows, spaces, outputs}, tensorOf(table).getElementType());
    Value found = qnn::LookupOp::create(opBuilder, op.getLoc(), rowsType, entries, table);
    auto type = RankedTensorType::get({rows, 1, outputs}, tensorOf(op.getResult()).getElementType());
    auto sum = qnn::SumPoolOp::create(opBuilder, op.getLoc(), type, found, /*axis=*/2, ArrayRef<int64_t>{spaces},
                                      ArrayRef<int64_t>{1}, ArrayRef<int64_t>{1});
    if (Type narrowest = getNarrowestAccumulator(sum))
      setElementType(sum.getResult(), narrowest);
    return sum;
  }

  /// The bounds of a pool are wider than those of the sums, which are values of the result's type: nothing is clamped.
  Value toResultType(Value sums) {
    Type type = tensorOf(op.getResult()).getElementType();
    if (tensorOf(sums).getElementType() == type)
      return sums;
    auto constant = [&](StringRef name, int64_t value) {
      return data::ConstantAttr::get(op.getContext(), name,
                                     *Tensor::FromIntegers(runtime::DataType::Int64(), {1}, {value}));
    };
    qnn::Bounds bounds = qnn::getTypeBounds(type);
    return qnn::RequantizeOp::create(opBuilder, op.getLoc(), tensorOf(sums).clone(type), sums,
                                     /*axis=*/2, constant("one", 1), constant("zero", 0),
                                     /*shift=*/0, "ROUND", bounds.low, bounds.high);
  }

  qnn::PqOp op;
  OpBuilder &opBuilder;
  QnnBuilder builder;
  std::vector<int64_t> prototypes;
  int64_t spaces, count, length, k, outputs, rows;
};

struct ExpandPqPass : impl::ExpandPqBase<ExpandPqPass> {
  using ExpandPqBase::ExpandPqBase;

  void runOnOperation() override {
    getOperation().walk([this](qnn::PqOp op) {
      auto type = cast<RankedTensorType>(op.getInput().getType());
      if (!type.hasStaticShape() || type.getNumElements() == 0)
        return;
      if (llvm::Error error = checkPqExpansion(op)) {
        emitWarning(op.getLoc(), Code::P016)
            << "node '" << onnx::describe(op) << "' stays as it is: " << llvm::toString(std::move(error));
        return;
      }
      OpBuilder builder(op);
      Expansion expansion(builder, op);
      Value result = expansion.build(maxElements);
      emitRemark(op.getLoc(), Code::P016)
          << "node '" << onnx::describe(op)
          << "': no unit for product quantization: scores, their first maxima and look-ups in its place";
      op.getResult().replaceAllUsesWith(result);
      op.erase();
    });
  }
};

} // namespace

llvm::Error checkPqExpansion(qnn::PqOp op) {
  qnn::Bounds bounds = qnn::getValueBounds(op.getInput());
  __int128 levels = __int128(bounds.high) - bounds.low + 1;
  bool isTooLarge =
      int64_t(op.getNorm()) == 1 && (levels > 65536 || levels * op.getPrototypes().size() > kMaxTableEntries);
  return isTooLarge ? llvm::createStringError("expected tables of its distances with at most " +
                                              Twine(int64_t(kMaxTableEntries)) + " entries, found more; use norm 2")
                    : llvm::Error::success();
}

} // namespace qcompile
