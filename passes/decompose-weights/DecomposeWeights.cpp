//===- DecomposeWeights.cpp - Weights as basis and powers of two ----------===//
#include "passes/decompose-weights/DecomposeWeights.h"

#include <cmath>

#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/compression/Driver.h"
#include "passes/decompose-weights/Refinement.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;

namespace qcompile {

#define GEN_PASS_DEF_DECOMPOSEWEIGHTS
#include "passes/decompose-weights/DecomposeWeights.h.inc"

namespace {
using namespace compression;
using decomposition::Factors;
using decomposition::Settings;

/// Codes beyond it are not sure to come back from float32(scale * code) / scale.
constexpr int kMaxCodeBits = 23;
/// The source cuts blocks longer than this many times n.
constexpr int64_t kLengthPerVector = 64;

/// Factors of all outputs as the attribute, for weights of the layer's own arrangement.
Attribute makeStructure(const Layer &layer, const Settings &settings, const std::vector<Factors> &factors) {
  const int64_t n = settings.vector, outputs = layer.outputs(), vectors = settings.vectors(layer.inputs()),
                blocks = settings.blocks(layer.inputs());
  std::vector<int64_t> coefficients, bases;
  for (const Factors &f : factors) {
    for (int64_t v = 0; v < vectors; ++v)
      for (int64_t i = 0; i < n; ++i)
        coefficients.push_back(int64_t(f.coefficients(v, i)));
    for (int64_t r = 0; r < blocks * n; ++r)
      for (int64_t j = 0; j < n; ++j)
        bases.push_back(int64_t(f.basis(r, j)));
  }
  using runtime::DataType, runtime::Tensor;
  MLIRContext *context = layer.operation()->getContext();
  // +2^e needs e + 2 bits; at least two, for -1, 0 and 1.
  auto c = Tensor::FromIntegers(DataType::Signed(int(settings.levels) + 1), {outputs, vectors, n}, coefficients);
  auto b = Tensor::FromIntegers(DataType::Signed(int(settings.basisBits)), {outputs, blocks, n, n}, bases);
  return encoding::BasisAttr::get(context, settings.levels, settings.basisBits, settings.length,
                                  data::ConstantAttr::get(context, layer.name() + ".coefficients", *c),
                                  data::ConstantAttr::get(context, layer.name() + ".basis", *b), layer.order(), 1);
}

class Decomposer : public Method {
public:
  Decomposer(Settings settings, bool keepGrid) : given(settings), keepGrid(keepGrid) {}

  llvm::Expected<LayerResult> compress(const LayerTask &task) override {
    const Layer &layer = task.layer;
    if (Attribute structure = layer.structure(); structure && (keepGrid || !isa<encoding::BasisAttr>(structure)))
      return llvm::createStringError("its weights have the structure '" +
                                     cast<encoding::EncodingAttr>(structure).getEncodingName().str() +
                                     "', which a decomposition would break; use one of the two on this layer");
    const Settings settings = getSettings(layer);
    const int64_t coefficients = layer.outputs() * settings.vectors(layer.inputs()) * settings.vector;
    if (std::llround(settings.density * double(coefficients)) < 1)
      return llvm::createStringError("density %g leaves none of its %lld coefficients, expected at least %g (1/%lld)",
                                     settings.density, (long long)coefficients, 1 / double(coefficients),
                                     (long long)coefficients);
    std::vector<Factors> factors = decompose(task, settings);
    llvm::Expected<LayerResult> result = makeResult(layer, settings, factors);
    if (result && keepGrid && layer.grid())
      roundOnGrid(layer, *result);
    return result;
  }

private:
  Settings getSettings(const Layer &layer) const {
    Settings out = given;
    // Rows of a kernel; where these are single numbers, its columns.
    if (!out.vector)
      for (int64_t extent : layer.kernel())
        out.vector = extent > 1 ? extent : out.vector;
    out.vector = out.vector ? std::min<int64_t>(out.vector, 64) : 3;
    // Blocks of nearly equal length instead of a short last one.
    const int64_t longest = out.length ? out.length : kLengthPerVector * out.vector;
    const int64_t vectors = out.vectors(layer.inputs());
    const int64_t blocks = (vectors + longest - 1) / longest;
    out.length = (vectors + blocks - 1) / blocks;
    return out;
  }

  std::vector<Factors> decompose(const LayerTask &task, const Settings &settings) const {
    const Layer &layer = task.layer;
    const bool secondOrder = task.correction == Correction::SecondOrder;
    std::vector<Matrix> moments;
    if (secondOrder)
      for (int64_t g = 0; g < layer.groups(); ++g) {
        moments.push_back(task.data->centredMoments(g));
        dampen(moments.back(), 0.01);
      }
    else
      moments.push_back(Matrix::Identity(layer.inputs(), layer.inputs()));
    Settings start = settings;
    start.density = 1; // What the layer can do without is decided over all outputs, below.
    std::vector<Factors> factors;
    std::vector<const Matrix *> momentsOfOutputs;
    for (int64_t o = 0; o < layer.outputs(); ++o) {
      factors.push_back(decomposition::decompose(task.target().row(o), start));
      momentsOfOutputs.push_back(&moments[secondOrder ? layer.groupOf(o) : 0]);
    }
    return decomposition::refine(settings, task.target(), momentsOfOutputs, std::move(factors));
  }

  llvm::Expected<LayerResult> makeResult(const Layer &layer, const Settings &settings,
                                         const std::vector<Factors> &factors) const {
    Matrix codes(layer.outputs(), layer.inputs());
    WeightGrid grid;
    grid.scale.clear();
    int64_t nonzero = 0, coefficients = 0;
    LayerResult out;
    for (int64_t o = 0; o < layer.outputs(); ++o) {
      const Factors &f = factors[o];
      codes.row(o) = f.expand(settings, layer.inputs());
      grid.scale.push_back(f.scale);
      nonzero += (f.coefficients.array() != 0).count();
      coefficients += f.coefficients.size();
    }
    const double largest = std::max(1.0, codes.cwiseAbs().maxCoeff());
    grid.bits = std::max(2, std::ilogb(largest) + 2);
    if (grid.bits > kMaxCodeBits)
      return llvm::createStringError(
          "the products of coefficients and basis have %d bits, expected at most %d: lower 'levels' "
          "or 'basis-bits'",
          grid.bits, kMaxCodeBits);
    Matrix &values = out.weights.values;
    values.resize(codes.rows(), codes.cols());
    for (int64_t o = 0; o < codes.rows(); ++o)
      for (int64_t k = 0; k < codes.cols(); ++k)
        values(o, k) = grid.dequantize(int64_t(codes(o, k)), o);
    out.weights.grid = grid;
    out.weights.structure = makeStructure(layer, settings, factors);
    const double density = double(nonzero) / double(coefficients);
    out.technique = llvm::formatv("basis {0}x{0} of {1} bits, {2} exponents, density {3:F2}", settings.vector,
                                  settings.basisBits, settings.levels, density);
    if (layer.grid())
      out.technique += ", instead of its own grid";
    out.details = llvm::json::Object{
        {"density", density}, {"vector", settings.vector}, {"length", settings.length}, {"code_bits", grid.bits}};
    return out;
  }

  static void roundOnGrid(const Layer &layer, LayerResult &result) {
    result.weights.values = layer.grid()->round(result.weights.values);
    result.weights.grid.reset();
    result.weights.structure = nullptr;
    StringRef technique = result.technique;
    technique.consume_back(", instead of its own grid");
    result.technique = technique.str() + ", rounded on its own grid";
  }

  const Settings given;
  const bool keepGrid;
};

struct DecomposeWeightsPass : impl::DecomposeWeightsBase<DecomposeWeightsPass> {
  using DecomposeWeightsBase::DecomposeWeightsBase;
  // The options are protected members.
  template <typename Pass> friend Options compression::readOptions(const Pass &pass);

  void getDependentDialects(DialectRegistry &registry) const override {
    DecomposeWeightsBase::getDependentDialects(registry);
    registry.insert<encoding::EncodingDialect>();
  }

  void runOnOperation() override {
    if (!checkOptions())
      return signalPassFailure();
    Settings settings;
    settings.vector = vector;
    settings.length = length;
    settings.levels = levels;
    settings.basisBits = basisBits;
    settings.iterations = iterations;
    settings.threshold = threshold;
    settings.vectorThreshold = rowThreshold;
    settings.density = density;
    Decomposer method(settings, keepGrid);
    if (failed(compressLayers(getOperation(), getArgument(), method, readOptions(*this))))
      signalPassFailure();
  }

private:
  bool checkOptions() {
    bool ok = true;
    auto print = [](double value) {
      std::string text;
      llvm::raw_string_ostream(text) << llvm::format("%g", value);
      return text;
    };
    auto expect = [&](StringRef name, double value, double low, double high) {
      if (value >= low && value <= high)
        return;
      emitError(getOperation().getLoc(), Code::P010)
          << "option '" << name << "': expected " << print(low) << " to " << print(high) << ", found " << print(value);
      ok = false;
    };
    expect("levels", double(levels), 1, 15);
    expect("basis-bits", double(basisBits), 2, 16);
    expect("vector", double(vector), 0, 64);
    expect("length", double(length), 0, 1e9);
    expect("iterations", double(iterations), 1, 1e6);
    expect("threshold", threshold, 0, 1);
    expect("row-threshold", rowThreshold, 0, 1e6);
    // What is too little depends on the layer.
    expect("density", density, 0, 1);
    return ok;
  }
};

} // namespace
} // namespace qcompile
