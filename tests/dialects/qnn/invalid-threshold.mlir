// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @threshold_c1_rank(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected thresholds of shape [1 or 2, 1 to 255] and integer elements, found 'tensor<2xsi4>'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<2xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c1_channels(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected thresholds of shape [1 or 2, 1 to 255] and integer elements, found 'tensor<3x1xsi4>'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1, 2] : tensor<3x1xsi4>>
      directions [1, 1, 1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c1_none(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected thresholds of shape [1 or 2, 1 to 255]}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [] : tensor<1x0xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c1_float(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{and integer elements, found 'tensor<1x1xf32>'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0.0] : tensor<1x1xf32>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c1_integer(%x: tensor<1x2xf32>) {
  // expected-error @+1 {{and float32 elements, found 'tensor<1x1xsi4>'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0] : tensor<1x1xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xf32>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c1_nan(%x: tensor<1x2xf32>) {
  // expected-error @+1 {{expected thresholds of channel 0 to be sorted in its direction}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", ["nan"] : tensor<1x1xf32>>
      directions [1] low 0 step 1 : (tensor<1x2xf32>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c2_count(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected 1 directions of 1 or -1}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1, 1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c2_value(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected 1 directions of 1 or -1}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [2] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c2_zero(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected 1 directions of 1 or -1}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [0] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c3_ascending(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected thresholds of channel 0 to be sorted in its direction}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [1, 0] : tensor<1x2xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c3_descending(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected thresholds of channel 1 to be sorted in its direction}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1, 0, 1] : tensor<2x2xsi4>>
      directions [1, -1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c3_float(%x: tensor<1x2xf32>) {
  // expected-error @+1 {{expected thresholds of channel 0 to be sorted in its direction}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0.5, 0.25] : tensor<1x2xf32>>
      directions [1] low 0 step 1 : (tensor<1x2xf32>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c4_low(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected low and low + step * levels to be values of 'ui2'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low -1 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c4_high(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected low and low + step * levels to be values of 'ui2'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low 2 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c4_falling(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected low and low + step * levels to be values of 'ui2'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low 1 step -1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c4_step(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected low and low + step * levels to be values of 'ui2'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low 0 step 0 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c4_bipolar(%x: tensor<1x2xsi8>) {
  // Two levels would pass through 1 to 3.
  // expected-error @+1 {{expected low and low + step * levels to be values of '!qnn.bipolar'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low -1 step 2 : (tensor<1x2xsi8>) -> tensor<1x2x!qnn.bipolar>
  return
}

// -----

func.func @threshold_c4_overflow(%x: tensor<1x2xsi8>) {
  // Low + step * levels does not wrap around.
  // expected-error @+1 {{expected low and low + step * levels to be values of 'ui2'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low 0 step 9223372036854775807 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}

// -----

func.func @threshold_c5(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected result 'tensor<1x2xui2>', found 'tensor<2x1xui2>'}}
  %0 = qnn.threshold %x axis 1 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<2x1xui2>
  return
}

// -----

func.func @threshold_axis(%x: tensor<1x2xsi8>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<1x2xsi8>', found 2}}
  %0 = qnn.threshold %x axis 2 thresholds <"t", [0, 1] : tensor<1x2xsi4>>
      directions [1] low 0 step 1 : (tensor<1x2xsi8>) -> tensor<1x2xui2>
  return
}
