//===- CompareOptions.cpp - Options of compare alone ----------------------===//
#include "compiler/tools/qcompile/CompareOptions.h"

using namespace llvm;

namespace qcompile::tool {

struct CompareCommandLine::Declarations {
  cl::OptionCategory &category;
  cl::SubCommand &command;

  struct Text : cl::opt<std::string> {
    Text(Declarations &all, StringRef name, StringRef value, StringRef help)
        : cl::opt<std::string>(name, cl::desc(help), cl::value_desc(value), cl::cat(all.category),
                               cl::sub(all.command)) {}
  };

  cl::opt<std::string> other{cl::Positional, cl::desc("[OTHER MODEL]"), cl::cat(category), cl::sub(command)};
  Text against{*this, "against", "stage|backend", "what to compare with (default: stage normalise)"};
  Text recorded{*this, "recorded", "folder|file.npz",
                "compare with what another program computed: NAME.npy per tensor, or ONNX test data sets"};
  Text reduce{*this, "reduce", "file.onnx",
              "where there is a difference, write the smallest part of the model that still has one, and its inputs"};
  Text order{*this, "order", "worst|model", "order of the tensors (default: worst first)"};
  cl::opt<bool> allowAmbiguous{"allow-ambiguous", cl::cat(category), cl::sub(command),
                               cl::desc("end with 0 where every difference is ambiguous or follows from one that is")};
};

CompareCommandLine::CompareCommandLine(cl::OptionCategory &category, cl::SubCommand &command)
    : options(new Declarations{category, command}) {}
CompareCommandLine::~CompareCommandLine() = default;

std::string CompareCommandLine::read(CompareOptions &out) const {
  out.other = options->other;
  out.against = options->against;
  out.recorded = options->recorded;
  out.reduce = options->reduce;
  out.modelOrder = options->order == "model";
  out.allowAmbiguous = options->allowAmbiguous;
  if (!options->order.empty() && options->order != "model" && options->order != "worst")
    return "--order: expected worst or model, found '" + options->order + "'";
  if (!out.recorded.empty() && !out.other.empty())
    return "expected one model with --recorded, found a second one, '" + out.other + "'";
  if (!out.recorded.empty() && !out.against.empty())
    return "expected either --recorded or --against";
  return "";
}

} // namespace qcompile::tool
