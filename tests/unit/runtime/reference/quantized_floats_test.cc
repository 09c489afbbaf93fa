// The values without codes against the reference semantics.
#include "runtime/reference/quantized_floats.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

Attributes MakeAttributes(int64_t is_signed, int64_t narrow, const std::string &mode = "ROUND") {
  Attributes attributes;
  attributes.Set("signed", is_signed);
  attributes.Set("narrow", narrow);
  attributes.Set("rounding_mode", mode);
  return attributes;
}

TEST(QuantizedFloats, AreBitForBitThoseOfQuant) {
  RandomValues random(7);
  for (int trial = 0; trial < 400; ++trial) {
    const int64_t is_signed = random.integer(0, 1), narrow = random.integer(0, 1), bits = random.integer(2, 20);
    const Value scale = random.integer(0, 1) ? random.oddScale({}) : random.dyadicScale({1});
    const float step = scale.tensor.Floats()[0];
    const int64_t zero_point = random.integer(0, 2) ? 0 : random.integer(-300, 300);
    std::vector<float> values = {0.0f,
                                 -0.0f,
                                 std::numeric_limits<float>::infinity(),
                                 -std::numeric_limits<float>::infinity(),
                                 std::numeric_limits<float>::quiet_NaN(),
                                 std::numeric_limits<float>::denorm_min()};
    // Ties, their neighbours, and any numbers in and beyond the range.
    for (int i = 0; i < 60; ++i) {
      const float tie = (static_cast<float>(random.integer(-600, 600)) + 0.5f) * step;
      const auto far = static_cast<float>(std::ldexp(1.0, static_cast<int>(bits)));
      for (float v : {tie, std::nextafter(tie, 1e9f), std::nextafter(tie, -1e9f), far * step,
                      static_cast<float>(random.integer(-4096, 4096)) / 1024.0f * far * step})
        values.push_back(v);
    }
    const Value x = Floats({int64_t(values.size())}, values), zero = Float(float(zero_point)),
                width = Float(float(bits));
    const auto quantizer =
        MakeFloatQuantizer(MakeAttributes(is_signed, narrow), scale.tensor, zero.tensor, width.tensor);
    ASSERT_TRUE(quantizer.has_value());
    const Value expected = Evaluate("onnx.Quant", {x, scale, zero, width}, {{"signed", is_signed}, {"narrow", narrow}});
    const Tensor found = QuantizeFloats(*quantizer, x.tensor);
    ASSERT_EQ(found.shape(), expected.tensor.shape());
    EXPECT_EQ(std::memcmp(found.bytes().data(), expected.tensor.bytes().data(), found.bytes().size()), 0)
        << bits << " bits, zero point " << zero_point << ", scale " << step;
  }
}

TEST(QuantizedFloats, LeaveTheRestToTheGeneralSemantics) {
  const Tensor one = Float(1).tensor, zero = Float(0).tensor, eight = Float(8).tensor;
  const Attributes usual = MakeAttributes(1, 0);
  EXPECT_TRUE(MakeFloatQuantizer(usual, one, zero, eight).has_value());
  EXPECT_FALSE(MakeFloatQuantizer(MakeAttributes(1, 0, "FLOOR"), one, zero, eight).has_value());
  EXPECT_FALSE(MakeFloatQuantizer(usual, Floats({2}, {1, 2}).tensor, zero, eight).has_value());
  EXPECT_FALSE(MakeFloatQuantizer(usual, Float(-1).tensor, zero, eight).has_value());
  EXPECT_FALSE(MakeFloatQuantizer(usual, one, Float(0.5).tensor, eight).has_value());
  EXPECT_FALSE(MakeFloatQuantizer(usual, one, zero, one).has_value());
  EXPECT_FALSE(MakeFloatQuantizer(usual, one, zero, Float(21).tensor).has_value());
}

} // namespace
} // namespace qcompile::runtime::testing
