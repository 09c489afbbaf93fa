// RUN: qcompile-opt %s --split-input-file --verify-diagnostics

// Proofs read the attributes of what makes an operand, so they refuse an operand that is made later, whose attributes may
// be anything: here there are no thresholds of two dimensions.

func.func @made_later(%x: tensor<2xsi8>, %y: tensor<2xsi8>) {
  // expected-error @+1 {{expected operands that are computed before, found qnn.threshold after its use}}
  %0 = qnn.mul %1, %x : (tensor<2xsi4>, tensor<2xsi8>) -> tensor<2xsi32>
  %1 = qnn.threshold %y axis 0 thresholds <"t", [1] : tensor<si8>> directions [1] low 0 step 1
      : (tensor<2xsi8>) -> tensor<2xsi4>
  return
}

// -----

func.func @made_later_and_selected(%x: tensor<2xsi8>, %y: tensor<2xsi8>) {
  %0 = qnn.slice %2 offsets [0] steps [1] : (tensor<2xsi4>) -> tensor<1xsi4>
  // expected-error @+1 {{expected operands that are computed before, found qnn.threshold after its use}}
  %1 = qnn.requantize %0 axis 0 multipliers <"m", [5] : tensor<1xsi64>> offsets <"o", [0] : tensor<1xsi64>>
      shift 4 rounding "ROUND" range [0, 15] : (tensor<1xsi4>) -> tensor<1xui4>
  %2 = qnn.threshold %y axis 0 thresholds <"t", [1] : tensor<si8>> directions [1] low 0 step 1
      : (tensor<2xsi8>) -> tensor<2xsi4>
  return
}

// -----

func.func @itself(%x: tensor<2xsi8>) {
  // expected-error @+1 {{expected operands that are computed before, found qnn.add after its use}}
  %0 = qnn.add %0, %x multipliers 1, 1 : (tensor<2xsi16>, tensor<2xsi8>) -> tensor<2xsi16>
  return
}

// -----

// Another block that stands before is as good.
func.func @blocks(%x: tensor<2xsi8>, %y: tensor<2xsi8>) -> tensor<2xsi10> {
  %0 = qnn.threshold %y axis 0 thresholds <"t", [1] : tensor<1x1xsi8>> directions [1] low 0 step 1
      : (tensor<2xsi8>) -> tensor<2xsi4>
  llvm.br ^bb1
^bb1:
  %1 = qnn.add %0, %x multipliers 1, 1 : (tensor<2xsi4>, tensor<2xsi8>) -> tensor<2xsi10>
  return %1 : tensor<2xsi10>
}
