// LLVM libc's functions under names of our own (reference/LibcFloats.cmake), so that neither the
// compiler's builtins nor the system's libm can stand in for them.
#include "runtime/reference/float_math.h"

extern "C" {
float qcompile_libc_expf(float x);
float qcompile_libc_logf(float x);
float qcompile_libc_tanhf(float x);
float qcompile_libc_erff(float x);
float qcompile_libc_powf(float x, float y);
float qcompile_libc_acosf(float x);
float qcompile_libc_acoshf(float x);
float qcompile_libc_asinf(float x);
float qcompile_libc_asinhf(float x);
float qcompile_libc_atanf(float x);
float qcompile_libc_atanhf(float x);
float qcompile_libc_cosf(float x);
float qcompile_libc_coshf(float x);
float qcompile_libc_sinf(float x);
float qcompile_libc_sinhf(float x);
float qcompile_libc_tanf(float x);
}

namespace qcompile::runtime {

float ExpFloat(float x) { return qcompile_libc_expf(x); }
float LogFloat(float x) { return qcompile_libc_logf(x); }
float TanhFloat(float x) { return qcompile_libc_tanhf(x); }
float ErfFloat(float x) { return qcompile_libc_erff(x); }
float PowFloat(float x, float y) { return qcompile_libc_powf(x, y); }
float AcosFloat(float x) { return qcompile_libc_acosf(x); }
float AcoshFloat(float x) { return qcompile_libc_acoshf(x); }
float AsinFloat(float x) { return qcompile_libc_asinf(x); }
float AsinhFloat(float x) { return qcompile_libc_asinhf(x); }
float AtanFloat(float x) { return qcompile_libc_atanf(x); }
float AtanhFloat(float x) { return qcompile_libc_atanhf(x); }
float CosFloat(float x) { return qcompile_libc_cosf(x); }
float CoshFloat(float x) { return qcompile_libc_coshf(x); }
float SinFloat(float x) { return qcompile_libc_sinf(x); }
float SinhFloat(float x) { return qcompile_libc_sinhf(x); }
float TanFloat(float x) { return qcompile_libc_tanf(x); }

float SigmoidFloat(float x) {
  const float e = ExpFloat(-x);
  const float denominator = 1.0f + e;
  return 1.0f / denominator;
}

}  // namespace qcompile::runtime
