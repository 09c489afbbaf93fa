// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @quantize_c1_shape(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected result 'tensor<1x4xui2>', found 'tensor<2x2xui2>'}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<2x2xui2>
  return
}

// -----

func.func @quantize_c1_operand(%x: tensor<1x4xf64>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float values}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf64>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c1_result(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{result #0 must be ranked tensor of integer of explicit signedness}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xi2>
  return
}

// -----

func.func @quantize_c2_zero(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected every element of scale to be finite and positive, found 0}}
  %0 = qnn.quantize %x scale <"s", [0.0] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c2_negative(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected every element of scale to be finite and positive}}
  %0 = qnn.quantize %x scale <"s", [-0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c2_infinite(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected every element of scale to be finite and positive}}
  %0 = qnn.quantize %x scale <"s", ["inf"] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c2_nan(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected every element of scale to be finite and positive}}
  %0 = qnn.quantize %x scale <"s", ["nan"] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c2_zero_point(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected every element of zero_point to be finite}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", ["nan"] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c2_type(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected elements of scale to be 'f32', found 'f64'}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf64>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c3_order(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected a range of values of 'ui2', found [2, 1]}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [2, 1] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c3_low(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected a range of values of 'ui2', found [-1, 3]}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [-1, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c3_high(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected a range of values of 'ui2', found [0, 4]}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 4] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c4_rank(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected scale to broadcast against 'tensor<1x4xf32>', found 'tensor<f32>'}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<f32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_c4_extent(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{expected zero_point to broadcast against 'tensor<1x4xf32>', found 'tensor<1x2xf32>'}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0, 1.0] : tensor<1x2xf32>> range [0, 3] rounding "ROUND" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @quantize_rounding(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{rounding mode (ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN)}}
  %0 = qnn.quantize %x scale <"s", [0.5] : tensor<1x1xf32>>
      zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "STOCHASTIC" : (tensor<1x4xf32>) -> tensor<1x4xui2>
  return
}

// -----

func.func @dequantize_c1_shape(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected result 'tensor<1x4xf32>', found 'tensor<4x1xf32>'}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<4x1xf32>
  return
}

// -----

func.func @dequantize_c1_operand(%x: tensor<1x4xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of integer of explicit signedness}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c1_result(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{result #0 must be ranked tensor of 32-bit float values}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf64>
  return
}

// -----

func.func @dequantize_c2_zero(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected every element of scale to be finite and not zero, found 0}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.0] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c2_nan(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected every element of scale to be finite and not zero}}
  %0 = qnn.dequantize %x axis 1 scale <"s", ["nan"] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c2_bias(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected every element of bias to be finite}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> bias <"b", ["inf"] : tensor<1xf64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c2_type(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected elements of scale to be 'f64', found 'f32'}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf32>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c3_scale(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected 1 or 4 elements, found constant 's' of type 'tensor<2xf64>'}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5, 1.0] : tensor<2xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c3_zero_point(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected 1 or 4 elements, found constant 'z' of type 'tensor<3xsi64>'}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0, 1, 2] : tensor<3xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c3_bias(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected 1 or 4 elements, found constant 'b' of type 'tensor<2xf64>'}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> bias <"b", [0.5, 1.0] : tensor<2xf64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c3_rank(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected 1 or 4 elements, found constant 's' of type 'tensor<1x1xf64>'}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1x1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_axis(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<1x4xsi8>', found 2}}
  %0 = qnn.dequantize %x axis 2 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_axis_negative(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<1x4xsi8>', found -1}}
  %0 = qnn.dequantize %x axis -1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c4_zero(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected a divisor from 1 to 2147483648, found 0}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> divisor 0 : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c4_negative(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected a divisor from 1 to 2147483648, found -9}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> divisor -9 : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c4_large(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected a divisor from 1 to 2147483648, found 2147483649}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> divisor 2147483649 : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}

// -----

func.func @dequantize_c4_bias(%x: tensor<1x4xsi8>) {
  // expected-error @+1 {{expected a divisor from 1 to 1, found 9}}
  %0 = qnn.dequantize %x axis 1 scale <"s", [0.5] : tensor<1xf64>>
      zero_point <"z", [0] : tensor<1xsi64>> bias <"b", [0.5] : tensor<1xf64>> divisor 9 : (tensor<1x4xsi8>) -> tensor<1x4xf32>
  return
}
