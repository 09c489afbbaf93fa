module {
  func.func @main(%x: tensor<1x4xf32> {onnx.name = "x"}) -> (tensor<1x2xf32> {onnx.name = "y"}) {
    %s = onnx.Constant() {value = #data.constant<"s", [1.0] : tensor<f32>>} : () -> tensor<f32>
    %z = onnx.Constant() {value = #data.constant<"z", [0.0] : tensor<f32>>} : () -> tensor<f32>
    %b = onnx.Constant() {value = #data.constant<"b", [4.0] : tensor<f32>>} : () -> tensor<f32>
    %w1 = onnx.Constant() {value = #data.constant<"w1", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 0.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0, -7.0, 0.0] : tensor<4x4xf32>>} : () -> tensor<4x4xf32>
    %w2 = onnx.Constant() {value = #data.constant<"w2", [0.0, 1.0, -2.0, 0.0, 3.0, 0.0, 0.0, 0.0] : tensor<2x4xf32>>,
        encoding.structure = #encoding.n_m<n = 1, m = 2, order = [0, 1], rows = 1>} : () -> tensor<2x4xf32>
    %qx = onnx.Quant(%x, %s, %z, %b) {signed_ = 1 : i64, narrow = 0 : i64, rounding_mode = "ROUND"} : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
    %q1 = onnx.Quant(%w1, %s, %z, %b) {signed_ = 1 : i64, narrow = 0 : i64, rounding_mode = "ROUND"} : (tensor<4x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<4x4xf32>
    %y1 = onnx.MatMul(%qx, %q1) : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32> loc("fc1"("fc1_out"("structured.onnx":0:0)))
    %a = onnx.Quant(%y1, %s, %z, %b) {signed_ = 1 : i64, narrow = 0 : i64, rounding_mode = "ROUND"} : (tensor<1x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<1x4xf32>
    %q2 = onnx.Quant(%w2, %s, %z, %b) {signed_ = 1 : i64, narrow = 0 : i64, rounding_mode = "ROUND"} : (tensor<2x4xf32>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2x4xf32>
    %y2 = onnx.Gemm(%a, %q2) {transB = 1 : i64} : (tensor<1x4xf32>, tensor<2x4xf32>) -> tensor<1x2xf32> loc("fc2"("y"("structured.onnx":1:0)))
    return %y2 : tensor<1x2xf32>
  }
}
