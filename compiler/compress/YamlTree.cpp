//===- YamlTree.cpp - A YAML file as a tree with line numbers -------------===//
#include "compiler/compress/YamlTree.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

using namespace llvm;

namespace qcompile::compress {

const YamlNode *YamlNode::find(StringRef key) const {
  for (const YamlField &field : fields)
    if (field.name == key)
      return &field.value;
  return nullptr;
}

namespace {

/// Deeper files are refused: nothing that we read is, and the parser recurses.
constexpr unsigned kMaxDepth = 16;

class TreeBuilder {
public:
  TreeBuilder(SourceMgr &sources, const ReportProblem &report) : sources(sources), report(report) {}

  std::optional<YamlNode> build(yaml::Node *node, unsigned depth = 0) {
    unsigned line = node ? getLine(node) : 1;
    if (depth > kMaxDepth)
      return fail(line, "nested too deeply");
    if (!node)
      return std::nullopt;
    if (!node->getAnchor().empty())
      return fail(line, "anchors are not supported");
    YamlNode out;
    out.line = line;
    if (auto *scalar = dyn_cast<yaml::ScalarNode>(node)) {
      SmallString<64> storage;
      out.text = scalar->getValue(storage).str();
      return out;
    }
    if (auto *block = dyn_cast<yaml::BlockScalarNode>(node)) {
      out.text = block->getValue().str();
      return out;
    }
    if (auto *list = dyn_cast<yaml::SequenceNode>(node))
      return buildList(*list, std::move(out), depth);
    if (auto *map = dyn_cast<yaml::MappingNode>(node))
      return buildMap(*map, std::move(out), depth);
    if (isa<yaml::NullNode>(node))
      return out;
    return fail(line, "aliases are not supported");
  }

  bool ok = true;

private:
  /// Nodes behind an error of the parser stand nowhere.
  unsigned getLine(yaml::Node *node) {
    const SMLoc start = node->getSourceRange().Start;
    return start.isValid() && sources.FindBufferContainingLoc(start) ? sources.getLineAndColumn(start).first : 1;
  }
  std::nullopt_t fail(unsigned line, const std::string &message) {
    report(line, message);
    ok = false;
    return std::nullopt;
  }

  std::optional<YamlNode> buildList(yaml::SequenceNode &list, YamlNode out, unsigned depth) {
    out.kind = YamlNode::Kind::List;
    for (yaml::Node &item : list) {
      std::optional<YamlNode> built = build(&item, depth + 1);
      if (!built)
        return std::nullopt;
      out.items.push_back(std::move(*built));
    }
    return out;
  }

  std::optional<YamlNode> buildMap(yaml::MappingNode &map, YamlNode out, unsigned depth) {
    out.kind = YamlNode::Kind::Map;
    for (yaml::KeyValueNode &field : map) {
      auto *key = dyn_cast_or_null<yaml::ScalarNode>(field.getKey());
      if (!key)
        return fail(out.line, "expected keys that are words");
      SmallString<64> storage;
      std::string name = key->getValue(storage).str();
      unsigned line = getLine(key);
      if (out.find(name))
        return fail(line, "'" + name + "' is given twice");
      std::optional<YamlNode> value = build(field.getValue(), depth + 1);
      if (!value)
        return std::nullopt;
      out.fields.push_back({std::move(name), std::move(*value), line});
    }
    return out;
  }

  SourceMgr &sources;
  const ReportProblem &report;
};

} // namespace

std::optional<YamlNode> parseYaml(StringRef text, const ReportProblem &report) {
  SourceMgr sources;
  std::pair<const ReportProblem *, bool> state(&report, false);
  sources.setDiagHandler(
      [](const SMDiagnostic &diagnostic, void *opaque) {
        auto &[report, failed] = *static_cast<std::pair<const ReportProblem *, bool> *>(opaque);
        if (!failed) // what follows the first is a consequence of it
          (*report)(unsigned(std::max(diagnostic.getLineNo(), 1)), diagnostic.getMessage().lower());
        failed = true;
      },
      &state);
  yaml::Stream stream(text, sources, /*ShowColors=*/false);
  auto document = stream.begin();
  if (document == stream.end() || isa_and_nonnull<yaml::NullNode>(document->getRoot()) || !document->getRoot()) {
    if (!state.second)
      report(1, "expected a YAML map, found nothing");
    return std::nullopt;
  }
  TreeBuilder builder(sources, report);
  std::optional<YamlNode> root = builder.build(document->getRoot());
  if (!root || state.second || stream.failed()) {
    if (!state.second && builder.ok)
      report(1, "not valid YAML");
    return std::nullopt;
  }
  ++document;
  if (document != stream.end()) {
    report(root->line, "expected one document, found several");
    return std::nullopt;
  }
  return root;
}

std::string quoteYaml(StringRef text) {
  bool plain = !text.empty() && (isAlnum(text[0]) || text[0] == '.' || text[0] == '/') &&
               all_of(text, [](char c) { return isAlnum(c) || StringRef("_-./+").contains(c); });
  if (plain)
    return text.str();
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      out += '\\';
    if (uint8_t(c) < 0x20)
      out += "\\x" + toHex(StringRef(&c, 1), /*LowerCase=*/true);
    else
      out += c;
  }
  return out + "\"";
}

} // namespace qcompile::compress
