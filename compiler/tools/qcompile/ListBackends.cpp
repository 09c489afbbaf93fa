//===- ListBackends.cpp - qcompile list-backends --------------------------===//
#include "compiler/session/Manifest.h"
#include "compiler/tools/qcompile/Commands.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace qcompile::tool {

int listBackends(Session &session, const Options &options) {
  json::Array list;
  for (const BackendRegistry::Entry &entry : session.backends().entries()) {
    const Backend &backend = *entry.backend;
    json::Array schema;
    if (!options.json)
      outs() << backend.name() << " " << backend.version() << " (" << entry.origin << "): " << backend.summary()
             << "\n";
    for (const OptionSpec &option : backend.options()) {
      schema.push_back(json::Object{{"key", option.key}, {"default", option.defaultValue}, {"help", option.help}});
      if (!options.json)
        outs() << "  " << option.key << "=" << option.defaultValue << "  " << option.help << "\n";
    }
    list.push_back(json::Object{{"name", backend.name()},
                                {"version", backend.version()},
                                {"origin", entry.origin},
                                {"summary", backend.summary()},
                                {"options", std::move(schema)}});
  }
  if (options.json)
    outs() << formatJson(std::move(list));
  return 0;
}

} // namespace qcompile::tool
