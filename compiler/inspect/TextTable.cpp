//===- TextTable.cpp - Tables for a terminal ------------------------------===//
#include "compiler/inspect/TextTable.h"

#include "dialects/diagnostics/Printable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Unicode.h"

using namespace llvm;

namespace qcompile::inspect {

/// Columns that a terminal takes for the text.
static size_t getWidth(const std::string &text) {
  int width = sys::unicode::columnWidthUTF8(text);
  return width < 0 ? text.size() : size_t(width);
}

void TextTable::add(std::vector<std::string> row) {
  for (std::string &cell : row)
    cell = makePrintable(cell);
  rows.push_back(std::move(row));
}

void TextTable::print(raw_ostream &os) const {
  std::vector<size_t> widths(isText.size());
  for (const auto &row : rows)
    for (auto [i, cell] : enumerate(row))
      widths[i] = std::max(widths[i], getWidth(cell));
  for (const auto &row : rows) {
    std::string line;
    for (auto [i, cell] : enumerate(row)) {
      std::string space(widths[i] - getWidth(cell), ' ');
      line += (i ? "  " : "") + (isText[i] ? cell + space : space + cell);
    }
    os << StringRef(line).rtrim() << "\n";
  }
}

} // namespace qcompile::inspect
