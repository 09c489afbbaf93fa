// Copies between tensors of any rank, by hand and against their definition.
#include "runtime/kernels/packing_network.h"
#include "tests/unit/runtime/kernels/kernels_test_util.h"

namespace qcompile::runtime {
namespace {

TEST(Copy, Transpose) {
  // y[i, j, k] = x[k, i, j].
  for (int64_t bytes : {1, 2, 4, 8}) {
    auto packed = PackCopy({{EvenTable(2, 3), 12}, {EvenTable(3, 1), 4}, {EvenTable(4, 6), 1}}, 0, bytes);
    ASSERT_TRUE(packed.ok()) << packed.status();
    Buffer block(*packed), x(24 * bytes), y(24 * bytes);
    for (int64_t i = 0; i < 24 * bytes; ++i)
      x.As<uint8_t>()[i] = static_cast<uint8_t>(i);
    qcrt_copy(block.As<qcrt_copy_block>(), x.As<void>(), y.As<void>());
    for (int i = 0; i < 2; ++i) {
      for (int j = 0; j < 3; ++j) {
        for (int k = 0; k < 4; ++k) {
          EXPECT_EQ(std::memcmp(y.As<char>() + ((i * 3 + j) * 4 + k) * bytes,
                                x.As<char>() + ((k * 2 + i) * 3 + j) * bytes, static_cast<size_t>(bytes)),
                    0);
        }
      }
    }
  }
}

TEST(Copy, InnermostRunsBecomeElements) {
  // The rows of a 5 x 3 x 4 tensor in another order: elements of 12 containers.
  auto packed = PackCopy({{{48, 0, 12}, 12}, {EvenTable(3, 4), 4}, {EvenTable(4, 1), 1}}, 12, 2);
  ASSERT_TRUE(packed.ok());
  Buffer block(*packed);
  EXPECT_EQ(block.As<qcrt_copy_block>()->rank, 1);
  EXPECT_EQ(block.As<qcrt_copy_block>()->element_bytes, 24);
  EXPECT_EQ(block.As<qcrt_copy_block>()->out_offset, 1);
}

TEST(Copy, RandomTablesAndStrides) {
  std::mt19937_64 random(31);
  for (int round = 0; round < 300; ++round) {
    const int64_t bytes = int64_t{1} << random() % 4;
    std::vector<CopyDimension> dimensions(random() % 5);
    // The output is larger than what is copied: rows of a larger tensor.
    int64_t out_stride = 1, in_size = 1;
    for (size_t d = dimensions.size(); d-- > 0;) {
      const int64_t extent = 1 + static_cast<int64_t>(random() % 4);
      const int64_t stride = in_size * (random() % 2 ? 1 : static_cast<int64_t>(random() % 3));
      dimensions[d] = {EvenTable(extent, stride, static_cast<int64_t>(random() % 2)), out_stride};
      if (random() % 3 == 0)
        std::reverse(dimensions[d].table.begin(), dimensions[d].table.end());
      in_size += stride * (extent - 1) + 1;
      out_stride *= extent + static_cast<int64_t>(random() % 2);
    }
    const int64_t out_offset = static_cast<int64_t>(random() % 3);
    Buffer x((in_size + 1) * bytes), y((out_stride + 3) * bytes), expected(y.size());
    for (int64_t i = 0; i < x.size(); ++i)
      x.As<uint8_t>()[i] = static_cast<uint8_t>(random());
    int64_t count = 1;
    for (const CopyDimension &dimension : dimensions) {
      count *= static_cast<int64_t>(dimension.table.size());
    }
    for (int64_t i = 0; i < count; ++i) {
      int64_t rest = i, from = 0, to = out_offset;
      for (size_t d = dimensions.size(); d-- > 0;) {
        const int64_t extent = static_cast<int64_t>(dimensions[d].table.size());
        from += dimensions[d].table[rest % extent];
        to += rest % extent * dimensions[d].out_stride;
        rest /= extent;
      }
      std::memcpy(expected.As<char>() + to * bytes, x.As<char>() + from * bytes, static_cast<size_t>(bytes));
    }
    auto packed = PackCopy(dimensions, out_offset, bytes);
    ASSERT_TRUE(packed.ok()) << packed.status();
    Buffer block(*packed);
    qcrt_copy(block.As<qcrt_copy_block>(), x.As<void>(), y.As<void>());
    EXPECT_EQ(y.Bytes(), expected.Bytes());
  }
}

TEST(Copy, Fill) {
  const int16_t values[] = {3, -1};
  std::vector<int16_t> out(12);
  qcrt_fill(values, 2, out.data(), 2, 2, 3);
  EXPECT_EQ(out, (std::vector<int16_t>{3, 3, 3, -1, -1, -1, 3, 3, 3, -1, -1, -1}));
  const int64_t wide = -7;
  std::vector<int64_t> line(5);
  qcrt_fill(&wide, 8, line.data(), 1, 1, 5);
  EXPECT_EQ(line, std::vector<int64_t>(5, -7));
}

TEST(Lookup, RowsAndIndicesFromTheEnd) {
  const int16_t table[] = {1, 2, 3, 4, 5, 6};
  const int32_t indices[] = {2, -3, 0};
  std::vector<int16_t> out(6);
  ASSERT_EQ(qcrt_lookup(indices, QCRT_DENSE_INT32, 3, table, 3, 4, out.data()), 0);
  EXPECT_EQ(out, (std::vector<int16_t>{5, 6, 1, 2, 1, 2}));
  for (int64_t outside : {int64_t{3}, int64_t{-4}, INT64_MIN, INT64_MAX}) {
    EXPECT_EQ(qcrt_lookup(&outside, QCRT_INT64, 1, table, 3, 4, out.data()), -1);
  }
}

} // namespace
} // namespace qcompile::runtime
