//===- GraphDrawing.cpp - A model's graph as an SVG element ---------------===//
#include "compiler/inspect/GraphDrawing.h"

#include <algorithm>
#include <tuple>

#include "compiler/evaluator/ProgramBuilder.h"
#include "compiler/html/Page.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace qcompile::inspect {

static constexpr double kWidth = 190, kHeight = 26, kGapX = 18, kGapY = 18;

namespace {

/// A box: an operation, an input or an output.
struct Box {
  DrawnNode node;
  std::vector<size_t> sources;
  size_t row = 0;
  double x = 0; ///< of its middle
};

class Drawing {
public:
  void add(func::FuncOp function, const llvm::DenseSet<Value> &constants,
           const std::function<DrawnNode(Operation *)> &describe);
  std::string draw();
  size_t size() const { return boxes.size(); }

private:
  size_t addBox(DrawnNode node, ValueRange operands);
  void place();
  void drawEdge(llvm::raw_ostream &os, const Box &from, const Box &to) const;

  std::vector<Box> boxes;
  llvm::DenseMap<Value, size_t> makers;
  double width = 0, height = 0;
};

} // namespace

size_t Drawing::addBox(DrawnNode node, ValueRange operands) {
  Box box{std::move(node), {}, 0, 0};
  for (Value operand : operands)
    if (auto it = makers.find(operand); it != makers.end() && !llvm::is_contained(box.sources, it->second)) {
      box.sources.push_back(it->second);
      box.row = std::max(box.row, boxes[it->second].row + 1);
    }
  boxes.push_back(std::move(box));
  return boxes.size() - 1;
}

void Drawing::add(func::FuncOp function, const llvm::DenseSet<Value> &constants,
                  const std::function<DrawnNode(Operation *)> &describe) {
  auto port = [](StringAttr name, StringRef kind) {
    std::string label = name ? name.getValue().str() : kind.str();
    return DrawnNode{label, (kind + " " + label).str(), "port", ""};
  };
  for (BlockArgument argument : function.getArguments())
    makers[argument] =
        addBox(port(function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), kPortNameAttr), "input"), {});
  for (Operation &op : function.front().without_terminator()) {
    if (op.getNumResults() && constants.contains(op.getResult(0)))
      continue;
    size_t box = addBox(describe(&op), op.getOperands());
    for (Value result : op.getResults())
      makers[result] = box;
  }
  for (auto [index, value] : llvm::enumerate(function.front().getTerminator()->getOperands()))
    addBox(port(function.getResultAttrOfType<StringAttr>(index, kPortNameAttr), "output"), {value});
}

/// Rows keep the order of the model; within a row boxes stand as near as they can below the middle of their sources.
void Drawing::place() {
  std::vector<std::vector<size_t>> rows;
  for (auto [i, box] : llvm::enumerate(boxes)) {
    rows.resize(std::max(rows.size(), box.row + 1));
    rows[box.row].push_back(i);
  }
  double lowest = 0, highest = 0;
  for (std::vector<size_t> &row : rows) {
    for (size_t i : row) {
      Box &box = boxes[i];
      for (size_t source : box.sources)
        box.x += boxes[source].x / double(box.sources.size());
    }
    llvm::sort(row, [&](size_t a, size_t b) { return std::tie(boxes[a].x, a) < std::tie(boxes[b].x, b); });
    // Pushed apart to the right, then the row is moved back by half of what it has grown.
    double pushed = 0;
    for (size_t k = 1; k < row.size(); ++k) {
      double least = boxes[row[k - 1]].x + kWidth + kGapX;
      pushed = std::max(pushed, least - boxes[row[k]].x);
      boxes[row[k]].x = std::max(boxes[row[k]].x, least);
    }
    for (size_t i : row) {
      boxes[i].x -= pushed / 2;
      lowest = std::min(lowest, boxes[i].x);
      highest = std::max(highest, boxes[i].x);
    }
  }
  for (Box &box : boxes)
    box.x += kWidth / 2 + 4 - lowest;
  width = highest - lowest + kWidth + 8;
  height = double(rows.size()) * (kHeight + kGapY);
}

static double topOf(size_t row) { return double(row) * (kHeight + kGapY) + 2; }

void Drawing::drawEdge(llvm::raw_ostream &os, const Box &from, const Box &to) const {
  double y1 = topOf(from.row) + kHeight, y2 = topOf(to.row), bend = (y2 - y1) / 2;
  // An edge past other rows leaves at the side, so that it does not run behind boxes.
  double side = to.row > from.row + 1 && std::abs(from.x - to.x) < kWidth ? kWidth * 0.62 : 0;
  if (side > 0)
    os << llvm::format("<path d=\"M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f\"/>", from.x + kWidth * 0.4, y1,
                       from.x + side, y1 + bend / 2, to.x + side, y2 - bend / 2, to.x + kWidth * 0.4, y2);
  else
    os << llvm::format("<path d=\"M%.0f %.0f C%.0f %.0f %.0f %.0f %.0f %.0f\"/>", from.x, y1, from.x, y1 + bend, to.x,
                       y2 - bend, to.x, y2);
}

/// What fits a box, between characters; the whole name shows when pointed at.
static std::string shorten(StringRef label) {
  if (label.size() <= 27)
    return label.str();
  auto isInside = [&](size_t i) {
    return (static_cast<unsigned char>(label[i]) & 0xc0) == 0x80;
  }; // of a UTF-8 character
  size_t head = 12, tail = label.size() - 14;
  while (head > 0 && isInside(head))
    --head;
  while (tail < label.size() && isInside(tail))
    ++tail;
  return (label.take_front(head) + "…" + label.drop_front(tail)).str();
}

static void drawBox(llvm::raw_ostream &os, const Box &box) {
  if (!box.node.link.empty())
    os << "<a href=\"" << html::escapeHtml(box.node.link) << "\">";
  os << "<g class=\"" << box.node.style << "\">"
     << llvm::format("<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" rx=\"5\"/>", box.x - kWidth / 2,
                     topOf(box.row), kWidth, kHeight);
  std::string label = shorten(box.node.label);
  os << llvm::format("<text x=\"%.0f\" y=\"%.0f\">", box.x, topOf(box.row) + 17) << html::escapeHtml(label)
     << "</text><title>" << html::escapeHtml(box.node.tip) << "</title></g>";
  if (!box.node.link.empty())
    os << "</a>";
  os << "\n";
}

std::string Drawing::draw() {
  place();
  std::string out;
  llvm::raw_string_ostream os(out);
  os << llvm::format("<svg class=\"graph\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                     "aria-label=\"the model's graph\">\n<g class=\"edges\">",
                     width, height, width, height);
  for (const Box &box : boxes)
    for (size_t source : box.sources)
      drawEdge(os, boxes[source], box);
  os << "</g>\n";
  for (const Box &box : boxes)
    drawBox(os, box);
  os << "</svg>\n";
  return out;
}

std::string drawGraph(func::FuncOp function, const llvm::DenseSet<Value> &constants,
                      const std::function<DrawnNode(Operation *)> &describe, size_t most) {
  Drawing drawing;
  drawing.add(function, constants, describe);
  return drawing.size() > most ? "" : drawing.draw();
}

} // namespace qcompile::inspect
