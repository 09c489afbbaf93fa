// Resize.
#include <cmath>

#include "tests/unit/runtime/reference/random_values.h"

namespace qcompile::runtime::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Row {
  Row(std::vector<float> values) : values(std::move(values)) {}
  std::vector<float> byScale(float scale, NamedAttributes attributes) const {
    return run({&x, nullptr, &(scales = Floats({1}, {scale}))}, std::move(attributes));
  }
  std::vector<float> bySize(int64_t size, NamedAttributes attributes) const {
    return run({&x, nullptr, nullptr, &(sizes = Int64s({size}))}, std::move(attributes));
  }
  std::vector<float> run(std::vector<const Value *> operands, NamedAttributes attributes) const {
    auto results = RunAll("onnx.Resize", operands, attributes);
    EXPECT_TRUE(results.ok()) << results.status();
    return results.ok() ? ToFloats((*results)[0]) : std::vector<float>();
  }
  std::vector<float> values;
  Value x = Floats({static_cast<int64_t>(values.size())}, values);
  mutable Value scales, sizes;
};

NamedAttributes Nearest(const char *transform, const char *rounding) {
  return {{"mode", std::string("nearest")},
          {"coordinate_transformation_mode", std::string(transform)},
          {"nearest_mode", std::string(rounding)}};
}

TEST(Resize, NearestByTheIndexFormulas) {
  const Row row({0, 1, 2, 3});
  // Places i / 2: 0, .5, 1, 1.5, 2, 2.5, 3, 3.5.
  EXPECT_THAT(row.byScale(2, Nearest("asymmetric", "floor")), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
  EXPECT_THAT(row.byScale(2, Nearest("asymmetric", "ceil")), ElementsAre(0, 1, 1, 2, 2, 3, 3, 3));
  EXPECT_THAT(row.byScale(2, Nearest("asymmetric", "round_prefer_floor")), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
  EXPECT_THAT(row.byScale(2, Nearest("asymmetric", "round_prefer_ceil")), ElementsAre(0, 1, 1, 2, 2, 3, 3, 3));
  // Places i / 2 - 1/4.
  EXPECT_THAT(row.byScale(2, Nearest("half_pixel", "round_prefer_floor")), ElementsAre(0, 0, 1, 1, 2, 2, 3, 3));
  EXPECT_THAT(row.byScale(2, Nearest("half_pixel", "floor")), ElementsAre(0, 0, 0, 1, 1, 2, 2, 3));
  // Places 3 i / 7.
  EXPECT_THAT(row.byScale(2, Nearest("align_corners", "floor")), ElementsAre(0, 0, 0, 1, 1, 2, 2, 3));
  EXPECT_THAT(row.bySize(1, Nearest("pytorch_half_pixel", "floor")), ElementsAre(0));
  EXPECT_THAT(row.bySize(1, Nearest("half_pixel", "floor")), ElementsAre(1));
}

TEST(Resize, SizesGiveExactPlaces) {
  // 3 (i + 1/2) / 7 - 1/2 is 1 for i = 3, though 3/7 is no floating-point number.
  const Row row({0, 1, 2});
  EXPECT_THAT(row.bySize(7, Nearest("half_pixel", "floor")), ElementsAre(0, 0, 0, 1, 1, 1, 2));
}

TEST(Resize, KeepsCodes) {
  const Value x = Quantized({1, 2, 1, 2}, {1, 2, 3, 4}, Floats({1, 2, 1, 1}, {0.5, 0.1}), Floats(Ones(4), {3}));
  const Value scales = Floats({4}, {1, 1, 2, 2});
  const auto y = RunAll("onnx.Resize", {&x, nullptr, &scales}, Nearest("asymmetric", "floor"));
  ASSERT_TRUE(y.ok());
  EXPECT_THAT(Codes((*y)[0]), ElementsAre(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4));
  EXPECT_EQ((*y)[0].quantized->scale.shape(), (Shape{1, 2, 1, 1}));
}

TEST(Resize, LinearAndCubic) {
  const Row row({0, 4});
  // Places -1/4, 1/4, 3/4, 5/4; beyond the border its element is repeated.
  EXPECT_THAT(row.byScale(2, {{"mode", std::string("linear")}}), ElementsAre(0, 1, 3, 4));
  // A kernel of coefficient a = -1/2 reproduces straight lines away from the borders.
  const Row line({0, 1, 2, 3, 4, 5});
  const std::vector<float> y = line.byScale(2, {{"mode", std::string("cubic")}, {"cubic_coeff_a", -0.5f}});
  for (size_t i = 4; i < 8; ++i)
    EXPECT_NEAR(y[i], static_cast<double>(i) / 2 - 0.25, 1e-6);
}

TEST(Resize, CropFillsWhatLiesOutside) {
  const Value x = Floats({4}, {1, 2, 3, 4}), roi = Floats({2}, {0, 2}), sizes = Int64s({3});
  NamedAttributes attributes = Nearest("tf_crop_and_resize", "floor");
  attributes.emplace_back("extrapolation_value", -7.0f);
  const auto y = RunAll("onnx.Resize", {&x, &roi, nullptr, &sizes}, attributes);
  ASSERT_TRUE(y.ok());
  EXPECT_THAT(ToFloats((*y)[0]), ElementsAre(1, 4, -7)); // places 0, 3 and 6
}

TEST(Resize, Refusals) {
  const Value x = Floats({2}, {1, 2}), none = Floats({0}, {});
  auto fail = [&](Value scales, NamedAttributes attributes = {}) {
    return Failure("onnx.Resize", {x, none, scales}, attributes);
  };
  EXPECT_THAT(fail(none), HasSubstr("either scales or sizes"));
  EXPECT_THAT(fail(Floats({1}, {0})), HasSubstr("positive scales"));
  EXPECT_THAT(fail(Floats({1}, {NAN})), HasSubstr("positive scales"));
  EXPECT_THAT(fail(Floats({2}, {1, 1})), HasSubstr("expected 1 numbers"));
  EXPECT_THAT(fail(Floats({1}, {1e30f})), HasSubstr("scales"));
  EXPECT_THAT(fail(Floats({1}, {2}), {{"mode", std::string("odd")}}), HasSubstr("found odd"));
}

// Result 0 stands at 0.5. A triangle twice as wide has weights 1/4, 3/4, 3/4, 1/4 at -1, 0, 1, 2, of sum 2; position -1
// is the border element again: (1 + 3 + 6 + 3) / 8.
TEST(Resize, AntialiasingWidensTheKernel) {
  const Row row({1, 2, 3, 4});
  EXPECT_THAT(row.bySize(2, {{"mode", std::string("linear")}, {"antialias", int64_t{1}}}), ElementsAre(1.625f, 3.375f));
  // Upwards nothing changes.
  const NamedAttributes linear = {{"mode", std::string("linear")}};
  EXPECT_EQ(row.bySize(7, {{"mode", std::string("linear")}, {"antialias", int64_t{1}}}), row.bySize(7, linear));
}

} // namespace
} // namespace qcompile::runtime::testing
