//===- ConvertOptions.cpp - Options of convert alone ----------------------===//
#include "compiler/tools/qcompile/ConvertOptions.h"

using namespace llvm;

namespace qcompile::tool {

struct ConvertCommandLine::Declarations {
  cl::OptionCategory &category;
  cl::SubCommand &command;

  // Numbers are read as text: LLVM's parser reports a bad one past our error stream.
  struct Text : cl::opt<std::string> {
    Text(Declarations &all, StringRef name, StringRef value, StringRef help)
        : cl::opt<std::string>(name, cl::desc(help), cl::value_desc(value), cl::cat(all.category),
                               cl::sub(all.command)) {}
  };
  struct Flag : cl::opt<bool> {
    Flag(Declarations &all, StringRef name, StringRef help)
        : cl::opt<bool>(name, cl::desc(help), cl::cat(all.category), cl::sub(all.command)) {}
  };

  Text to{*this, "to", "format", "qonnx, qcdq, qdq, qop or multithreshold"};
  Text opset{*this, "opset", "n", "opset of the file (default: that of MODEL, or the nearest that has its operators)"};
  Text irVersion{*this, "ir-version", "n", "IR version of the file (default: 10, or what its types need)"};
  Flag verify{*this, "verify", "compare MODEL with the file on --input, or on random samples"};
  Flag allowApproximate{*this, "allow-approximate", "leave other roundings than the format's out"};
  Flag smallTypes{*this, "small-types", "store codes of 2 and 4 bits in types of that width"};
};

ConvertCommandLine::ConvertCommandLine(cl::OptionCategory &category, cl::SubCommand &command)
    : options(new Declarations{category, command}) {}
ConvertCommandLine::~ConvertCommandLine() = default;

static std::string readVersion(const cl::opt<std::string> &option, int64_t first, int64_t last,
                               std::optional<int64_t> &out) {
  int64_t number;
  if (option.empty())
    return "";
  if (StringRef(option).getAsInteger(10, number) || number < first || number > last)
    return "--" + option.ArgStr.str() + ": expected a number from " + std::to_string(first) + " to " +
           std::to_string(last) + ", found '" + option + "'";
  out = number;
  return "";
}

std::string ConvertCommandLine::read(ConvertOptions &out) const {
  std::optional<convert::Format> format = convert::parseFormat(options->to);
  if (!format)
    return "--to: expected one of " + convert::listFormats() + ", found " +
           (options->to.empty() ? "none" : "'" + options->to + "'");
  out.conversion.format = *format;
  out.conversion.allowApproximate = options->allowApproximate;
  out.conversion.smallTypes = options->smallTypes;
  out.verify = options->verify;
  // Older opsets than 13 have no quantization along an axis; IR 7 goes with 13.
  if (std::string mistake = readVersion(options->opset, 13, getNewestOpset(), out.conversion.file.opset);
      !mistake.empty())
    return mistake;
  return readVersion(options->irVersion, 7, 14, out.conversion.file.irVersion);
}

} // namespace qcompile::tool
