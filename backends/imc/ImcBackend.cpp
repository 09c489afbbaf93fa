//===- ImcBackend.cpp - The in-memory-computing backend -------------------===//
#include "backends/imc/ImcBackend.h"

#include <algorithm>

#include "backends/imc/ImcSession.h"
#include "backends/imc/LayerPlan.h"
#include "backends/imc/convert-qnn-to-imc/ConvertQnnToImc.h"
#include "runtime/imc/target.h"

namespace rt = qcompile::runtime::imc;

namespace qcompile::imc {

static std::string optionKey(absl::string_view targetKey) {
  std::string key(targetKey);
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

std::vector<OptionSpec> ImcBackend::options() const {
  std::vector<OptionSpec> out;
  const rt::Target defaults;
  for (const rt::TargetOption &option : rt::TargetOptions()) {
    OptionSpec spec;
    spec.key = optionKey(option.key);
    spec.kind = option.choices.empty() ? OptionSpec::Kind::Integer : OptionSpec::Kind::Choice;
    spec.defaultValue = rt::TargetValue(defaults, option.key);
    spec.help = std::string(option.help);
    spec.minimum = option.min;
    spec.maximum = option.max;
    for (absl::string_view choice : option.choices)
      spec.choices.emplace_back(choice);
    out.push_back(std::move(spec));
  }
  return out;
}

void ImcBackend::registerDialects(mlir::DialectRegistry &registry) const { registry.insert<ImcDialect>(); }

void ImcBackend::registerPasses() const { registerConvertQnnToImc(); }

llvm::Expected<std::unique_ptr<BackendSession>> ImcBackend::createSession(const OptionValues &options) const {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const rt::TargetOption &option : rt::TargetOptions())
    pairs.emplace_back(std::string(option.key), options.getString(optionKey(option.key)).str());
  absl::StatusOr<rt::Target> target = rt::MakeTarget(pairs);
  if (!target.ok())
    return toError(target.status());
  return std::make_unique<ImcSession>(*target);
}

} // namespace qcompile::imc
