// Correctly rounded float functions: equal on every machine, and monotone wherever the real
// function is (which is what the threshold search of the integer form relies on).
#ifndef QCOMPILE_RUNTIME_REFERENCE_FLOAT_MATH_H_
#define QCOMPILE_RUNTIME_REFERENCE_FLOAT_MATH_H_

namespace qcompile::runtime {

float ExpFloat(float x);
float LogFloat(float x);
float TanhFloat(float x);
float ErfFloat(float x);
float PowFloat(float x, float y);
// 1 / (1 + exp(-x)), one rounding per step as the formula stands.
float SigmoidFloat(float x);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_FLOAT_MATH_H_
