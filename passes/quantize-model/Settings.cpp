//===- Settings.cpp - What the options of quantization ask for ------------===//
#include "passes/quantize-model/Settings.h"

#include <limits>

#include "llvm/ADT/STLExtras.h"

namespace qcompile::quantization {
namespace {

/// What deployment targets take, as collected by MQBench (Li et al. 2021): 8 bits everywhere.
struct Preset {
  llvm::StringLiteral name, granularity, weightScheme, activationScheme, scales;
};
constexpr Preset kPresets[] = {
    {"tensorrt", "channel", "symmetric", "symmetric", "real"},
    {"snpe", "tensor", "affine", "affine", "real"},
    {"openvino", "channel", "symmetric", "symmetric", "real"},
    {"vitis", "tensor", "symmetric", "symmetric", "power-of-two"},
    {"onnx-qnn", "tensor", "affine", "affine", "real"},
    {"ppl-cuda", "channel", "affine", "affine", "real"},
};

class Reader {
public:
  explicit Reader(WrittenOptions written) : written(std::move(written)) {}

  llvm::Expected<Settings> read() {
    if (!written.preset.empty())
      applyPreset();
    Settings out;
    out.weights.bits = readBits("weight-bits", written.weightBits, 8);
    out.activations.bits = readBits("activation-bits", written.activationBits, 0);
    out.weights.perChannel = readWord("granularity", written.granularity, {"channel", "tensor"}) == 0;
    out.weights.affine = readWord("weight-scheme", written.weightScheme, {"symmetric", "affine"}) == 1;
    out.activations.scheme =
        ActivationScheme(readWord("activation-scheme", written.activationScheme, {"auto", "symmetric", "affine"}));
    const bool powerOfTwo = readWord("scales", written.scales, {"real", "power-of-two"}) == 1;
    out.weights.narrow = written.narrow;
    out.weights.weighted = written.weighted;
    out.weights.range = readRange("weight-range", written.weightRange, out.weights.bits == 2, powerOfTwo);
    out.activations.range = readRange("activation-range", written.activationRange,
                                      out.activations.bits > 0 && out.activations.bits < 8, powerOfTwo);
    if (!(written.percentile > 50 && written.percentile <= 100))
      problem("expected a percentile above 50 and at most 100, found " + std::to_string(written.percentile));
    out.dualThreshold = written.dual ? written.dualThreshold : std::numeric_limits<double>::infinity();
    if (written.dual && (out.weights.bits > 4 || out.weights.affine || !out.weights.narrow))
      problem("dual codes need weight-bits of 2 to 4 and symmetric, narrow weights");
    if (!(written.dualThreshold >= 0))
      problem("expected a dual-threshold of at least 0, found " + std::to_string(written.dualThreshold));
    if (!problems.empty())
      return llvm::createStringError(problems);
    out.technique = "W" + std::to_string(out.weights.bits) + (out.weights.perChannel ? " per channel" : " per tensor") +
                    (out.weights.affine ? ", affine" : "") + (powerOfTwo ? ", power of two" : "");
    return out;
  }

private:
  void problem(const std::string &text) { problems += (problems.empty() ? "" : "\n") + text; }

  void applyPreset() {
    std::string names;
    for (const Preset &preset : kPresets) {
      names += (names.empty() ? "" : ", ") + preset.name.str();
      if (preset.name != written.preset)
        continue;
      fix("granularity", written.granularity, preset.granularity);
      fix("weight-scheme", written.weightScheme, preset.weightScheme);
      fix("activation-scheme", written.activationScheme, preset.activationScheme);
      fix("scales", written.scales, preset.scales);
      for (auto [option, bits] :
           {std::pair("weight-bits", &written.weightBits), std::pair("activation-bits", &written.activationBits)}) {
        if (*bits != -1 && *bits != 8)
          problem("preset '" + written.preset + "' fixes " + option + "=8, found " + std::to_string(*bits));
        *bits = 8;
      }
      return;
    }
    problem("expected a preset of " + names + ", found '" + written.preset + "'");
  }

  void fix(const char *option, std::string &word, llvm::StringRef value) {
    if (!word.empty() && word != value)
      problem("preset '" + written.preset + "' fixes " + option + "=" + value.str() + ", found '" + word + "'");
    word = value.str();
  }

  int readBits(const char *option, int64_t bits, int otherwise) {
    if (bits == -1)
      return otherwise;
    if (bits != 0 && (bits < 2 || bits > 8))
      problem(std::string("expected ") + option + " of 2 to 8, or 0 for none, found " + std::to_string(bits));
    return int(bits);
  }

  /// The position of a word in the list; the first where none is written.
  size_t readWord(const char *option, const std::string &word, std::initializer_list<llvm::StringRef> words) {
    if (word.empty())
      return 0;
    std::string list;
    for (auto [i, known] : llvm::enumerate(words)) {
      if (known == word)
        return i;
      list += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + known.str();
    }
    problem(std::string("expected ") + option + " " + list + ", found '" + word + "'");
    return 0;
  }

  RangeOptions readRange(const char *option, const std::string &word, bool mseByDefault, bool powerOfTwo) {
    RangeOptions out;
    out.kind = word.empty() ? (mseByDefault ? RangeKind::Mse : RangeKind::MinMax)
                            : RangeKind(readWord(option, word, {"min-max", "percentile", "mse"}));
    out.percentile = written.percentile;
    out.unit = powerOfTwo ? 1 : 0;
    return out;
  }

  WrittenOptions written;
  std::string problems;
};

} // namespace

llvm::Expected<Settings> readSettings(WrittenOptions written) { return Reader(std::move(written)).read(); }

} // namespace qcompile::quantization
