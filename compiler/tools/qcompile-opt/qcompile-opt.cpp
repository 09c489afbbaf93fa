//===- qcompile-opt.cpp - Passes on printed IR ----------------------------===//
#include "backends/RegisterBackends.h"
#include "compiler/session/Session.h"
#include "dialects/data/DataDialect.h"
#include "dialects/data/SideFile.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;

/// The side file given by --constants=FILE, loaded into a context as soon as it has the data dialect.
class LoadConstants : public DialectExtension<LoadConstants, qcompile::data::DataDialect> {
public:
  explicit LoadConstants(std::shared_ptr<llvm::MemoryBuffer> file) : DialectExtension(), file(std::move(file)) {}

  void apply(MLIRContext *context, qcompile::data::DataDialect *) const override {
    std::string error;
    llvm::StringRef bytes = file->getBuffer();
    if (!qcompile::data::loadSideFile(context, {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}, file,
                                      error))
      emitError(UnknownLoc::get(context)) << error;
  }

private:
  std::shared_ptr<llvm::MemoryBuffer> file;
};

int main(int argc, char **argv) {
  static llvm::cl::opt<std::string> constants(
      "constants", llvm::cl::desc("side file with the constants of the printed stage"), llvm::cl::value_desc("file"));
  static llvm::cl::list<std::string> plugins("load-backend", llvm::cl::desc("shared object with a backend"),
                                             llvm::cl::value_desc("file"));

  // Plugins bring passes and constants must be there before the text is parsed, so both options are looked
  // for before the command line is read as a whole.
  DialectRegistry registry;
  qcompile::BackendRegistry backends;
  auto check = [](llvm::Error error) {
    if (!error)
      return true;
    llvm::errs() << "qcompile-opt: error: " << llvm::toString(std::move(error)) << "\n";
    return false;
  };
  if (!check(qcompile::registerBackends(backends)))
    return 1;
  for (int i = 1; i < argc; ++i) {
    llvm::StringRef argument = argv[i];
    if (argument.consume_front("--load-backend=") && !check(backends.load(argument)))
      return 1;
    if (argument.consume_front("--constants=")) {
      auto file = llvm::MemoryBuffer::getFile(argument, false, false);
      if (!file)
        return !check(llvm::createStringError("cannot read '" + argument + "': " + file.getError().message()));
      registry.addExtension(TypeID::get<LoadConstants>(), std::make_unique<LoadConstants>(std::move(*file)));
    }
  }
  qcompile::registerDialects(registry);
  qcompile::registerPasses();
  qcompile::registerStagePipelines();
  for (const auto &entry : backends.entries()) {
    entry.backend->registerDialects(registry);
    entry.backend->registerPasses();
  }
  registerCanonicalizerPass();
  registerCSEPass();
  return asMainReturnCode(MlirOptMain(argc, argv, "qcompile-opt: passes on printed IR\n", registry));
}
