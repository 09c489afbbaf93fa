// RUN: qcompile-opt %s --convert-qnn-to-multithreshold --split-input-file --verify-diagnostics

// Sums that float32 does not hold: -2^26 is further from 0 than 2^24. What follows from them is not reported again.
func.func @wide(%x: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-128, 127] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi8>
  // expected-error @+1 {{[QC-X001] node 'qnn.add': INT27 codes -67108864 to 67108863 go beyond 2^24, up to which float32 holds all integers}}
  %a = qnn.add %q, %q multipliers 131072, 131072 : (tensor<1x2xsi8>, tensor<1x2xsi8>) -> tensor<1x2xsi27>
  %y = qnn.dequantize %a axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xsi27>) -> tensor<1x2xf32>
  return %y : tensor<1x2xf32>
}

// -----

// One more, -128 * 131072 - 1: its type goes down to -2^25.
func.func @one_more(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> tensor<1x2xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-128, 127] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi8>
  %b = qnn.quantize %y scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-1, 0] rounding "ROUND"
      : (tensor<1x2xf32>) -> tensor<1x2xsi1>
  // expected-error @+1 {{INT26 codes -33554432 to 33554431 go beyond 2^24, up to which float32 holds all integers}}
  %a = qnn.add %q, %b multipliers 131072, 1 : (tensor<1x2xsi8>, tensor<1x2xsi1>) -> tensor<1x2xsi26>
  %out = qnn.dequantize %a axis 1 scale <"ys", [1.0] : tensor<1xf64>> zero_point <"yz", [0] : tensor<1xsi64>> : (tensor<1x2xsi26>) -> tensor<1x2xf32>
  return %out : tensor<1x2xf32>
}

// -----

// 2^25 codes in each of 16 channels are 2^29 codes to try.
func.func @too_many(%x: tensor<1x16xf32>) -> tensor<1x16xf32> {
  %q = qnn.quantize %x scale <"s", [1.0] : tensor<1x1xf32>> zero_point <"z", [0.0] : tensor<1x1xf32>> range [-16777216, 16777215] rounding "ROUND"
      : (tensor<1x16xf32>) -> tensor<1x16xsi25>
  // expected-error @+1 {{whether operations on float64 give the last bit of its float32 value is not known: its operand takes more values than can be tried, 2^28 in all channels together}}
  %out = qnn.dequantize %q axis 1 scale <"ys", [0.1] : tensor<1xf64>> zero_point <"yz", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : tensor<16xsi64>>
      : (tensor<1x16xsi25>) -> tensor<1x16xf32>
  return %out : tensor<1x16xf32>
}
