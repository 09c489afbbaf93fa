//===- Page.h - Pages that need nothing else --------------------*- C++ -*-===//
//
// One file without network: style and script are inside. Charts are SVG elements (SvgChart.h); the only script sorts
// tables.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_HTML_PAGE_H
#define QCOMPILE_COMPILER_HTML_PAGE_H

#include <optional>
#include <string>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

namespace qcompile::html {

/// Text with what HTML takes as its own replaced.
std::string escapeHtml(llvm::StringRef text);

/// "25.17 M": a count in a few characters.
std::string formatShort(double value);

/// The page up to its heading. `subtitle` is HTML; `style` is added to that of all pages.
void beginPage(llvm::raw_ostream &os, llvm::StringRef title, llvm::StringRef heading, const std::string &subtitle,
               llvm::StringRef style = "");
/// The end of the page, with all data as JSON in an element of its own.
void endPage(llvm::raw_ostream &os, llvm::json::Object data);

/// One of the boxes under the heading.
void writeFact(llvm::raw_ostream &os, llvm::StringRef name, llvm::StringRef value, llvm::StringRef note);

/// Writes a table whose columns sort.
class Table {
public:
  /// Columns whose titles begin with '<' hold text, at the left.
  Table(llvm::raw_ostream &os, llvm::ArrayRef<llvm::StringRef> titles);
  ~Table();

  /// `id`: for links to the row; may be empty.
  void begin(bool chosen = false, llvm::StringRef id = "");
  void end();
  void text(llvm::StringRef value);
  void sentence(llvm::StringRef value);
  void number(std::optional<double> value, llvm::StringRef shown);
  /// A number with a bar: `whole` is a full one.
  void bar(std::optional<double> value, double whole, llvm::StringRef shown);
  void error(std::optional<double> value);
  void count(std::optional<double> value);
  void percent(double value, double whole);

private:
  llvm::raw_ostream &os;
};

} // namespace qcompile::html

#endif // QCOMPILE_COMPILER_HTML_PAGE_H
