//===- OperatorVersions.h - In which opsets a node is the same --*- C++ -*-===//
//
// The dialect has the newest version of every operator. Most versions only add element types, or attributes whose
// default is what was done before, so a node that uses neither is also one of an older version.
//
//===----------------------------------------------------------------------===//
#ifndef QCOMPILE_COMPILER_NODES_OPERATORVERSIONS_H
#define QCOMPILE_COMPILER_NODES_OPERATORVERSIONS_H

#include <climits>
#include <vector>

#include "onnx/defs/schema.h"

namespace qcompile::nodes {

/// The versions of a domain in which an operator is the same, both included.
struct VersionRange {
  int first = 1; ///< with the schema that the dialect has
  int last = INT_MAX;
  int oldest = 1; ///< with an older schema under which the node means the same
};

/// The range of a schema alone.
VersionRange getVersions(const ::onnx::OpSchema &schema);

/// ONNX element types of the operands and results of a node, UNDEFINED for those that are absent.
struct NodeTypes {
  std::vector<int> inputs, outputs;
};

/// The range of a node of that schema. Attributes that an older version lacks and that have their default value are
/// removed from the node.
VersionRange getVersions(const ::onnx::OpSchema &schema, const NodeTypes &types, ::onnx::NodeProto &node);

} // namespace qcompile::nodes

#endif // QCOMPILE_COMPILER_NODES_OPERATORVERSIONS_H
