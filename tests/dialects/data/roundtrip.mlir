// RUN: qcompile-opt %s | qcompile-opt | FileCheck %s

// Written-out constants of every element type, at the ends of their ranges, read back as they were.

// CHECK-LABEL: func.func @integers
func.func @integers() {
  // CHECK: <"si1", [-1, 0] : tensor<2xsi1>>
  %0 = qnn.constant #data.constant<"si1", [-1, 0] : tensor<2xsi1>>
  // CHECK: <"ui1", [0, 1] : tensor<2xui1>>
  %1 = qnn.constant #data.constant<"ui1", [0, 1] : tensor<2xui1>>
  // CHECK: <"bipolar", [-1, 1, 1] : tensor<3x!qnn.bipolar>>
  %2 = qnn.constant #data.constant<"bipolar", [-1, 1, 1] : tensor<3x!qnn.bipolar>>
  // CHECK: <"si2", [-2, -1, 0, 1, -2] : tensor<5xsi2>>
  %3 = qnn.constant #data.constant<"si2", [-2, -1, 0, 1, -2] : tensor<5xsi2>>
  // CHECK: <"ui3", [0, 7] : tensor<2xui3>>
  %4 = qnn.constant #data.constant<"ui3", [0, 7] : tensor<2xui3>>
  // CHECK: <"si3", [-4, 3] : tensor<2xsi3>>
  %5 = qnn.constant #data.constant<"si3", [-4, 3] : tensor<2xsi3>>
  // CHECK: <"si4", [-8, 7, 0] : tensor<3xsi4>>
  %6 = qnn.constant #data.constant<"si4", [-8, 7, 0] : tensor<3xsi4>>
  // CHECK: <"ui8", [0, 255] : tensor<2xui8>>
  %7 = qnn.constant #data.constant<"ui8", [0, 255] : tensor<2xui8>>
  // CHECK: <"si13", [-4096, 4095] : tensor<2xsi13>>
  %8 = qnn.constant #data.constant<"si13", [-4096, 4095] : tensor<2xsi13>>
  // CHECK: <"ui32", [0, 4294967295] : tensor<2xui32>>
  %9 = qnn.constant #data.constant<"ui32", [0, 4294967295] : tensor<2xui32>>
  // CHECK: <"si48", [-140737488355328, 140737488355327] : tensor<2xsi48>>
  %10 = qnn.constant #data.constant<"si48", [-140737488355328, 140737488355327] : tensor<2xsi48>>
  // CHECK: <"si64", [-9223372036854775808, 9223372036854775807] : tensor<2xsi64>>
  %11 = qnn.constant #data.constant<"si64", [-9223372036854775808, 9223372036854775807] : tensor<2xsi64>>
  return
}

// CHECK-LABEL: func.func @floats
func.func @floats() {
  // Nine digits identify a float32, seventeen a float64; exponents and a negative zero keep their point.
  // CHECK: <"f32", [-1.5, 0.100000001, 1.0e+10, 1.17549435e-38, 3.40282347e+38, -0.0, -2] : tensor<7xf32>>
  %0 = onnx.Constant() {value = #data.constant<"f32",
      [-1.5, 0.1, 1.0e10, 1.17549435e-38, 3.40282347e38, -0.0, -2] : tensor<7xf32>>} : () -> tensor<7xf32>
  // CHECK: <"special", ["nan", "inf", "-inf"] : tensor<3xf32>>
  %1 = onnx.Constant() {value = #data.constant<"special", ["nan", "inf", "-inf"] : tensor<3xf32>>}
      : () -> tensor<3xf32>
  // CHECK: <"f64", [0.10000000000000001, -1.0e+20, 4.9406564584124654e-324] : tensor<3xf64>>
  %2 = onnx.Constant() {value = #data.constant<"f64", [0.1, -1.0e20, 4.9406564584124654e-324] : tensor<3xf64>>}
      : () -> tensor<3xf64>
  // CHECK: <"i1", [0, 1] : tensor<2xi1>>
  %3 = onnx.Constant() {value = #data.constant<"i1", [0, 1] : tensor<2xi1>>} : () -> tensor<2xi1>
  return
}

// CHECK-LABEL: func.func @shapes
func.func @shapes() {
  // CHECK: <"scalar", [5] : tensor<si4>>
  %0 = qnn.constant #data.constant<"scalar", [5] : tensor<si4>>
  // CHECK: <"empty", [] : tensor<0x3xsi4>>
  %1 = qnn.constant #data.constant<"empty", [] : tensor<0x3xsi4>>
  // A name with characters that text must escape.
  // CHECK: <"/a \22b\22\\c", [1] : tensor<1xsi4>>
  %2 = qnn.constant #data.constant<"/a \22b\22\\c", [1] : tensor<1xsi4>>
  return
}

// Two constants may want one name: the second with other bytes takes the next free one.
// CHECK-LABEL: func.func @names
// CHECK: <"w", [1] : tensor<1xsi4>>
// CHECK: <"w_1", [2] : tensor<1xsi4>>
// CHECK: <"w", [1] : tensor<1xsi4>>
func.func @names() {
  %0 = qnn.constant #data.constant<"w", [1] : tensor<1xsi4>>
  %1 = qnn.constant #data.constant<"w", [2] : tensor<1xsi4>>
  %2 = qnn.constant #data.constant<"w", [1] : tensor<1xsi4>>
  return
}
