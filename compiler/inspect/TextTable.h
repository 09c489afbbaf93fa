//===- TextTable.h - Tables for a terminal ----------------------*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_INSPECT_TEXTTABLE_H
#define QCOMPILE_COMPILER_INSPECT_TEXTTABLE_H

#include <string>
#include <vector>

#include "llvm/Support/raw_ostream.h"

namespace qcompile::inspect {

/// A table whose columns are as wide as they have to be: texts at the left, numbers at the right.
class TextTable {
public:
  TextTable(std::vector<std::string> titles, std::vector<bool> isText)
      : isText(std::move(isText)), rows{std::move(titles)} {}

  /// Cells are made printable.
  void add(std::vector<std::string> row);
  size_t columns() const { return isText.size(); }
  /// Rows below the titles.
  size_t size() const { return rows.size() - 1; }
  void print(llvm::raw_ostream &os) const;

private:
  std::vector<bool> isText;
  std::vector<std::vector<std::string>> rows;
};

} // namespace qcompile::inspect

#endif // QCOMPILE_COMPILER_INSPECT_TEXTTABLE_H
