//===- InputDataTest.cpp - Files as input of a model ----------------------===//
#include "compiler/io/InputData.h"

#include <fstream>
#include <set>

#include "compiler/io/Npy.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "gtest/gtest.h"

namespace qcompile {
namespace {

using runtime::DataType;
using runtime::Port;
using runtime::Shape;
using runtime::Tensor;

class InputDataTest : public testing::Test {
protected:
  InputDataTest() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("qcompile-test", folder)); }
  ~InputDataTest() override { (void)llvm::sys::fs::remove_directories(folder); }

  std::string write(const std::string &name, const std::string &contents) {
    std::string path = (folder + "/" + name).str();
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }
  std::string writeFloats(const std::string &name, Shape shape) {
    std::vector<float> values(runtime::NumElements(shape));
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = float(i);
    return write(name, formatNpy(Tensor::FromFloats(shape, values)));
  }
  llvm::Expected<InputBatches> read(const std::vector<std::string> &settings, const std::vector<Port> &ports) {
    notes.clear();
    return readInputs(settings, ports, [this](const std::string &text) { notes.push_back(text); });
  }
  std::string errorOf(const std::vector<std::string> &settings, const std::vector<Port> &ports) {
    llvm::Expected<InputBatches> inputs = read(settings, ports);
    return inputs ? "" : llvm::toString(inputs.takeError());
  }
  static Port floats(Shape shape, std::string name = "x") {
    return {std::move(name), DataType::Float32(), std::move(shape), 0};
  }

  llvm::SmallString<128> folder;
  std::vector<std::string> notes;
};

TEST_F(InputDataTest, LeadingDimensionIsCutIntoBatchesAndTheLastIsPadded) {
  auto inputs = read({writeFloats("a.npy", {5, 2})}, {floats({2, 2})});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 5);
  EXPECT_EQ(inputs->samplesPerBatch, 2);
  ASSERT_EQ(inputs->batches.size(), 3u);
  EXPECT_TRUE(inputs->batches[0][0] == Tensor::FromFloats({2, 2}, {0, 1, 2, 3}));
  EXPECT_TRUE(inputs->batches[1][0] == Tensor::FromFloats({2, 2}, {4, 5, 6, 7}));
  // The fifth sample and a copy of it.
  EXPECT_TRUE(inputs->batches[2][0] == Tensor::FromFloats({2, 2}, {8, 9, 8, 9}));
  EXPECT_TRUE(notes.empty());
  // Outputs of the padding are dropped.
  std::vector<Tensor> parts = {Tensor::FromFloats({2, 1}, {1, 2}), Tensor::FromFloats({2, 1}, {3, 4}),
                               Tensor::FromFloats({2, 1}, {5, 6})};
  EXPECT_TRUE(joinBatches(parts, *inputs) == Tensor::FromFloats({5, 1}, {1, 2, 3, 4, 5}));
}

TEST_F(InputDataTest, EqualNumbersOfElementsAreReshapedAndReported) {
  auto inputs = read({writeFloats("a.npy", {3, 4})}, {floats({1, 1, 2, 2})});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 3);
  EXPECT_TRUE(inputs->batches[1][0] == Tensor::FromFloats({1, 1, 2, 2}, {4, 5, 6, 7}));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0], "input 'x': shape 3x4 read as samples of shape 1x1x2x2");
}

TEST_F(InputDataTest, OneSampleWithoutLeadingDimension) {
  auto inputs = read({writeFloats("a.npy", {4})}, {floats({1, 4})});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 1);
}

TEST_F(InputDataTest, OtherTypesAreConvertedAndReported) {
  std::string path = write("a.npy", formatNpy(*Tensor::FromIntegers(DataType::Unsigned(8), {1, 2}, {0, 255})));
  auto inputs = read({path}, {floats({1, 2})});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_TRUE(inputs->batches[0][0] == Tensor::FromFloats({1, 2}, {0, 255}));
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0], "input 'x': uint8 converted to float32");
}

TEST_F(InputDataTest, NumbersMustFitTheType) {
  Port codes{"x", DataType::Unsigned(4), {1, 2}, 0};
  auto with = [&](float a, float b) {
    return errorOf({write("a.npy", formatNpy(Tensor::FromFloats({1, 2}, {a, b})))}, {codes});
  };
  EXPECT_EQ(with(0, 15), "");
  EXPECT_EQ(with(0, 16), "input 'x': value 16.000000 at element 1 does not fit type uint4");
  EXPECT_EQ(with(0.5, 0), "input 'x': value 0.500000 at element 0 does not fit type uint4");
  for (float bad : {-1.0f, NAN, INFINITY, 1e30f})
    EXPECT_NE(with(bad, 0), "") << bad;
  codes.type = DataType::Bipolar();
  EXPECT_EQ(with(-1, 1), "");
  EXPECT_NE(with(0, 1), "");
}

TEST_F(InputDataTest, WrongSizes) {
  std::string path = writeFloats("a.npy", {2, 3});
  EXPECT_EQ(errorOf({path}, {floats({1, 4})}),
            "input 'x': expected 4 elements per sample (shape 1x4), found shape 2x3");
  // The right number of elements, but samples not along the first dimension.
  EXPECT_NE(errorOf({path}, {floats({1, 2})}), "");
  EXPECT_NE(errorOf({writeFloats("b.npy", {0, 4})}, {floats({1, 4})}), "");
}

TEST_F(InputDataTest, NamesAndPaths) {
  std::string a = writeFloats("a=b.npy", {2, 3}), b = writeFloats("b.npy", {2, 3});
  std::vector<Port> two = {floats({1, 3}, "left"), floats({1, 3}, "right")};
  EXPECT_EQ(errorOf({a}, {floats({1, 3})}), ""); // '=' in a path
  EXPECT_EQ(errorOf({"right=" + a, "left=" + b}, two), "");
  EXPECT_EQ(errorOf({b, "right=" + b}, two), "");
  EXPECT_EQ(errorOf({"left=" + b}, two), "no data for input 'right': give --input right=FILE or --random N");
  EXPECT_EQ(errorOf({"middle=" + b}, two), "the model has no input 'middle'; it has 'left', 'right'");
  EXPECT_EQ(errorOf({"y=absent.npy"}, {floats({1, 3})}), "the model has no input 'y'; it has 'x'");
  // '=' in names: the longest one counts.
  std::vector<Port> signs = {floats({1, 3}, "left"), floats({1, 3}, "left=1")};
  EXPECT_EQ(errorOf({"left=1=" + b, "left=" + b}, signs), "");
  EXPECT_NE(errorOf({b, b, b}, two), "");
  EXPECT_EQ(errorOf({"left=" + b, "right=" + writeFloats("c.npy", {3, 3})}, two),
            "input 'right' has 3 samples, input 'left' has 2");
  EXPECT_NE(errorOf({"x=" + b, "x=" + b}, {floats({1, 3})}), "") << "one input given twice";
}

TEST_F(InputDataTest, WithoutACommonLeadingDimensionASampleIsWhole) {
  std::vector<Port> ports = {floats({2, 3}, "x"), floats({3, 1}, "w"), floats({}, "s")};
  std::string x = writeFloats("x.npy", {2, 3}), w = writeFloats("w.npy", {3, 1}), s = writeFloats("s.npy", {});
  auto inputs = read({x, w, s}, ports);
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 1);
  ASSERT_EQ(inputs->batches.size(), 1u);
  EXPECT_TRUE(inputs->batches[0][0] == Tensor::FromFloats({2, 3}, {0, 1, 2, 3, 4, 5}));
  EXPECT_TRUE(inputs->batches[0][1] == Tensor::FromFloats({3, 1}, {0, 1, 2}));
  EXPECT_TRUE(notes.empty());
  // The only outputs are what the model says; several are stacked.
  Tensor y = Tensor::FromFloats({2, 1}, {1, 2});
  EXPECT_TRUE(joinBatches({y}, *inputs) == y);
  auto two =
      read({writeFloats("x2.npy", {2, 2, 3}), writeFloats("w2.npy", {2, 3, 1}), writeFloats("s2.npy", {2})}, ports);
  ASSERT_TRUE(bool(two)) << llvm::toString(two.takeError());
  ASSERT_EQ(two->batches.size(), 2u);
  EXPECT_TRUE(two->batches[1][1] == Tensor::FromFloats({3, 1}, {3, 4, 5}));
  EXPECT_TRUE(two->batches[1][2] == Tensor::FromFloats({}, {1}));
  EXPECT_TRUE(notes.empty());
  EXPECT_TRUE(joinBatches({y, y}, *two) == Tensor::FromFloats({2, 2, 1}, {1, 2, 1, 2}));
  EXPECT_EQ(joinInputs(*two)[0].shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(makeRandomInputs(ports, 3, 0).batches.size(), 3u);
}

TEST_F(InputDataTest, ShapesOfArraysAreKnownBeforeTheModelIs) {
  std::string a = writeFloats("a.npy", {4, 3}), raw = write("b.bin", std::string(24, 'x'));
  using Shapes = std::map<std::string, Shape>;
  EXPECT_EQ(readInputShapes({"right=" + a, raw}, {"left", "right"}), (Shapes{{"right", {4, 3}}}));
  EXPECT_EQ(readInputShapes({a}, {"x"}, SampleOptions{.skip = 1, .samples = 2}), (Shapes{{"x", {2, 3}}}));
  // Mistakes are told when the data is read.
  EXPECT_EQ(readInputShapes({"absent.npy"}, {"x"}), Shapes());
  EXPECT_EQ(readInputShapes({a, a}, {"x"}), Shapes());
}

TEST_F(InputDataTest, OutputsOfOneBatchAreWhatTheModelSays) {
  auto one = read({writeFloats("a.npy", {1, 3})}, {floats({1, 3})}),
       two = read({writeFloats("b.npy", {2, 3})}, {floats({1, 3})});
  ASSERT_TRUE(one && two);
  Tensor shape = Tensor::FromFloats({2}, {1, 3}); // does not have the samples first
  EXPECT_TRUE(joinBatches({shape}, *one) == shape);
  EXPECT_TRUE(joinBatches({shape, shape}, *two) == Tensor::FromFloats({2, 2}, {1, 3, 1, 3}));
}

TEST_F(InputDataTest, RawElements) {
  std::string bytes("\0\0\x80\x3f\0\0\0\x40\0\0\x40\x40\0\0\x80\x40", 16); // 1, 2, 3, 4
  auto inputs = read({write("a.bin", bytes)}, {floats({1, 2})});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 2);
  EXPECT_TRUE(inputs->batches[1][0] == Tensor::FromFloats({1, 2}, {3, 4}));
  std::string path = write("b.bin", bytes.substr(0, 12));
  EXPECT_EQ(errorOf({path}, {floats({1, 2})}),
            "'" + path + "': expected a multiple of 8 bytes for input 'x', found 12");
  EXPECT_NE(errorOf({write("c.bin", "")}, {floats({1, 2})}), "");
}

TEST_F(InputDataTest, AnArrayIsOneUnderAnyName) {
  std::string npy = writeFloats("a.npy", {2, 2}), other = (folder + "/a.dat").str();
  ASSERT_FALSE(llvm::sys::fs::copy_file(npy, other));
  auto inputs = read({other}, {floats({1, 2})});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 2);
}

TEST_F(InputDataTest, RawElementsMustBeValuesOfTheType) {
  Port codes{"x", DataType::Signed(4), {1, 1}, 0};
  EXPECT_EQ(errorOf({write("a.bin", "\x07")}, {codes}), "");
  EXPECT_NE(errorOf({write("b.bin", "\x64")}, {codes}), "") << "100 is no int4";
}

TEST_F(InputDataTest, RawElementsOfAnEmptyInput) {
  EXPECT_NE(errorOf({write("a.bin", std::string(64, 'x'))}, {floats({0, 4})}), "");
}

TEST_F(InputDataTest, UnreadableFiles) {
  EXPECT_NE(errorOf({(folder + "/absent.npy").str()}, {floats({1})}).find("cannot read"), std::string::npos);
  EXPECT_NE(errorOf({folder.str().str()}, {floats({1})}), "");
  EXPECT_NE(errorOf({write("text.npy", "text")}, {floats({1})}).find("text.npy"), std::string::npos);
  EXPECT_NE(errorOf({write("text.pb", "text")}, {floats({1})}).find("text.pb"), std::string::npos);
}

TEST(RandomInputsTest, DependOnTheSeedAlone) {
  std::vector<Port> ports = {{"x", DataType::Float32(), {2, 3}, 0}, {"y", DataType::Bipolar(), {2, 1}, 1}};
  InputBatches a = makeRandomInputs(ports, 5, 7), b = makeRandomInputs(ports, 5, 7), c = makeRandomInputs(ports, 5, 8);
  EXPECT_EQ(a.samples, 5);
  ASSERT_EQ(a.batches.size(), 3u);
  bool differs = false;
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(a.batches[i][0] == b.batches[i][0] && a.batches[i][1] == b.batches[i][1]);
    differs |= !(a.batches[i][0] == c.batches[i][0]);
    for (float value : a.batches[i][0].Floats())
      EXPECT_TRUE(value >= -1 && value < 1);
    for (int64_t code : a.batches[i][1].ToIntegers())
      EXPECT_TRUE(code == 1 || code == -1);
  }
  EXPECT_TRUE(differs);
}

TEST(RandomInputsTest, KnownGenerator) {
  // splitmix64 from state 0 begins with 0xe220a8397b1dcdaf; its upper 24 bits e220a8 as a fraction of 2^23, less 1.
  InputBatches inputs = makeRandomInputs({{"x", DataType::Float32(), {1, 1}, 0}}, 1, 0);
  EXPECT_EQ(inputs.batches[0][0].DoubleAt(0), double(0xe220a8) / (1 << 23) - 1);
}

TEST_F(InputDataTest, SamplesWithoutElements) {
  auto file = write("empty.npy", formatNpy(Tensor(DataType::Float32(), {3, 0, 2})));
  llvm::Expected<InputBatches> inputs = read({"x=" + file}, {{"x", DataType::Float32(), {1, 0, 2}, 0}});
  ASSERT_TRUE(bool(inputs)) << llvm::toString(inputs.takeError());
  EXPECT_EQ(inputs->samples, 3);
  ASSERT_EQ(inputs->batches.size(), 3u);
  EXPECT_EQ(inputs->batches[0][0].shape(), (Shape{1, 0, 2}));
  llvm::Expected<InputBatches> other = read({"x=" + file}, {{"x", DataType::Float32(), {1, 0, 4}, 0}});
  EXPECT_EQ(llvm::toString(other.takeError()),
            "input 'x': expected shape 1x0x4, which has no elements, found shape 3x0x2");
  llvm::Expected<InputBatches> none = read({"x=" + file}, {{"x", DataType::Float32(), {1, 2}, 0}});
  EXPECT_EQ(llvm::toString(none.takeError()),
            "input 'x': expected at least one sample of shape 1x2, found none (shape 3x0x2)");
}

TEST(RandomInputs, StayWithinTheRangesOfTheirInputs) {
  std::vector<Port> ports = {{"ids", DataType::Int64(), {1, 50}, 0},
                             {"floats", DataType::Float32(), {1, 50}, 1},
                             {"scale", DataType::Float32(), {1, 50}, 2},
                             {"bytes", DataType::Unsigned(8), {1, 50}, 3}};
  InputRanges ranges;
  ranges["ids"] = {-2, 7, true, ""};
  ranges["floats"] = {3, 5, true, ""};
  ranges["scale"] = {0, 1, false, ""};
  ranges["bytes"] = {1, INT64_MAX, true, ""};
  InputBatches inputs = makeRandomInputs(ports, 40, 3, ranges);
  std::set<int64_t> ids;
  std::set<double> floats;
  for (const std::vector<Tensor> &batch : inputs.batches)
    for (int64_t i = 0; i < 50; ++i) {
      ids.insert(batch[0].IntegerAt(i));
      floats.insert(batch[1].DoubleAt(i));
      EXPECT_GT(batch[2].DoubleAt(i), 0);
      EXPECT_LE(batch[2].DoubleAt(i), 1);
      EXPECT_GE(batch[3].IntegerAt(i), 1);
    }
  // Of 2000 draws from ten numbers none is left out, but for a chance of 10^-90.
  EXPECT_EQ(ids, (std::set<int64_t>{-2, -1, 0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(floats, (std::set<double>{3, 4, 5}));
}

} // namespace
} // namespace qcompile
