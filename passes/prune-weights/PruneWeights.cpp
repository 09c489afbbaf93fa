//===- PruneWeights.cpp - Set weights to zero -----------------------------===//
#include "passes/prune-weights/PruneWeights.h"

#include "dialects/data/DataDialect.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "dialects/encoding/EncodingDialect.h"
#include "dialects/onnx/OnnxDialect.h"
#include "passes/compression/Driver.h"
#include "passes/prune-weights/PruneMethod.h"

using namespace mlir;
using namespace qcompile::compression;

namespace qcompile {

#define GEN_PASS_DEF_PRUNEWEIGHTS
#include "passes/prune-weights/PruneWeights.h.inc"

namespace {

struct PruneWeightsPass : impl::PruneWeightsBase<PruneWeightsPass> {
  using Base = impl::PruneWeightsBase<PruneWeightsPass>;
  using Base::Base;
  // For readOptions.
  using Base::calibration, Base::correction, Base::keepFirst, Base::keepLast, Base::kinds, Base::layers, Base::minSize,
      Base::samples;

  void runOnOperation() override {
    FailureOr<PruneSettings> settings = readSettings();
    if (failed(settings))
      return signalPassFailure();
    PruneMethod method(*settings);
    if (failed(compressLayers(getOperation(), getArgument(), method, compression::readOptions(*this))))
      signalPassFailure();
  }

private:
  InFlightDiagnostic fail() { return emitError(getOperation().getLoc(), Code::P010); }

  FailureOr<PruneSettings> readSettings() {
    PruneSettings out;
    int given = !pattern.empty();
    auto readPart = [&](StringRef name, double value, PruneSettings::Kind kind) -> LogicalResult {
      if (value == 0)
        return success();
      ++given;
      out.kind = kind;
      out.part = value;
      if (value > 0 && value < 1)
        return success();
      return fail() << "expected " << name << " above 0 and below 1, found " << std::to_string(value);
    };
    if (failed(readPattern(out.pattern)) || failed(readPart("density", density, PruneSettings::Kind::Density)) ||
        failed(readPart("filters", filters, PruneSettings::Kind::Filters)) ||
        failed(readPart("rows", rows, PruneSettings::Kind::Rows)))
      return failure();
    if (given != 1)
      return fail() << "expected one of pattern, density, filters and rows, found " << given << " of them";
    if (scope != "layer" && scope != "global")
      return fail() << "expected scope layer or global, found '" << scope << "'";
    out.global = scope == "global";
    out.permute = permute;
    if (out.global && out.kind != PruneSettings::Kind::Density)
      return fail() << "scope global goes with a density only";
    if (out.permute && out.kind != PruneSettings::Kind::Pattern)
      return fail() << "permute goes with a pattern only";
    return out;
  }

  LogicalResult readPattern(GroupPattern &out) {
    if (pattern.empty())
      return success();
    auto [n, m] = StringRef(pattern).split(':');
    if (n.getAsInteger(10, out.n) || m.getAsInteger(10, out.m))
      return fail() << "expected a pattern N:m such as 2:4, found '" << pattern << "'";
    if (out.n < 1 || out.n >= out.m || out.m > 65536)
      return fail() << "pattern '" << pattern << "': expected 1 <= N < m <= 65536, found N = " << out.n
                    << " and m = " << out.m;
    return success();
  }
};

} // namespace
} // namespace qcompile
