// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of docs/Qnn.md: the function's name is the operation and the number.

func.func @table_c1_rank(%x: tensor<1x4xsi2>) {
  // expected-error @+1 {{expected values of shape [1 or 4, 1 to 65536] and elements 'ui2', found 'tensor<4xui2>'}}
  %0 = qnn.table %x axis 1 low -2 values <"v", [3, 0, 0, 3] : tensor<4xui2>> : (tensor<1x4xsi2>) -> tensor<1x4xui2>
  return
}

// -----

func.func @table_c1_rows(%x: tensor<1x4xsi2>) {
  // expected-error @+1 {{expected values of shape [1 or 4, 1 to 65536] and elements 'ui2', found 'tensor<2x2xui2>'}}
  %0 = qnn.table %x axis 1 low -2 values <"v", [3, 0, 0, 3] : tensor<2x2xui2>> : (tensor<1x4xsi2>) -> tensor<1x4xui2>
  return
}

// -----

func.func @table_c1_empty(%x: tensor<1x4xsi2>) {
  // expected-error @+1 {{expected values of shape [1 or 4, 1 to 65536] and elements 'ui2', found 'tensor<1x0xui2>'}}
  %0 = qnn.table %x axis 1 low -2 values <"v", [] : tensor<1x0xui2>> : (tensor<1x4xsi2>) -> tensor<1x4xui2>
  return
}

// -----

func.func @table_c1_type(%x: tensor<1x4xsi2>) {
  // expected-error @+1 {{expected values of shape [1 or 4, 1 to 65536] and elements 'ui2', found 'tensor<1x4xsi8>'}}
  %0 = qnn.table %x axis 1 low -2 values <"v", [3, 0, 0, 3] : tensor<1x4xsi8>> : (tensor<1x4xsi2>) -> tensor<1x4xui2>
  return
}

// -----

func.func @table_c1_axis(%x: tensor<1x4xsi2>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<1x4xsi2>', found 2}}
  %0 = qnn.table %x axis 2 low -2 values <"v", [3, 0, 0, 3] : tensor<1x4xui2>> : (tensor<1x4xsi2>) -> tensor<1x4xui2>
  return
}

// -----

func.func @table_c2(%x: tensor<1x4xsi2>) {
  // expected-error @+1 {{expected result 'tensor<1x4xui2>', found 'tensor<4x1xui2>'}}
  %0 = qnn.table %x axis 1 low -2 values <"v", [3, 0, 0, 3] : tensor<1x4xui2>> : (tensor<1x4xsi2>) -> tensor<4x1xui2>
  return
}

// -----

func.func @requantize_c1_axis(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected axis to be a dimension of 'tensor<1x4xsi12>', found -1}}
  %0 = qnn.requantize %x axis -1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c1_multipliers(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected 1 or 4 elements, found constant 'm' of type 'tensor<2xsi64>'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5, 6] : tensor<2xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c1_offsets(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected 1 or 4 elements, found constant 'o' of type 'tensor<1x1xsi64>'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1x1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c1_type(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected elements of multipliers to be 'si64', found 'si32'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi32>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c1_shift(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected a shift from 0 to 62, found 63}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 63 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c1_negative(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected a shift from 0 to 62, found -1}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift -1 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c1_dynamic(%x: tensor<1x?xsi12>) {
  // expected-error @+1 {{expected as many multipliers as offsets, found 2 and 3}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5, 6] : tensor<2xsi64>> offsets <"o", [1, 2, 3] : tensor<3xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x?xsi12>) -> tensor<1x?xui4>
  return
}

// -----

func.func @requantize_c2(%x: tensor<1x4xsi12>) {
  // -2048 * 2^51 is the lowest number of 62 bits and a sign.
  // expected-error @+1 {{expected multiplier * x + offset within 62 bits, found multiplier 2251799813685249 and offset 0 for values from -2048 to 2047}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [2251799813685249] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c2_offset(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected multiplier * x + offset within 62 bits, found multiplier 1 and offset 4611686018427387904}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [1] : tensor<1xsi64>> offsets <"o", [4611686018427387904] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c2_extreme(%x: tensor<1x4xsi64>) {
  // expected-error @+1 {{expected multiplier * x + offset within 62 bits}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [-9223372036854775808] : tensor<1xsi64>> offsets <"o", [-9223372036854775808] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi64>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c3_order(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected a range of values of an integer type, found [3, 2] of 'ui4'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [3, 2] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c3_high(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected a range of values of an integer type, found [0, 16] of 'ui4'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 16] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}

// -----

func.func @requantize_c3_bipolar(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected a range of values of an integer type, found [-1, 1] of '!qnn.bipolar'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [-1, 1] : (tensor<1x4xsi12>) -> tensor<1x4x!qnn.bipolar>
  return
}

// -----

func.func @requantize_c4(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{expected result 'tensor<1x4xui4>', found 'tensor<4x1xui4>'}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1x4xsi12>) -> tensor<4x1xui4>
  return
}

// -----

func.func @requantize_rounding(%x: tensor<1x4xsi12>) {
  // expected-error @+1 {{rounding mode (ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN)}}
  %0 = qnn.requantize %x axis 1 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "NEAREST" range [0, 15] : (tensor<1x4xsi12>) -> tensor<1x4xui4>
  return
}
