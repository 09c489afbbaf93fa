// Scales and zero points of quantizers against the tensor that they belong to.
#ifndef QCOMPILE_RUNTIME_REFERENCE_QUANTIZER_PARAMETERS_H_
#define QCOMPILE_RUNTIME_REFERENCE_QUANTIZER_PARAMETERS_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/core/attributes.h"

namespace qcompile::runtime {

// A scale or zero point so that it broadcasts against a tensor of `shape`: one number, one per
// index of the attribute `axis`, or one per block of `block_size` indices of it.
absl::StatusOr<Tensor> ArrangeParameter(const Attributes& attributes, const Tensor& parameter,
                                        const Shape& shape, absl::string_view what);

}  // namespace qcompile::runtime

#endif  // QCOMPILE_RUNTIME_REFERENCE_QUANTIZER_PARAMETERS_H_
