//===- Page.cpp - Pages that need nothing else ----------------------------===//
#include "compiler/html/Page.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace qcompile::html {

static constexpr StringLiteral kStyle = R"(
:root { color-scheme: light dark; --ink: #1d2430; --dim: #667080; --line: #d7dce3; --back: #ffffff; --soft: #f4f6f9;
  --accent: #1f6feb; --chosen: #d1480f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ee; --dim: #98a2b0; --line: #3a424e; --back: #14181e;
  --soft: #1d232b; --accent: #6ea8fe; --chosen: #ff9a66; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 0 auto; max-width: 62rem;
  padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .6rem; }
.dim { color: var(--dim); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .8rem; margin: 1.2rem 0; }
.fact { background: var(--soft); border-radius: .5rem; padding: .6rem .9rem; }
.fact b { display: block; font-size: 1.2rem; font-weight: 600; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .9rem; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th { color: var(--dim); font-weight: 600; cursor: pointer; user-select: none; }
th:hover { color: var(--ink); }
th[aria-sort=ascending]::after { content: " \2191"; } th[aria-sort=descending]::after { content: " \2193"; }
.text { text-align: left; } td.long { white-space: normal; min-width: 12rem; } tr.chosen td { background: var(--soft); font-weight: 600; }
svg { width: 100%; max-width: 46rem; height: auto; display: block; }
.grid { stroke: var(--line); stroke-width: 1; } .tick { fill: var(--dim); font-size: 12px; }
.title { fill: var(--ink); font-size: 13px; } .curve { fill: none; stroke: var(--accent); stroke-width: 1.5; }
.point { fill: var(--accent); } circle.chosen { fill: var(--chosen); stroke: var(--back); stroke-width: 2; }
pre { background: var(--soft); border-radius: .5rem; padding: .8rem 1rem; overflow-x: auto; font-size: .85rem; }
.bar { position: relative; } .bar i { position: absolute; left: 4%; bottom: .1rem; height: .2rem; background: var(--accent); opacity: .7; }
@media print { th { cursor: auto; } body { max-width: none; } }
)";

static constexpr StringLiteral kScript = R"(
for (const head of document.querySelectorAll('th')) {
  head.tabIndex = 0;
  const sort = () => {
    const table = head.closest('table'), body = table.tBodies[0], column = head.cellIndex;
    const up = head.getAttribute('aria-sort') !== 'ascending';
    for (const other of table.querySelectorAll('th')) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    // Numbers by their values, also those within names; what is not known stands last either way.
    const names = new Intl.Collator(undefined, {numeric: true});
    const key = row => {
      const cell = row.cells[column], value = cell.dataset.v;
      return value !== undefined ? Number(value) : cell.classList.contains('text') ? cell.textContent : null;
    };
    const order = (a, b) => typeof a === 'string' ? names.compare(a, b) : a - b;
    const rows = [...body.rows].map((row, i) => [key(row), i, row]);
    rows.sort((a, b) => (a[0] === null) - (b[0] === null) ||
      (a[0] === null ? 0 : (up ? 1 : -1) * order(a[0], b[0])) || a[1] - b[1]);
    body.append(...rows.map(entry => entry[2]));
  };
  head.addEventListener('click', sort);
  head.addEventListener('keydown', event => { if (event.key === 'Enter') sort(); });
}
)";

std::string escapeHtml(StringRef text) {
  std::string out;
  // Names come from files: bytes that are no UTF-8 would make the page none.
  for (char c : json::isUTF8(text) ? text.str() : json::fixUTF8(text))
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return out;
}

std::string formatShort(double value) {
  static constexpr StringLiteral units[] = {"", " k", " M", " G", " T", " P"};
  size_t unit = 0;
  for (; value >= (unit ? 999.5 : 99999.5) && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  std::string out;
  raw_string_ostream(out) << format(unit ? "%.4g" : "%.0f", value) << units[unit];
  return out;
}

/// JSON inside of a script element: no "</script>" may stand in it.
static std::string embedJson(json::Object object) {
  std::string text = formatv("{0}", json::Value(std::move(object))).str();
  std::string out;
  for (char c : text)
    out += c == '<' ? "\\u003c" : std::string(1, c);
  return out;
}

void beginPage(raw_ostream &os, StringRef title, StringRef heading, const std::string &subtitle, StringRef style) {
  os << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
     << "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" << escapeHtml(title) << "</title>\n<style>"
     << kStyle << style << "</style></head><body>\n<h1>" << escapeHtml(heading) << "</h1>\n<div class=\"dim\">"
     << subtitle << "</div>\n";
}

void endPage(raw_ostream &os, json::Object data) {
  os << "<script type=\"application/json\" id=\"report\">" << embedJson(std::move(data)) << "</script>\n<script>"
     << kScript << "</script>\n</body></html>\n";
}

void writeFact(raw_ostream &os, StringRef name, StringRef value, StringRef note) {
  os << "<div class=\"fact\">" << escapeHtml(name) << "<b>" << escapeHtml(value) << "</b><span class=\"dim\">"
     << escapeHtml(note) << "</span></div>";
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

Table::Table(raw_ostream &os, ArrayRef<StringRef> titles) : os(os) {
  os << "<div class=\"scroll\"><table><thead><tr>";
  for (StringRef title : titles) {
    bool text = title.consume_front("<");
    os << (text ? "<th class=\"text\">" : "<th>") << escapeHtml(title) << "</th>";
  }
  os << "</tr></thead><tbody>\n";
}

Table::~Table() { os << "</tbody></table></div>\n"; }

void Table::begin(bool chosen, StringRef id) {
  os << "<tr" << (chosen ? " class=\"chosen\"" : "");
  if (!id.empty())
    os << " id=\"" << escapeHtml(id) << "\"";
  os << ">";
}

void Table::end() { os << "</tr>\n"; }

void Table::text(StringRef value) { os << "<td class=\"text\">" << escapeHtml(value) << "</td>"; }

void Table::sentence(StringRef value) { os << "<td class=\"text long\">" << escapeHtml(value) << "</td>"; }

void Table::number(std::optional<double> value, StringRef shown) {
  if (value)
    os << format("<td data-v=\"%.17g\">", *value) << escapeHtml(shown) << "</td>";
  else
    os << "<td class=\"dim\">–</td>";
}

void Table::bar(std::optional<double> value, double whole, StringRef shown) {
  if (!value || !(whole > 0))
    return number(value, shown);
  os << format("<td class=\"bar\" data-v=\"%.17g\"><i style=\"width:%.1f%%\"></i>", *value, 92 * *value / whole)
     << escapeHtml(shown) << "</td>";
}

void Table::error(std::optional<double> value) { number(value, value ? formatv("{0:f4}", *value).str() : ""); }

void Table::count(std::optional<double> value) { number(value, value ? formatv("{0:f0}", *value).str() : ""); }

void Table::percent(double value, double whole) {
  if (whole > 0)
    number(value, formatv("{0:f2} %", 100 * value / whole).str());
  else
    count(value);
}

} // namespace qcompile::html
