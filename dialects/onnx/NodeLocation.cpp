//===- NodeLocation.cpp - Locations that name ONNX nodes ------------------===//
#include "dialects/onnx/NodeLocation.h"

#include "mlir/IR/Operation.h"

using namespace mlir;

namespace qcompile::onnx {

Location makeNodeLocation(MLIRContext *context, StringRef node, StringRef tensor, StringRef file, unsigned index) {
  Location place = FileLineColLoc::get(context, file, index, 0);
  Location output = NameLoc::get(StringAttr::get(context, tensor), place);
  return NameLoc::get(StringAttr::get(context, node), output);
}

/// The outer of the two nested name locations, or null.
static NameLoc findNode(Location location) {
  if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location inner : llvm::reverse(fused.getLocations()))
      if (NameLoc node = findNode(inner))
        return node;
    return nullptr;
  }
  if (auto name = dyn_cast<NameLoc>(location)) {
    if (isa<NameLoc>(name.getChildLoc()))
      return name;
    return findNode(name.getChildLoc());
  }
  return nullptr;
}

StringRef getNodeName(Location location) {
  NameLoc node = findNode(location);
  return node ? node.getName().getValue() : StringRef();
}

StringRef getTensorName(Location location) {
  NameLoc node = findNode(location);
  return node ? cast<NameLoc>(node.getChildLoc()).getName().getValue() : StringRef();
}

bool isOfFile(Location location) { return bool(location->findInstanceOf<FileLineColLoc>()); }

std::string describe(Operation *op) {
  if (StringRef name = getNodeName(op->getLoc()); !name.empty())
    return name.str();
  if (StringRef name = getTensorName(op->getLoc()); !name.empty())
    return name.str();
  return op->getName().getStringRef().str();
}

} // namespace qcompile::onnx
