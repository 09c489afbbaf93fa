// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Every numbered constraint of the dialect once; names say which.

// design_c1
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
// expected-error @+1 {{expected a stream, found 'i32'}}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>, %f: i32):
  %a = hls.convert_width %x : (!hls.stream<4x1xui2>) -> !hls.stream<2x2xui2>
  hls.output %a : !hls.stream<2x2xui2>
}

// -----

// design_c2
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
// expected-error @+1 {{expected every stream to have one consumer, found 0}}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  %a, %b = hls.duplicate %x : !hls.stream<4x1xui2>
  hls.output %a : !hls.stream<4x1xui2>
}

// -----

// design_c3
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{block with no terminator}}
  %a = hls.convert_width %x : (!hls.stream<4x1xui2>) -> !hls.stream<2x2xui2>
}

// -----

// design_c4
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
// expected-error @+1 {{expected 'core' to be a function with 1 arguments and 2 results}}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  %a, %b = hls.duplicate %x : !hls.stream<4x1xui2>
  hls.output %a, %b : !hls.stream<4x1xui2>, !hls.stream<4x1xui2>
}

// -----

// design_c5
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
// expected-error @+1 {{expected a stage between a port or queue and 'hls.output'}}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  hls.output %x : !hls.stream<4x1xui2>
}

// -----

// matrix_vector_c2
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected simd to divide 4 inputs}}
  %s = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 1 simd 3 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %s : !hls.stream<2x1xsi4>
}

// -----

// matrix_vector_c3
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected pe to divide 2 outputs}}
  %s = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 2 simd 1 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %s : !hls.stream<2x1xsi4>
}

// -----

// matrix_vector_c4
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected whole vectors of 4 inputs and 2 outputs}}
  %s = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 1 simd 1 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<3x1xsi4>
  hls.output %s : !hls.stream<3x1xsi4>
}

// -----

// matrix_vector_c5
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected an accumulator of integer type with at most 62 bits, found 'si63'}}
  %s = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 1 simd 1 accumulator si63 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %s : !hls.stream<2x1xsi4>
}

// -----

// matrix_vector_c7
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected a result that holds the sum, found 'si3'}}
  %s = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 1 pe 1 simd 1 accumulator si4 multiplier "lut" memory "block"
      : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi3>
  hls.output %s : !hls.stream<2x1xsi3>
}

// -----

// activate_c1
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected channels to divide the elements and lanes to divide the channels, found 3}}
  %y = hls.activate %x activation #hls.thresholds<levels = #data.constant<"t", [0, 1] : tensor<2x1xsi4>>, directions = [1, 1],
                  low = 0, step = 1> channels 3
      : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// activate_c2
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected an activation with 1 or 4 rows, found 2}}
  %y = hls.activate %x activation #hls.thresholds<levels = #data.constant<"t", [0, 1] : tensor<2x1xsi4>>, directions = [1, 1],
                  low = 0, step = 1> channels 4
      : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// activate_c2
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected low and low + step * 1 to be values of}}
  %y = hls.activate %x activation #hls.thresholds<levels = #data.constant<"t", [0, 1] : tensor<2x1xsi4>>, directions = [1, 1],
                  low = 0, step = 4> channels 2
      : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// convert_width_c1
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected the same elements}}
  %a = hls.convert_width %x : (!hls.stream<4x1xui2>) -> !hls.stream<3x1xui2>
  hls.output %a : !hls.stream<3x1xui2>
}

// -----

// convert_width_c2
func.func private @core(%x: tensor<1x4xui2>) -> tensor<1x4xui2> {
  return %x : tensor<1x4xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<3x2xui2>):
  // expected-error @+1 {{expected one number of lanes to divide the other}}
  %b = hls.convert_width %x : (!hls.stream<3x2xui2>) -> !hls.stream<2x3xui2>
  hls.output %b : !hls.stream<2x3xui2>
}

// -----

// stream
// expected-error @+1 {{expected a word of at most 4096 bits, found 4097 lanes of 1 bits}}
func.func private @wide(!hls.stream<1x4097xui1>)

// -----

// stream
// expected-error @+1 {{expected elements of integer or bipolar type, found 'f32'}}
func.func private @float(!hls.stream<1x4xf32>)
