//===- RandomInputs.cpp - Samples of --random -----------------------------===//
#include "compiler/tools/qcompile/RandomInputs.h"

using namespace llvm;

namespace qcompile::tool {

Expected<InputBatches> drawInputs(const Session &session, const Executable &executable, const Options &options,
                                  int64_t count, Messages &messages) {
  const InputRanges &ranges = session.importReport().inputRanges;
  for (const runtime::Port &port : executable.inputs()) {
    auto it = ranges.find(port.name);
    if (it == ranges.end())
      continue;
    InputRange range = it->second;
    if (port.type.IsInteger())
      range.intersect({port.type.MinValue(), port.type.MaxValue(), true, ""});
    if (range.isEmpty())
      return createStringError("no random number fits all uses of input '" + port.name + "'" +
                               (it->second.node.empty() ? "" : ", of which one is node '" + it->second.node + "'") +
                               "; give it with --input");
    messages.note("input '" + port.name + "' is drawn from " + std::to_string(range.low) + " to " +
                  std::to_string(range.high) + (it->second.node.empty() ? "" : ", for node '" + it->second.node + "'"));
  }
  messages.note("seed " + std::to_string(options.seed));
  return makeRandomInputs(executable.inputs(), count, options.seed, ranges);
}

} // namespace qcompile::tool
