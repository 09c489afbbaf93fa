// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{constant 'absent' has no data: load the side file that was written with this text}}
onnx.Constant() {value = #data.constant<"absent" : tensor<32xsi4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected elements for 'tensor<3xsi4>', found 2}}
onnx.Constant() {value = #data.constant<"few", [1, 2] : tensor<3xsi4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected elements for 'tensor<1xsi4>', found 2}}
onnx.Constant() {value = #data.constant<"many", [1, 2] : tensor<1xsi4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{8}}
onnx.Constant() {value = #data.constant<"wide", [8] : tensor<1xsi4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{-1}}
onnx.Constant() {value = #data.constant<"negative", [-1] : tensor<1xui4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{0}}
onnx.Constant() {value = #data.constant<"zero", [0] : tensor<1x!qnn.bipolar>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected integers of at most 64 bits for 'tensor<1xsi64>'}}
onnx.Constant() {value = #data.constant<"big", [9223372036854775808] : tensor<1xsi64>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected integers of at most 64 bits for 'tensor<1xsi8>'}}
onnx.Constant() {value = #data.constant<"huge", [340282366920938463463374607431768211457] : tensor<1xsi8>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected integers of at most 64 bits for 'tensor<1xsi4>'}}
onnx.Constant() {value = #data.constant<"fraction", [1.5] : tensor<1xsi4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected a number, "nan", "inf" or "-inf", found "many"}}
onnx.Constant() {value = #data.constant<"word", ["many"] : tensor<1xf32>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected elements for 'tensor<?xsi4>', found 1}}
onnx.Constant() {value = #data.constant<"open", [1] : tensor<?xsi4>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected elements for 'tensor<1xcomplex<f32>>', found 1}}
onnx.Constant() {value = #data.constant<"half", [1.0] : tensor<1xcomplex<f32>>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{invalid kind of type}}
onnx.Constant() {value = #data.constant<"vector", [1] : vector<1xi32>>} : () -> tensor<1xf32>

// -----

// expected-error @+1 {{expected ':'}}
onnx.Constant() {value = #data.constant<"unfinished", [1]>} : () -> tensor<1xf32>
