//===- YamlTree.h - A YAML file as a tree with line numbers -----*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_COMPRESS_YAMLTREE_H
#define QCOMPILE_COMPILER_COMPRESS_YAMLTREE_H

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "llvm/ADT/StringRef.h"

namespace qcompile::compress {

struct YamlField;

/// A scalar, a list or a map; keys of a map are unique and in the order of the file.
struct YamlNode {
  enum class Kind { Scalar, List, Map };
  Kind kind = Kind::Scalar;
  unsigned line = 0;             ///< from 1
  std::string text;              ///< of a scalar
  std::vector<YamlNode> items;   ///< of a list
  std::vector<YamlField> fields; ///< of a map

  const YamlNode *find(llvm::StringRef key) const;
};

struct YamlField {
  std::string name;
  YamlNode value;
  unsigned line = 0; ///< of the name
};

/// Called for every problem, with its line.
using ReportProblem = std::function<void(unsigned line, const std::string &message)>;

/// The tree of a file with one document. Nothing where it is no YAML, has no or several documents, aliases or anchors,
/// keys that are no scalars or occur twice: each has been reported.
std::optional<YamlNode> parseYaml(llvm::StringRef text, const ReportProblem &report);

/// A scalar as it stands in a file: quoted where it would otherwise mean something else.
std::string quoteYaml(llvm::StringRef text);

} // namespace qcompile::compress

#endif // QCOMPILE_COMPILER_COMPRESS_YAMLTREE_H
