// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Constraints of the units of networks, each once; names say which.

// matrix_vector_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected groups to divide 2 outputs, found 3}}
  %y = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 0, 1, -2, 1, 1, 0] : tensor<4x2xsi2>>
      groups 3 pe 1 simd 1 accumulator si4 multiplier "lut" memory "block" : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %y : !hls.stream<2x1xsi4>
}

// -----

// matrix_vector_c5
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1x!qnn.bipolar>):
  // expected-error @+1 {{expected an accumulator that holds 0 to 4, found 'ui2'}}
  %y = hls.matrix_vector %x weights #data.constant<"w", [1, -1, 1, 1] : tensor<4x1x!qnn.bipolar>>
      groups 1 pe 1 simd 1 accumulator ui2 multiplier "lut" memory "block" : (!hls.stream<4x1x!qnn.bipolar>) -> !hls.stream<1x1xsi4>
  hls.output %y : !hls.stream<1x1xsi4>
}

// -----

// vector_vector_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected weights of at most 32 bits, found 33}}
  %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi33>>
      accumulator si4 multiplier "lut" memory "block" : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %y : !hls.stream<2x1xsi4>
}

// -----

// vector_vector_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected equal lanes that divide 2 channels}}
  %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi2>>
      accumulator si4 multiplier "lut" memory "block" : (!hls.stream<4x1xui2>) -> !hls.stream<1x2xsi4>
  hls.output %y : !hls.stream<1x2xsi4>
}

// -----

// vector_vector_c3
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<6x1xui2>):
  // expected-error @+1 {{expected 2 vectors of 2 codes for each of the result}}
  %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi2>>
      accumulator si4 multiplier "lut" memory "block" : (!hls.stream<6x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %y : !hls.stream<2x1xsi4>
}

// -----

// vector_vector_c4
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected an accumulator of integer type with at most 62 bits, found 'si63'}}
  %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi2>>
      accumulator si63 multiplier "lut" memory "block" : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi4>
  hls.output %y : !hls.stream<2x1xsi4>
}

// -----

// vector_vector_c5
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected an activation with 1 or 2 rows, found 3}}
  %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi2>>
      accumulator si4 activation #hls.thresholds<levels = #data.constant<"t", [0, 1, 2] : tensor<3x1xsi4>>,
          directions = [1, 1, 1], low = 0, step = 1>
      multiplier "lut" memory "block" : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xui1>
  hls.output %y : !hls.stream<2x1xui1>
}

// -----

// vector_vector_c6
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected a result that holds the sum, found 'si3'}}
  %y = hls.vector_vector %x weights #data.constant<"w", [1, -1, -2, 1] : tensor<2x2xsi2>>
      accumulator si4 multiplier "lut" memory "block" : (!hls.stream<4x1xui2>) -> !hls.stream<2x1xsi3>
  hls.output %y : !hls.stream<2x1xsi3>
}

// -----

// dot_c1
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<6x1xui2>):
  // expected-error @+1 {{expected equally many vectors of 2 codes}}
  %y = hls.dot %a, %b length 2 : (!hls.stream<4x1xui2>, !hls.stream<6x1xui2>) -> !hls.stream<2x1xsi8>
  hls.output %y : !hls.stream<2x1xsi8>
}

// -----

// dot_c2
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<2x2xui2>, %b: !hls.stream<2x2xui2>):
  // expected-error @+1 {{expected 1 lanes that divide 2}}
  %y = hls.dot %a, %b length 2 : (!hls.stream<2x2xui2>, !hls.stream<2x2xui2>) -> !hls.stream<2x1xsi8>
  hls.output %y : !hls.stream<2x1xsi8>
}

// -----

// dot_c3
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected 2 words of one lane}}
  %y = hls.dot %a, %b length 2 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<1x1xsi8>
  hls.output %y : !hls.stream<1x1xsi8>
}

// -----

// add_c1
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<2x2xui2>):
  // expected-error @+1 {{expected operands of 4 words of 1 lanes}}
  %y = hls.add %a, %b multipliers 1, 1 channels 2 : (!hls.stream<4x1xui2>, !hls.stream<2x2xui2>) -> !hls.stream<4x1xsi8>
  hls.output %y : !hls.stream<4x1xsi8>
}

// -----

// add_c2
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected a result of integer type}}
  %y = hls.add %a, %b multipliers 1, 1 channels 2 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<4x1x!qnn.bipolar>
  hls.output %y : !hls.stream<4x1x!qnn.bipolar>
}

// -----

// mul_c1
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected channels to divide the elements and lanes to divide the channels, found 3}}
  %y = hls.mul %a, %b channels 3 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<4x1xsi8>
  hls.output %y : !hls.stream<4x1xsi8>
}

// -----

// mul_c2
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected a result of integer type}}
  %y = hls.mul %a, %b channels 2 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<4x1x!qnn.bipolar>
  hls.output %y : !hls.stream<4x1x!qnn.bipolar>
}

// -----

// concat_c1
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected blocks of 1 and 2 elements in turn}}
  %y = hls.concat %a, %b blocks 1, 2 : (!hls.stream<4x1xui2>, !hls.stream<4x1xui2>) -> !hls.stream<8x1xui2>
  hls.output %y : !hls.stream<8x1xui2>
}

// -----

// concat_c2
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<2x2xui2>, %b: !hls.stream<2x2xui2>):
  // expected-error @+1 {{expected equal lanes that divide 1}}
  %y = hls.concat %a, %b blocks 1, 1 : (!hls.stream<2x2xui2>, !hls.stream<2x2xui2>) -> !hls.stream<4x2xui2>
  hls.output %y : !hls.stream<4x2xui2>
}

// -----

// concat_c3
func.func private @core(%a0: tensor<1xui2>, %a1: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%a: !hls.stream<4x1xui2>, %b: !hls.stream<4x1xsi2>):
  // expected-error @+1 {{expected a result that holds 'si2', found 'ui2'}}
  %y = hls.concat %a, %b blocks 1, 1 : (!hls.stream<4x1xui2>, !hls.stream<4x1xsi2>) -> !hls.stream<8x1xui2>
  hls.output %y : !hls.stream<8x1xui2>
}

// -----

// pool_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected 4 vectors of 1 codes for each of the result}}
  %y = hls.pool %x kind "max" taps 4 channels 1 : (!hls.stream<8x1xui2>) -> !hls.stream<3x1xui2>
  hls.output %y : !hls.stream<3x1xui2>
}

// -----

// pool_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected equal lanes that divide 2 channels}}
  %y = hls.pool %x kind "max" taps 4 channels 2 : (!hls.stream<8x1xui2>) -> !hls.stream<1x2xui2>
  hls.output %y : !hls.stream<1x2xui2>
}

// -----

// pool_c3
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected equal element types}}
  %y = hls.pool %x kind "max" taps 4 channels 1 : (!hls.stream<8x1xui2>) -> !hls.stream<2x1xui3>
  hls.output %y : !hls.stream<2x1xui3>
}

// -----

// pool_c3
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1x!qnn.bipolar>):
  // expected-error @+1 {{expected a result of integer type}}
  %y = hls.pool %x kind "sum" taps 4 channels 1 : (!hls.stream<8x1x!qnn.bipolar>) -> !hls.stream<2x1x!qnn.bipolar>
  hls.output %y : !hls.stream<2x1x!qnn.bipolar>
}

// -----

// arg_max_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected one lane and vectors of 4 codes}}
  %y = hls.arg_max %x length 4 : (!hls.stream<8x1xui2>) -> !hls.stream<3x1xsi64>
  hls.output %y : !hls.stream<3x1xsi64>
}

// -----

// arg_max_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected a result that holds positions up to 3}}
  %y = hls.arg_max %x length 4 : (!hls.stream<8x1xui2>) -> !hls.stream<2x1xui1>
  hls.output %y : !hls.stream<2x1xui1>
}

// -----

// top_k_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>, tensor<1xui2>) {
  return %a0, %a0 : tensor<1xui2>, tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected one lane and 2 codes for each vector of 4}}
  %v, %p = hls.top_k %x length 4 count 2 : (!hls.stream<8x1xui2>) -> (!hls.stream<4x1xui2>, !hls.stream<2x1xsi64>)
  hls.output %v, %p : !hls.stream<4x1xui2>, !hls.stream<2x1xsi64>
}

// -----

// top_k_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>, tensor<1xui2>) {
  return %a0, %a0 : tensor<1xui2>, tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected a count of at most 4, found 5}}
  %v, %p = hls.top_k %x length 4 count 5 : (!hls.stream<8x1xui2>) -> (!hls.stream<10x1xui2>, !hls.stream<10x1xsi64>)
  hls.output %v, %p : !hls.stream<10x1xui2>, !hls.stream<10x1xsi64>
}

// -----

// top_k_c3
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>, tensor<1xui2>) {
  return %a0, %a0 : tensor<1xui2>, tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<8x1xui2>):
  // expected-error @+1 {{expected values of 'ui2' and positions up to 3}}
  %v, %p = hls.top_k %x length 4 count 2 : (!hls.stream<8x1xui2>) -> (!hls.stream<4x1xui3>, !hls.stream<4x1xsi64>)
  hls.output %v, %p : !hls.stream<4x1xui3>, !hls.stream<4x1xsi64>
}

// -----

// constant_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<1x1xui2>):
  // expected-error @+1 {{expected the elements of 'tensor<2xui2>'}}
  %y = hls.constant #data.constant<"c", [1, 2] : tensor<2xui2>> -> !hls.stream<3x1xui2>
  hls.discard %x : !hls.stream<1x1xui2>
  hls.output %y : !hls.stream<3x1xui2>
}

// -----

// lookup_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<3x1xsi64>):
  // expected-error @+1 {{expected a table}}
  %y = hls.lookup #data.constant<"t", [1, 2] : tensor<2xui2>> at %x : (!hls.stream<3x1xsi64>) -> !hls.stream<3x1xui2>
  hls.output %y : !hls.stream<3x1xui2>
}

// -----

// lookup_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<3x1xsi64>):
  // expected-error @+1 {{expected positions of one lane and rows of 2 codes}}
  %y = hls.lookup #data.constant<"t", [1, 2, 3, 0] : tensor<2x2xui2>> at %x : (!hls.stream<3x1xsi64>) -> !hls.stream<3x1xui2>
  hls.output %y : !hls.stream<3x1xui2>
}

// -----

// reorder_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected loops of positive extents with a stride or position each}}
  %y = hls.reorder %x start 0 extents [2, 2] strides [1] : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// reorder_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected loops of positive extents with a stride or position each}}
  %y = hls.reorder %x start 0 extents [2, 2] strides [1, 0] listed 1 positions [1] : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// reorder_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected 4 elements of type 'ui2'}}
  %y = hls.reorder %x start 0 extents [2, 2] strides [1, 1] : (!hls.stream<4x1xui2>) -> !hls.stream<5x1xui2>
  hls.output %y : !hls.stream<5x1xui2>
}

// -----

// reorder_c3
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected positions inside of}}
  %y = hls.reorder %x start 1 extents [2, 2] strides [2, 1] : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// reorder_c4
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<2x2xui2>):
  // expected-error @+1 {{expected equal lanes that divide 1}}
  %y = hls.reorder %x start 0 extents [2, 2] strides [1, 2] : (!hls.stream<2x2xui2>) -> !hls.stream<2x2xui2>
  hls.output %y : !hls.stream<2x2xui2>
}

// -----

// pad_c1
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected 1 + 2 + 1 elements for every 2}}
  %y = hls.pad %x low 1 body 2 high 1 values [0] : (!hls.stream<4x1xui2>) -> !hls.stream<9x1xui2>
  hls.output %y : !hls.stream<9x1xui2>
}

// -----

// pad_c2
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<2x2xui2>):
  // expected-error @+1 {{expected equal lanes that divide border, body and values}}
  %y = hls.pad %x low 1 body 2 high 1 values [0] : (!hls.stream<2x2xui2>) -> !hls.stream<4x2xui2>
  hls.output %y : !hls.stream<4x2xui2>
}

// -----

// pad_c3
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected a result that holds 'ui2' and the border's values, found 'ui2'}}
  %y = hls.pad %x low 1 body 2 high 1 values [-1] : (!hls.stream<4x1xui2>) -> !hls.stream<8x1xui2>
  hls.output %y : !hls.stream<8x1xui2>
}

// -----

// multiply_shift
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected a shift of 0 to 62, found 63}}
  %y = hls.activate %x activation #hls.multiply_shift<multipliers = [1], offsets = [0], shift = 63,
      rounding = "FLOOR", low = 0, high = 3> channels 1 : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// multiply_shift
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected low <= high to be values of 'ui2', found 0 and 4}}
  %y = hls.activate %x activation #hls.multiply_shift<multipliers = [1], offsets = [0], shift = 1,
      rounding = "FLOOR", low = 0, high = 4> channels 1 : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}

// -----

// table
func.func private @core(%a0: tensor<1xui2>) -> (tensor<1xui2>) {
  return %a0 : tensor<1xui2>
}
hls.design @design implements @core {
^bb0(%x: !hls.stream<4x1xui2>):
  // expected-error @+1 {{expected values of type 'ui2'}}
  %y = hls.activate %x activation #hls.table<values = #data.constant<"t", [1, 2] : tensor<1x2xui3>>, low = 0> channels 1 : (!hls.stream<4x1xui2>) -> !hls.stream<4x1xui2>
  hls.output %y : !hls.stream<4x1xui2>
}
