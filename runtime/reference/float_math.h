// Correctly rounded float functions: equal on every machine, and monotone wherever the real
// function is (which is what the threshold search of the integer form relies on).
#ifndef QCOMPILE_RUNTIME_REFERENCE_FLOAT_MATH_H_
#define QCOMPILE_RUNTIME_REFERENCE_FLOAT_MATH_H_

#include <cmath>

namespace qcompile::runtime {

float ExpFloat(float x);
float LogFloat(float x);
float TanhFloat(float x);
float ErfFloat(float x);
float PowFloat(float x, float y);
float AcosFloat(float x);
float AcoshFloat(float x);
float AsinFloat(float x);
float AsinhFloat(float x);
float AtanFloat(float x);
float AtanhFloat(float x);
float CosFloat(float x);
float CoshFloat(float x);
float SinFloat(float x);
float SinhFloat(float x);
float TanFloat(float x);
// 1 / (1 + exp(-x)), one rounding per step as the formula stands.
float SigmoidFloat(float x);

// The same for the type of the argument. Those on doubles are the C++ library's: not correctly
// rounded, which nothing relies on, since integer forms are derived from float32 alone.
inline float ExpOf(float x) { return ExpFloat(x); }
inline double ExpOf(double x) { return std::exp(x); }
inline float LogOf(float x) { return LogFloat(x); }
inline double LogOf(double x) { return std::log(x); }
inline float TanhOf(float x) { return TanhFloat(x); }
inline double TanhOf(double x) { return std::tanh(x); }
inline float ErfOf(float x) { return ErfFloat(x); }
inline double ErfOf(double x) { return std::erf(x); }
inline float AcosOf(float x) { return AcosFloat(x); }
inline double AcosOf(double x) { return std::acos(x); }
inline float AcoshOf(float x) { return AcoshFloat(x); }
inline double AcoshOf(double x) { return std::acosh(x); }
inline float AsinOf(float x) { return AsinFloat(x); }
inline double AsinOf(double x) { return std::asin(x); }
inline float AsinhOf(float x) { return AsinhFloat(x); }
inline double AsinhOf(double x) { return std::asinh(x); }
inline float AtanOf(float x) { return AtanFloat(x); }
inline double AtanOf(double x) { return std::atan(x); }
inline float AtanhOf(float x) { return AtanhFloat(x); }
inline double AtanhOf(double x) { return std::atanh(x); }
inline float CosOf(float x) { return CosFloat(x); }
inline double CosOf(double x) { return std::cos(x); }
inline float CoshOf(float x) { return CoshFloat(x); }
inline double CoshOf(double x) { return std::cosh(x); }
inline float SinOf(float x) { return SinFloat(x); }
inline double SinOf(double x) { return std::sin(x); }
inline float SinhOf(float x) { return SinhFloat(x); }
inline double SinhOf(double x) { return std::sinh(x); }
inline float TanOf(float x) { return TanFloat(x); }
inline double TanOf(double x) { return std::tan(x); }
inline float PowOf(float x, float y) { return PowFloat(x, y); }
inline double PowOf(double x, double y) { return std::pow(x, y); }
inline float SigmoidOf(float x) { return SigmoidFloat(x); }
inline double SigmoidOf(double x) { return 1.0 / (1.0 + std::exp(-x)); }

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_FLOAT_MATH_H_
