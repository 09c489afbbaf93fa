#include "runtime/reference/registry.h"

#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

const ReferenceTable& Table() {
  // Built on first use and never destroyed, so that no order of static objects matters.
  static const ReferenceTable* table = [] {
    auto* result = new ReferenceTable;
    RegisterActivations(*result);
    RegisterBits(*result);
    RegisterBlocks(*result);
    RegisterBoxes(*result);
    RegisterCasts(*result);
    RegisterChannelsLast(*result);
    RegisterClamps(*result);
    RegisterComparisons(*result);
    RegisterConvolutions(*result);
    RegisterCumulations(*result);
    RegisterDataDependent(*result);
    RegisterEinsum(*result);
    RegisterElementwise(*result);
    RegisterFloatQuant(*result);
    RegisterGathers(*result);
    RegisterGenerators(*result);
    RegisterGridSample(*result);
    RegisterIm2Col(*result);
    RegisterLinear(*result);
    RegisterLinearQuant(*result);
    RegisterMicrosoftOperators(*result);
    RegisterMatrices(*result);
    RegisterNormalizations(*result);
    RegisterNorms(*result);
    RegisterOrders(*result);
    RegisterPads(*result);
    RegisterPatches(*result);
    RegisterPools(*result);
    RegisterProductQuantization(*result);
    RegisterQnn(*result);
    RegisterQonnxIntegers(*result);
    RegisterQuantizeDequantize(*result);
    RegisterQuantizedOperators(*result);
    RegisterQuantizers(*result);
    RegisterRecurrent(*result);
    RegisterReductions(*result);
    RegisterResizes(*result);
    RegisterScatters(*result);
    RegisterSelections(*result);
    RegisterSequences(*result);
    RegisterShapes(*result);
    RegisterSignals(*result);
    RegisterTrigonometry(*result);
    return result;
  }();
  return *table;
}

}  // namespace

ReferenceFunction FindReference(absl::string_view name) {
  const auto it = Table().find(std::string(name));
  return it == Table().end() ? nullptr : it->second;
}

CheckFunction FindCheck(absl::string_view name) {
  static const CheckTable* table = [] {
    auto* result = new CheckTable;
    RegisterConvolutionChecks(*result);
    RegisterLinearChecks(*result);
    RegisterNormChecks(*result);
    RegisterPoolChecks(*result);
    return result;
  }();
  const auto it = table->find(std::string(name));
  return it == table->end() ? nullptr : it->second;
}

std::vector<absl::string_view> ReferenceNames() {
  std::vector<absl::string_view> names;
  for (const auto& [name, function] : Table()) names.push_back(name);
  return names;
}

}  // namespace qcompile::runtime
