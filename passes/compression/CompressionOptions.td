//===- CompressionOptions.td - Options of all these passes --*- tablegen -*-===//
#ifndef QCOMPILE_PASSES_COMPRESSION_COMPRESSIONOPTIONS
#define QCOMPILE_PASSES_COMPRESSION_COMPRESSIONOPTIONS

include "mlir/Pass/PassBase.td"

/// A compression pass: `options` are its own, those that all of them have come behind.
class CompressionPass<string flag, list<Option> own> : Pass<flag, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::qcompile::data::DataDialect", "::qcompile::onnx::OnnxDialect"];
  let options = !listconcat(own, [
    ListOption<"layers", "layers", "std::string", "node names to compress, as glob patterns (default: all)">,
    ListOption<"kinds", "kinds", "std::string", "conv, depthwise, linear (default: all)">,
    Option<"minSize", "min-size", "int64_t", /*default=*/"0", "weights that a layer must have">,
    Option<"keepFirst", "keep-first", "bool", /*default=*/"true", "leave the first layer alone">,
    Option<"keepLast", "keep-last", "bool", /*default=*/"true", "leave the last layer alone">,
    ListOption<"calibration", "calibration", "std::string", "[name=]file: samples to calibrate on">,
    Option<"samples", "samples", "int64_t", /*default=*/"0", "of these, so many (0: all)">,
    Option<"correction", "correction", "std::string", /*default=*/"",
           "none, bias or second-order (default: second-order where there are samples, else none)">,
  ]);
}

#endif // QCOMPILE_PASSES_COMPRESSION_COMPRESSIONOPTIONS
