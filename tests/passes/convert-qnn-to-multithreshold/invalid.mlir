// RUN: qcompile-opt %s --convert-qnn-to-multithreshold --split-input-file --verify-diagnostics

// Sums that float32 does not hold: 2^26 is more than 2^24. What follows from them is not reported again.
func.func @wide(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-128, 127] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi8>
  // expected-error @+1 {{[QC-X001] node 'qnn.add': INT27 codes -67108864 to 67108863 are more than float32 holds, 2^24}}
  %a = qnn.add %q, %q multipliers 131072, 131072 : (tensor<1x2xsi8>, tensor<1x2xsi8>) -> tensor<1x2xsi27>
  %y = qnn.dequantize %a axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xsi27>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}
