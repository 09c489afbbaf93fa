// RUN: qcompile-opt %s --onnx-normalise-quantization --split-input-file --verify-diagnostics

// What the pass refuses, one quantizer each.

func.func @scale_zero(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found 0.000000 at index 0 of 's'}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @scale_negative(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [-1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found -1.000000}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @scale_nan(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", ["nan"] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found nan}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @scale_infinite(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", ["inf"] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found inf}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @scale_channel(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0, 0.0] : tensor<1x2xf32>>} : () -> tensor<1x2xf32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found 0.000000 at index 1 of 's'}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @scale_subnormal_to_zero(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0e-300] : tensor<f64>>} : () -> tensor<f64>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found }}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f64>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bipolar_scale(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [0.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S002] node 'onnx.BipolarQuant': expected finite and positive scales, found 0.000000}}
  %y = onnx.BipolarQuant(%x, %s) : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @zero_point_nan(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", ["nan"] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S005] node 'onnx.Quant': expected finite zero points, found nan}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bits_zero(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [0.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S003] node 'onnx.Quant': expected integer bit widths from 1 to 32, found 0}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bits_fraction(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [2.5] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S003] node 'onnx.Quant': expected integer bit widths from 1 to 32, found 2.5}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bits_huge(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [33.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S003] node 'onnx.Quant': expected integer bit widths from 1 to 32, found 33}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bits_nan(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", ["nan"] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S003] node 'onnx.Quant': expected integer bit widths from 1 to 32, found nan}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @bits_none(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [] : tensor<0xf32>>} : () -> tensor<0xf32>
  // expected-error @+1 {{[QC-S003] node 'onnx.Quant': expected integer bit widths from 1 to 32}}
  %y = onnx.Quant(%x, %s, %z, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<0xf32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @rounding(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S004] node 'onnx.Quant': expected rounding mode ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP or HALF_DOWN, found NEAREST}}
  %y = onnx.Quant(%x, %s, %z, %b) {rounding_mode = "NEAREST"} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @int_quant(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S004] node 'onnx.IntQuant': expected rounding mode}}
  %y = onnx.IntQuant(%x, %s, %z, %b) {rounding_mode = "round"} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @all_at_once(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %s = onnx.Constant() {value = #data.constant<"s", [-1.0] : tensor<f32>>} : () -> tensor<f32>
  %z = onnx.Constant() {value = #data.constant<"z", ["inf"] : tensor<f32>>} : () -> tensor<f32>
  %b = onnx.Constant() {value = #data.constant<"b", [0.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+4 {{[QC-S002] node 'onnx.Quant': expected finite and positive scales, found -1.000000}}
  // expected-error @+3 {{[QC-S005] node 'onnx.Quant': expected finite zero points}}
  // expected-error @+2 {{[QC-S003] node 'onnx.Quant': expected integer bit widths}}
  // expected-error @+1 {{[QC-S004] node 'onnx.Quant': expected rounding mode}}
  %y = onnx.Quant(%x, %s, %z, %b) {rounding_mode = "X"} : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @from_input(%x: tensor<1x2xf32>, %s: tensor<f32>) -> tensor<1x2xf32> {
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  // expected-error @+1 {{[QC-S001] node 'onnx.Quant': expected a constant scale, found a model input}}
  %y = onnx.Quant(%x, %s, %b, %b) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

func.func @computed(%x: tensor<1x2xf32>, %s: tensor<f32>) -> tensor<1x2xf32> {
  %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
  %n = onnx.Exp(%s) : (tensor<f32>) -> tensor<f32>
  // expected-error @+2 {{[QC-S001] node 'onnx.Quant': expected a constant zero point, found a value computed by 'onnx.Exp'}}
  // expected-error @+1 {{[QC-S001] node 'onnx.Quant': expected a constant bit width, found a value computed by 'onnx.Exp'}}
  %y = onnx.Quant(%x, %b, %n, %n) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
