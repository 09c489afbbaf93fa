// RUN: qcompile-opt %s --convert-qnn-to-multithreshold --split-input-file | FileCheck %s

// Where one operation of float32 or float64 per step is not exact, and what is.

// Sums 100000003 a + 33333334 b of codes 0 to 3 take 29 bits. By 2^-5, three b are 3125001 and an a is 3125000: the threshold between
// them, 100000003, is lost. By 2^-6 they are 1562499 and 1562500, and no other sum lies between. Up to 3 * (1562500 + 520833) = 6249999, 23 bits.
// CHECK-LABEL: func.func @coarse
// CHECK: [1562500] : tensor<f32>>
// CHECK: [520833] : tensor<f32>>
// CHECK: onnx.Add({{.*}}) {onnx.datatype = "UINT23"}
// CHECK: "thresholds_1", [1562500, -1562499] : tensor<2x1xf32>>
func.func @coarse(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %a = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xui2>
  %b = qnn.quantize %y scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [0, 3] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xui2>
  %sum = qnn.add %a, %b multipliers 100000003, 33333334 : (tensor<1x2xui2>, tensor<1x2xui2>) -> tensor<1x2xui29>
  %t = qnn.threshold %sum axis 1 thresholds <"t", [100000003, 100000002] : tensor<2x1xsi32>> directions [1, -1] low 0 step 1 : (tensor<1x2xui29>) -> tensor<1x2xui1>
  %out = qnn.dequantize %t axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xui1>) -> tensor<1x2xf32>
  return %out : tensor<1x2xf32>
}

// -----

// A scale that is the product of two float32 numbers, 48 bits, and a bias. For code 164949 the exact value is 4.3e-15 above the middle of two
// float32 numbers, and both float64 operations and those on two parts of the scale give the middle: the rest of the scale is one of its
// neighbours.
// CHECK-LABEL: func.func @parts
// CHECK: %[[X:.*]] = onnx.Cast
// CHECK: "scale", [0.00047147172153927386] : tensor<f64>>
// CHECK: onnx.Mul(%[[X]],
// CHECK: onnx.Add
// CHECK: "scale_rest", [1.18221{{.*}}e-11] : tensor<f64>>
// CHECK: %[[R:.*]] = onnx.Mul(%[[X]],
// CHECK: onnx.Add(%{{.*}}, %[[R]])
// CHECK: onnx.Cast
func.func @parts(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-262144, 262143] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi19>
  %y = qnn.dequantize %q axis 1 scale <"ys", [0.00047147173336137618] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>>
      bias <"b", [-0.33757375262212008] : tensor<1xf64>> : (tensor<1x2xsi19>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// Sums of -2^24 = -128 * 131072 to 127 * 131072: float32 holds all of them. No sum reaches (or, where it falls, goes down to) a threshold
// beyond them: the first float above 2^24 is 2^24 + 2, as 2^24 + 1 would be 2^24.
// CHECK-LABEL: func.func @largest
// CHECK: onnx.Add({{.*}}) {onnx.datatype = "INT25"}
// CHECK: "thresholds_1", [16777218, 16777216] : tensor<2x1xf32>>
func.func @largest(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-128, 127] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi8>
  %sum = qnn.add %q, %q multipliers 65536, 65536 : (tensor<1x2xsi8>, tensor<1x2xsi8>) -> tensor<1x2xsi25>
  %t = qnn.threshold %sum axis 1 thresholds <"t", [-16777217, -16777216] : tensor<2x1xsi32>> directions [-1, -1] low 0 step 1 : (tensor<1x2xsi25>) -> tensor<1x2xui1>
  %out = qnn.dequantize %t axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xui1>) -> tensor<1x2xf32>
  return %out : tensor<1x2xf32>
}
