func.func @unranked(%x: tensor<*xf32>) -> tensor<*xf32> {
  %0 = onnx.Relu(%x) : (tensor<*xf32>) -> tensor<*xf32> loc("relu1"("y"("model.onnx":0:0)))
  return %0 : tensor<*xf32>
}
