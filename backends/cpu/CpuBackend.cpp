//===- CpuBackend.cpp - The cpu backend -----------------------------------===//
#include "backends/cpu/CpuBackend.h"

#include "backends/cpu/CodeGenerator.h"
#include "backends/cpu/CpuSession.h"
#include "backends/cpu/Linker.h"
#include "backends/cpu/lower-to-kernels/LowerToKernels.h"
#include "backends/cpu/outline-islands/OutlineIslands.h"
#include "dialects/qnn/QnnDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace qcompile::cpu {

/// The processor that every machine of an architecture can stand in for.
static std::string baselineCpu() {
#if defined(__x86_64__)
  return "x86-64";
#else
  return "generic";
#endif
}

std::vector<OptionSpec> CpuBackend::options() const {
  return {OptionSpec::string("target-cpu", baselineCpu(),
                             "processor that the glue code is generated for, as LLVM names it; "
                             "kernels select instructions at run time"),
          OptionSpec::string("cc", "",
                             "C compiler driver that links the library (default: the first of cc, "
                             "clang and gcc on the path)")};
}

void CpuBackend::registerDialects(mlir::DialectRegistry &registry) const {
  registry.insert<mlir::LLVM::LLVMDialect, data::DataDialect, qnn::QnnDialect>();
}

void CpuBackend::registerPasses() const {
  registerCpuOutlineIslands();
  registerCpuLowerToKernels();
}

llvm::Expected<std::unique_ptr<BackendSession>> CpuBackend::createSession(const OptionValues &values) const {
  CpuOptions options;
  options.targetCpu = values.getString("target-cpu").str();
  if (llvm::Error error = checkTargetCpu(options.targetCpu))
    return error;
  auto driver = findDriver(values.getString("cc"));
  if (!driver)
    return driver.takeError();
  options.driver = *driver;
  return std::make_unique<CpuSession>(std::move(options));
}

} // namespace qcompile::cpu
