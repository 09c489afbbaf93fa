// RUN: qcompile-opt %s --onnx-check-operations --split-input-file --verify-diagnostics

// Operations with a check of their own are asked whatever their size: nothing is computed.
func.func @large(%x: tensor<1x1024x4096x4096xf32>, %w: tensor<1024x1000x3x3xf32>) -> tensor<1x1024x4094x4094xf32> {
  // expected-error @+1 {{[QC-R001] node 'onnx.Conv': expected channels that agree in 1 groups}}
  %y = onnx.Conv(%x, %w) : (tensor<1x1024x4096x4096xf32>, tensor<1024x1000x3x3xf32>) -> tensor<1x1024x4094x4094xf32>
  return %y : tensor<1x1024x4094x4094xf32>
}

// -----

func.func @bias(%x: tensor<1x2x4x4xf32>, %w: tensor<3x2x3x3xf32>, %b: tensor<2xf32>) -> tensor<1x3x2x2xf32> {
  // expected-error @+1 {{expected a bias of shape 3, found 2}}
  %y = onnx.Conv(%x, %w, %b) : (tensor<1x2x4x4xf32>, tensor<3x2x3x3xf32>, tensor<2xf32>) -> tensor<1x3x2x2xf32>
  return %y : tensor<1x3x2x2xf32>
}

// -----

// 60000 positions of padding on each side: 120002 * 120002 > 2^31.
func.func @padding(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x3x3xf32>) -> tensor<1x1x120002x120002xf32> {
  // expected-error @+1 {{expected at most 2147483648 elements, found shape 1x1x120002x120002}}
  %y = onnx.Conv(%x, %w) {pads = array<i64: 60000, 60000, 60000, 60000>}
      : (tensor<1x1x4x4xf32>, tensor<1x1x3x3xf32>) -> tensor<1x1x120002x120002xf32>
  return %y : tensor<1x1x120002x120002xf32>
}

// -----

func.func @transposed(%x: tensor<1x4x4x4xf32>, %w: tensor<3x2x3x3xf32>) -> tensor<1x2x6x6xf32> {
  // expected-error @+1 {{expected channels that agree in 1 groups}}
  %y = onnx.ConvTranspose(%x, %w) : (tensor<1x4x4x4xf32>, tensor<3x2x3x3xf32>) -> tensor<1x2x6x6xf32>
  return %y : tensor<1x2x6x6xf32>
}

// -----

func.func @inner(%x: tensor<2x3xf32>, %w: tensor<4x5xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{expected matrices whose inner dimensions agree, found shapes 2x3 and 4x5}}
  %y = onnx.MatMul(%x, %w) : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

func.func @gemm(%x: tensor<2x3xf32>, %w: tensor<3x5xf32>, %b: tensor<4xf32>) -> tensor<2x5xf32> {
  // expected-error @+1 {{expected a bias that broadcasts to 2x5, found shape 4}}
  %y = onnx.Gemm(%x, %w, %b) : (tensor<2x3xf32>, tensor<3x5xf32>, tensor<4xf32>) -> tensor<2x5xf32>
  return %y : tensor<2x5xf32>
}

// -----

// A window of one position in front of the operand reads padding alone; an average may count it.
func.func @pools(%x: tensor<1x1x4x4xf32>) -> (tensor<1x1x10x10xf32>, tensor<1x1x10x10xf32>, tensor<1x1x10x10xf32>) {
  // expected-error @+1 {{expected windows that reach the operand, found one that holds padding alone}}
  %a = onnx.MaxPool(%x) {kernel_shape = array<i64: 1, 1>, pads = array<i64: 3, 3, 3, 3>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x10x10xf32>
  // expected-error @+1 {{expected windows that reach the operand, found one that holds padding alone}}
  %b = onnx.AveragePool(%x) {kernel_shape = array<i64: 1, 1>, pads = array<i64: 3, 3, 3, 3>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x10x10xf32>
  %c = onnx.AveragePool(%x) {kernel_shape = array<i64: 1, 1>, pads = array<i64: 3, 3, 3, 3>, count_include_pad = 1}
      : (tensor<1x1x4x4xf32>) -> tensor<1x1x10x10xf32>
  return %a, %b, %c : tensor<1x1x10x10xf32>, tensor<1x1x10x10xf32>, tensor<1x1x10x10xf32>
}

// -----

func.func @kernel(%x: tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32> {
  // expected-error @+1 {{expected an operand that the kernel fits into, found extent 2}}
  %y = onnx.LpPool(%x) {kernel_shape = array<i64: 3, 3>} : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  return %y : tensor<1x1x1x1xf32>
}

// -----

// Any other operation is evaluated; its result has to be what the model says.
func.func @result(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  // expected-error @+1 {{[QC-I006] node 'onnx.Transpose': expected a result of shape 2x3 as the model says, found 3x2}}
  %y = onnx.Transpose(%x) {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// What data decides is not judged: an index of 1 lies outside of one element, a divisor may be 0.
func.func @data(%x: tensor<1x3xf32>, %i: tensor<1xsi64>, %n: tensor<1xsi32>) -> (tensor<1x3xf32>, tensor<1xsi32>) {
  %y = onnx.Gather(%x, %i) : (tensor<1x3xf32>, tensor<1xsi64>) -> tensor<1x3xf32>
  %d = onnx.Div(%n, %n) : (tensor<1xsi32>, tensor<1xsi32>) -> tensor<1xsi32>
  return %y, %d : tensor<1x3xf32>, tensor<1xsi32>
}

// -----

// Nor is a condition: training is not supported, and the run says whether it is asked for.
func.func @condition(%x: tensor<2x3xf32>, %ratio: tensor<f32>, %training: tensor<i1>) -> tensor<2x3xf32> {
  %y = onnx.Dropout(%x, %ratio, %training) {operandSegmentSizes = array<i32: 1, 1, 1>}
      : (tensor<2x3xf32>, tensor<f32>, tensor<i1>) -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// -----

// Nor is a size that floats decide: the model says which one it is where scales, bounds, depth and values are as expected.
func.func @sizes(%x: tensor<1x1x2x2xf32>, %scales: tensor<4xf32>, %b: tensor<f32>, %i: tensor<3xf32>, %d: tensor<1xf32>, %v: tensor<2xf32>)
    -> (tensor<1x1x4x4xf32>, tensor<3xf32>, tensor<3x5xf32>, tensor<4xf32>, tensor<4x3xsi64>) {
  %r = onnx.Resize(%x, %scales) {operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x2x2xf32>, tensor<4xf32>) -> tensor<1x1x4x4xf32>
  %n = onnx.Range(%b, %b, %b) : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<3xf32>
  %h = onnx.OneHot(%i, %d, %v) : (tensor<3xf32>, tensor<1xf32>, tensor<2xf32>) -> tensor<3x5xf32>
  %u = onnx.Unique(%r) {resultSegmentSizes = array<i32: 1, 0, 0, 0>} : (tensor<1x1x4x4xf32>) -> tensor<4xf32>
  %z = onnx.NonZero(%r) : (tensor<1x1x4x4xf32>) -> tensor<4x3xsi64>
  return %r, %n, %h, %u, %z : tensor<1x1x4x4xf32>, tensor<3xf32>, tensor<3x5xf32>, tensor<4xf32>, tensor<4x3xsi64>
}

// -----

// Boxes that overlap in no data alike; and with a constant region and constant scales Resize is judged.
func.func @boxes(%boxes: tensor<1x6x4xf32>, %scores: tensor<1x1x6xf32>, %x: tensor<1x1x2x2xf32>) -> (tensor<3x3xsi64>, tensor<1x1x4x4xf32>) {
  %most = onnx.Constant() {value = #data.constant<"most", [3] : tensor<1xsi64>>} : () -> tensor<1xsi64>
  %b = onnx.NonMaxSuppression(%boxes, %scores, %most) {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0>} : (tensor<1x6x4xf32>, tensor<1x1x6xf32>, tensor<1xsi64>) -> tensor<3x3xsi64>
  %scales = onnx.Constant() {value = #data.constant<"scales", [1.0, 1.0, 3.0, 2.0] : tensor<4xf32>>} : () -> tensor<4xf32>
  // expected-error @+1 {{expected a result of shape 1x1x4x4 as the model says, found 1x1x6x4}}
  %r = onnx.Resize(%x, %scales) {operandSegmentSizes = array<i32: 1, 0, 1, 0>} : (tensor<1x1x2x2xf32>, tensor<4xf32>) -> tensor<1x1x4x4xf32>
  return %b, %r : tensor<3x3xsi64>, tensor<1x1x4x4xf32>
}

// -----

// What is valid and cannot be computed is unsupported, also where data might decide.
func.func @unsupported(%x: tensor<2x3xsi32>, %w: tensor<3x5xsi32>, %p: tensor<1x1x4x4xsi32>, %g: tensor<1x2x2x2xf32>)
    -> (tensor<2x5xsi32>, tensor<1x1x2x2xsi32>) {
  // expected-error @+1 {{[QC-I003] node 'onnx.Gemm': expected the left matrix of a float type, found int32}}
  %y = onnx.Gemm(%x, %w) : (tensor<2x3xsi32>, tensor<3x5xsi32>) -> tensor<2x5xsi32>
  // expected-error @+1 {{[QC-I003] node 'onnx.GridSample': expected elements of a float type, found int32}}
  %s = onnx.GridSample(%p, %g) : (tensor<1x1x4x4xsi32>, tensor<1x2x2x2xf32>) -> tensor<1x1x2x2xsi32>
  return %y, %s : tensor<2x5xsi32>, tensor<1x1x2x2xsi32>
}
