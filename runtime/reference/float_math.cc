// LLVM libc's functions under names of our own (reference/LibcFloats.cmake), so that neither the
// compiler's builtins nor the system's libm can stand in for them.
#include "runtime/reference/float_math.h"

extern "C" {
float qcompile_libc_expf(float x);
float qcompile_libc_logf(float x);
float qcompile_libc_tanhf(float x);
float qcompile_libc_erff(float x);
float qcompile_libc_powf(float x, float y);
}

namespace qcompile::runtime {

float ExpFloat(float x) { return qcompile_libc_expf(x); }
float LogFloat(float x) { return qcompile_libc_logf(x); }
float TanhFloat(float x) { return qcompile_libc_tanhf(x); }
float ErfFloat(float x) { return qcompile_libc_erff(x); }
float PowFloat(float x, float y) { return qcompile_libc_powf(x, y); }

float SigmoidFloat(float x) {
  const float e = ExpFloat(-x);
  const float denominator = 1.0f + e;
  return 1.0f / denominator;
}

}  // namespace qcompile::runtime
