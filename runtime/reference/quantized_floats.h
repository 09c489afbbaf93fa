// Quantizers where nobody asks for codes: calibration runs models over and over for their floats
// alone.
#ifndef QCOMPILE_RUNTIME_REFERENCE_QUANTIZED_FLOATS_H_
#define QCOMPILE_RUNTIME_REFERENCE_QUANTIZED_FLOATS_H_

#include <optional>

#include "runtime/core/attributes.h"

namespace qcompile::runtime {

// A quantizer with one scale, one zero point and codes from `low` to `high` that rounds half to
// even.
struct FloatQuantizer {
  float scale = 1;
  float zero_point = 0;
  float low = 0;
  float high = 0;
};

// onnx.Quant with these attributes and operands; nothing where it needs the general semantics:
// other rounding, many scales, a fractional zero point, 1-bit signed codes or codes of more than 20
// bits.
std::optional<FloatQuantizer> MakeFloatQuantizer(const Attributes& attributes, const Tensor& scale,
                                                 const Tensor& zero_point, const Tensor& bits);

// Bit for bit the tensor that onnx.Quant gives for a float32 tensor.
Tensor QuantizeFloats(const FloatQuantizer& quantizer, const Tensor& x);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_QUANTIZED_FLOATS_H_
