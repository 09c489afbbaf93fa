//===- ModelContext.h - A model on its way through the frontend -*- C++ -*-===//
#ifndef QCOMPILE_COMPILER_FRONTEND_MODELCONTEXT_H
#define QCOMPILE_COMPILER_FRONTEND_MODELCONTEXT_H

#include <memory>
#include <string>

#include "compiler/frontend/Frontend.h"
#include "dialects/diagnostics/Diagnostics.h"
#include "onnx/onnx_pb.h"

namespace qcompile::frontend {

/// The message and what its steps need for reporting.
struct ModelContext {
  mlir::MLIRContext *context;
  std::shared_ptr<::onnx::ModelProto> model;
  std::string file;      ///< base name, for locations
  std::string directory; ///< where external data may lie; empty: nowhere
  const ImportOptions &options;
  ImportReport &report;

  ::onnx::GraphProto &graph() { return *model->mutable_graph(); }

  mlir::Location fileLocation() const;
  /// The location of node `index` of the graph.
  mlir::Location nodeLocation(const ::onnx::NodeProto &node, unsigned index) const;
  mlir::InFlightDiagnostic error(Code code) const {
    return emitError(fileLocation(), code);
  }
  /// Records a repair; it is reported when reading has succeeded.
  void repaired(std::string what) { report.repairs.push_back(std::move(what)); }
};

/// "MatMul 'fc1'" or "MatMul number 3" where the node has no name.
std::string describeNode(const ::onnx::NodeProto &node, unsigned index);

/// Makes the file's structure sound: names for nodes, sorted nodes, domains and opset imports, inputs that
/// are initializers, quantizer attributes. Reports cycles and values without definition.
mlir::LogicalResult repairModel(ModelContext &model);

/// Refuses models with operators or value types that the dialect does not have, all at once.
mlir::LogicalResult checkSupported(ModelContext &model);

/// Brings the default domain to the newest opset, checks the model and infers shapes.
mlir::LogicalResult upgradeModel(ModelContext &model);

/// Makes the module from a repaired and upgraded model.
mlir::OwningOpRef<mlir::ModuleOp> buildModule(ModelContext &model);

} // namespace qcompile::frontend

#endif // QCOMPILE_COMPILER_FRONTEND_MODELCONTEXT_H
