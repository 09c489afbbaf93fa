//===- CodeFunction.h - Codes as a function of a position -------*- C++ -*-===//
//
// Every channel's code is a function of one ordered position: an integer of the accumulator's range, or a float32 in
// the order of its values.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_PASSES_CONVERTONNXTOQNN_CODEFUNCTION_H
#define QCOMPILE_PASSES_CONVERTONNXTOQNN_CODEFUNCTION_H

#include "passes/convert-onnx-to-qnn/ChainEvaluator.h"
#include "runtime/core/attributes.h"

namespace qcompile {

/// Codes as a function of (position, channel). Positions are [count, channels], row-major.
class CodeFunction {
public:
  CodeFunction(const Chain &chain, const ConstantValues &constants)
      : chain(chain), constants(constants), evaluator(chain, constants) {}
  virtual ~CodeFunction() = default;

  llvm::Expected<std::vector<int64_t>> operator()(const std::vector<int64_t> &positions);

  /// The lowest and highest codes for positions between `low` and `high`; the chain is enclosable.
  llvm::Expected<CodeEnclosure> enclose(const std::vector<int64_t> &low, const std::vector<int64_t> &high);

  /// Whether several positions of a channel are evaluated at once: not where the channel dimension is the first one (or
  /// there is none), since no other holds them.
  bool takesRows() const { return chain.axis != 0; }

  /// Where between two positions a code changes that changes at both, if it is affine in the values of the positions.
  virtual int64_t interpolate(int64_t from, int64_t to, double share) const {
    return from + int64_t(double(to - from) * share);
  }

  const Chain &chain;
  /// Whether any position so far gave a NaN on its way to the quantizer.
  bool sawNan = false;
  /// The scale and zero point of the codes, after the first evaluation.
  runtime::QuantizedView view;

protected:
  /// The values of every source at the positions.
  virtual llvm::Expected<std::vector<runtime::Value>> valuesAt(const std::vector<int64_t> &positions,
                                                               int64_t count) = 0;

private:
  llvm::Expected<std::vector<int64_t>> at(const std::vector<int64_t> &positions, int64_t count);

  const ConstantValues &constants;
  ChainEvaluator evaluator;
};

/// The values of a form at integers of shape `shape`, whose dimension `axis` holds the channels.
class FormReader {
public:
  FormReader(const IntegerForm &form, int64_t axis);
  llvm::Expected<runtime::Value> operator()(const std::vector<int64_t> &codes, const runtime::Shape &shape);

  /// Whether a pending operation of the form met a NaN.
  bool sawNan = false;

private:
  llvm::Expected<runtime::Value> dequantize(const std::vector<int64_t> &codes, const runtime::Shape &shape);

  const IntegerForm &form;
  int64_t axis;
  runtime::Attributes attributes;
  std::unique_ptr<ChainEvaluator> pending; ///< of the form's pending operations
};

/// Positions are the integers of a form.
class IntegerFunction : public CodeFunction {
public:
  IntegerFunction(const Chain &chain, const ConstantValues &constants, const IntegerForm &form)
      : CodeFunction(chain, constants), reader(form, chain.axis) {}

protected:
  llvm::Expected<std::vector<runtime::Value>> valuesAt(const std::vector<int64_t> &positions, int64_t count) override;

private:
  FormReader reader;
};

/// Positions are pairs of integers of two forms: first * extent + second, each counted from its lowest value.
class PairFunction : public CodeFunction {
public:
  PairFunction(const Chain &chain, const ConstantValues &constants, const IntegerForm &first,
               const IntegerForm &second);
  int64_t size() const { return extents[0] * extents[1]; }
  int64_t extent(int i) const { return extents[i]; }
  int64_t low(int i) const { return lows[i]; }

protected:
  llvm::Expected<std::vector<runtime::Value>> valuesAt(const std::vector<int64_t> &positions, int64_t count) override;

private:
  FormReader readers[2];
  int64_t lows[2], extents[2];
};

/// Position p of the float32 values in ascending order; -0 and +0 are neighbours at -1 and 0.
float floatAt(int64_t position);
constexpr int64_t kInfinityPosition = 0x7f800000;

/// The position of a float that is a number.
int64_t getFloatPosition(float value);

/// Positions are floats.
class FloatFunction : public CodeFunction {
public:
  using CodeFunction::CodeFunction;
  int64_t interpolate(int64_t from, int64_t to, double share) const override;

protected:
  llvm::Expected<std::vector<runtime::Value>> valuesAt(const std::vector<int64_t> &positions, int64_t count) override;
};

/// For every channel the interval of positions and the direction of its code.
struct Interval {
  int64_t low;
  int64_t high;
  int64_t direction = 1;
};

/// The codes at the low ends of all channels, then those at the high ends.
llvm::Expected<std::vector<int64_t>> evaluateEnds(CodeFunction &function, llvm::ArrayRef<Interval> channels);

} // namespace qcompile

#endif // QCOMPILE_PASSES_CONVERTONNXTOQNN_CODEFUNCTION_H
