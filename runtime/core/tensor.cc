#include "runtime/core/tensor.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/core/float_formats.h"

namespace qcompile::runtime {

int64_t NumElements(absl::Span<const int64_t> shape) {
  int64_t n = 1;
  for (int64_t d : shape) n *= d;
  return n;
}

std::string ShapeToString(absl::Span<const int64_t> shape) {
  return shape.empty() ? std::string("scalar") : absl::StrJoin(shape, "x");
}

Tensor::Tensor(DataType type, Shape shape) : type_(type), shape_(std::move(shape)) {
  size_ = NumElements(shape_);
  byte_size_ = static_cast<size_t>(size_) * type_.ContainerSize();
  storage_ = std::make_shared<std::vector<uint64_t>>((byte_size_ + 7) / 8);
  data_ = reinterpret_cast<const uint8_t*>(storage_->data());
}

Tensor Tensor::FromFloats(Shape shape, absl::Span<const float> values) {
  Tensor t(DataType::Float32(), std::move(shape));
  if (t.byte_size_ > 0) std::memcpy(t.MutableBytes().data(), values.data(), t.byte_size_);
  return t;
}

Tensor Tensor::FromDoubles(Shape shape, absl::Span<const double> values) {
  Tensor t(DataType::Float64(), std::move(shape));
  if (t.byte_size_ > 0) std::memcpy(t.MutableBytes().data(), values.data(), t.byte_size_);
  return t;
}

namespace {
template <typename T>
void StoreAs(absl::Span<const int64_t> values, uint8_t* out) {
  T* p = reinterpret_cast<T*>(out);
  for (size_t i = 0; i < values.size(); ++i) p[i] = static_cast<T>(values[i]);
}
}  // namespace

Tensor Tensor::FromReals(DataType type, Shape shape, absl::Span<const double> values) {
  if (type == DataType::Float64()) return FromDoubles(std::move(shape), values);
  Tensor t(type, std::move(shape));
  uint8_t* out = t.MutableBytes().data();
  for (size_t i = 0; i < values.size(); ++i) {
    if (type == DataType::Float32()) {
      reinterpret_cast<float*>(out)[i] = static_cast<float>(values[i]);
      continue;
    }
    const uint32_t code = EncodeFloat(type, values[i], Overflow::kInfinity);
    if (type.bits == 16) {
      reinterpret_cast<uint16_t*>(out)[i] = static_cast<uint16_t>(code);
    } else {
      out[i] = static_cast<uint8_t>(code);
    }
  }
  return t;
}

absl::StatusOr<Tensor> Tensor::FromIntegers(DataType type, Shape shape,
                                            absl::Span<const int64_t> values) {
  if (!type.IsInteger()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an integer type, found ", type.ToString()));
  }
  Tensor t(type, std::move(shape));
  if (static_cast<int64_t>(values.size()) != t.size_) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", t.size_, " elements for shape ",
                                                   ShapeToString(t.shape_), ", found ",
                                                   values.size()));
  }
  for (int64_t v : values) {
    if (!type.Contains(v)) {
      return absl::OutOfRangeError(
          absl::StrCat("value ", v, " does not fit type ", type.ToString()));
    }
  }
  uint8_t* out = t.MutableBytes().data();
  switch (type.ContainerSize()) {
    case 1:
      StoreAs<int8_t>(values, out);
      break;
    case 2:
      StoreAs<int16_t>(values, out);
      break;
    case 4:
      StoreAs<int32_t>(values, out);
      break;
    default:
      StoreAs<int64_t>(values, out);
  }
  return t;
}

absl::StatusOr<Tensor> Tensor::Borrow(DataType type, Shape shape, absl::Span<const uint8_t> bytes,
                                      std::shared_ptr<const void> owner) {
  Tensor t(type, Shape{0});
  t.shape_ = std::move(shape);
  t.size_ = NumElements(t.shape_);
  t.byte_size_ = static_cast<size_t>(t.size_) * type.ContainerSize();
  if (t.byte_size_ != bytes.size()) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", t.byte_size_, " bytes for ",
                                                   ShapeToString(t.shape_), " ", type.ToString(),
                                                   ", found ", bytes.size()));
  }
  t.data_ = bytes.data();
  t.storage_.reset();
  t.owner_ = std::move(owner);
  return t;
}

absl::Span<uint8_t> Tensor::MutableBytes() {
  if (!storage_ || storage_.use_count() > 1) {
    auto copy = std::make_shared<std::vector<uint64_t>>((byte_size_ + 7) / 8);
    if (byte_size_ > 0) std::memcpy(copy->data(), data_, byte_size_);
    storage_ = std::move(copy);
    owner_.reset();
    data_ = reinterpret_cast<const uint8_t*>(storage_->data());
  }
  return {reinterpret_cast<uint8_t*>(storage_->data()), byte_size_};
}

int64_t Tensor::IntegerAt(int64_t i) const {
  const bool is_signed = type_.kind == TypeKind::kSigned || type_.kind == TypeKind::kBipolar;
  switch (type_.ContainerSize()) {
    case 1:
      return is_signed ? int64_t{Data<int8_t>()[i]} : int64_t{Data<uint8_t>()[i]};
    case 2:
      return is_signed ? int64_t{Data<int16_t>()[i]} : int64_t{Data<uint16_t>()[i]};
    case 4:
      return is_signed ? int64_t{Data<int32_t>()[i]} : int64_t{Data<uint32_t>()[i]};
    default:
      return Data<int64_t>()[i];
  }
}

double Tensor::DoubleAt(int64_t i) const {
  if (type_ == DataType::Unsigned(64)) return static_cast<double>(Data<uint64_t>()[i]);
  if (!type_.IsFloat()) return static_cast<double>(IntegerAt(i));
  if (type_.bits == 32) return static_cast<double>(Data<float>()[i]);
  if (type_.bits == 64) return Data<double>()[i];
  return DecodeFloat(type_, type_.bits == 16 ? Data<uint16_t>()[i] : Data<uint8_t>()[i]);
}

std::vector<int64_t> Tensor::ToIntegers() const {
  std::vector<int64_t> out(static_cast<size_t>(size_));
  for (int64_t i = 0; i < size_; ++i) out[i] = IntegerAt(i);
  return out;
}

Tensor Tensor::Reshaped(Shape shape) const {
  Tensor t = *this;
  t.shape_ = std::move(shape);
  return t;
}

bool operator==(const Tensor& a, const Tensor& b) {
  return a.type_ == b.type_ && a.shape_ == b.shape_ &&
         (a.byte_size_ == 0 || std::memcmp(a.data_, b.data_, a.byte_size_) == 0);
}

}  // namespace qcompile::runtime
