#include "runtime/reference/registry.h"

#include "runtime/reference/register.h"

namespace qcompile::runtime {
namespace {

const ReferenceTable& Table() {
  // Built on first use and never destroyed, so that no order of static objects matters.
  static const ReferenceTable* table = [] {
    auto* result = new ReferenceTable;
    RegisterActivations(*result);
    RegisterBlocks(*result);
    RegisterCasts(*result);
    RegisterChannelsLast(*result);
    RegisterClamps(*result);
    RegisterComparisons(*result);
    RegisterConvolutions(*result);
    RegisterElementwise(*result);
    RegisterFloatQuant(*result);
    RegisterGathers(*result);
    RegisterGenerators(*result);
    RegisterIm2Col(*result);
    RegisterLinear(*result);
    RegisterLinearQuant(*result);
    RegisterMicrosoftOperators(*result);
    RegisterNormalizations(*result);
    RegisterOrders(*result);
    RegisterPads(*result);
    RegisterPools(*result);
    RegisterProductQuantization(*result);
    RegisterQnn(*result);
    RegisterQonnxIntegers(*result);
    RegisterQuantizeDequantize(*result);
    RegisterQuantizers(*result);
    RegisterReductions(*result);
    RegisterResizes(*result);
    RegisterSelections(*result);
    RegisterShapes(*result);
    return result;
  }();
  return *table;
}

}  // namespace

ReferenceFunction FindReference(absl::string_view name) {
  const auto it = Table().find(std::string(name));
  return it == Table().end() ? nullptr : it->second;
}

std::vector<absl::string_view> ReferenceNames() {
  std::vector<absl::string_view> names;
  for (const auto& [name, function] : Table()) names.push_back(name);
  return names;
}

}  // namespace qcompile::runtime
