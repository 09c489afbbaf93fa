// Moves codes between containers, layouts and shapes.
#include "runtime/kernels/row_codes.h"

namespace {

template <typename T>
int64_t ReadAs(const void* containers, int64_t i) {
  return static_cast<int64_t>(static_cast<const T*>(containers)[i]);
}

int64_t ReadContainer(const void* containers, int32_t bytes, bool is_signed, int64_t i) {
  switch (bytes) {
    case 1:
      return is_signed ? ReadAs<int8_t>(containers, i) : ReadAs<uint8_t>(containers, i);
    case 2:
      return is_signed ? ReadAs<int16_t>(containers, i) : ReadAs<uint16_t>(containers, i);
    case 4:
      return is_signed ? ReadAs<int32_t>(containers, i) : ReadAs<uint32_t>(containers, i);
    default:
      return ReadAs<int64_t>(containers, i);
  }
}

// Storing keeps the low bytes, which are the same for signed and unsigned containers.
void WriteContainer(void* containers, int32_t bytes, int64_t i, int64_t code) {
  switch (bytes) {
    case 1:
      static_cast<uint8_t*>(containers)[i] = static_cast<uint8_t>(code);
      return;
    case 2:
      static_cast<uint16_t*>(containers)[i] = static_cast<uint16_t>(code);
      return;
    case 4:
      static_cast<uint32_t*>(containers)[i] = static_cast<uint32_t>(code);
      return;
    default:
      static_cast<int64_t*>(containers)[i] = code;
  }
}

}  // namespace

extern "C" {

int32_t qcrt_load_codes(const void* containers, int32_t container_bytes, int32_t is_signed,
                        int64_t low, int64_t high, int64_t step, const qcrt_format* format,
                        void* out, int64_t rows, int64_t n) {
  const int64_t stride = RowBytes(*format, n);
  for (int64_t r = 0; r < rows; ++r) {
    char* row = static_cast<char*>(out) + r * stride;
    ClearRow(*format, row, n);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t code =
          ReadContainer(containers, container_bytes, is_signed != 0, r * n + i);
      if (code < low || code > high || (step == 2 && ((code ^ low) & 1) != 0)) return -1;
      StoreCode(*format, row, n, i, code);
    }
  }
  return 0;
}

void qcrt_store_codes(const qcrt_format* format, const void* in, void* containers,
                      int32_t container_bytes, int64_t rows, int64_t n) {
  const int64_t stride = RowBytes(*format, n);
  for (int64_t r = 0; r < rows; ++r) {
    const char* row = static_cast<const char*>(in) + r * stride;
    for (int64_t i = 0; i < n; ++i) {
      WriteContainer(containers, container_bytes, r * n + i, LoadCode(*format, row, n, i));
    }
  }
}

void qcrt_convert(const qcrt_format* in_format, const void* in, int64_t rows, int64_t in_n,
                  const qcrt_format* out_format, void* out, int64_t out_n) {
  const int64_t in_stride = RowBytes(*in_format, in_n);
  const int64_t out_stride = RowBytes(*out_format, out_n);
  const char* in_row = static_cast<const char*>(in);
  char* out_row = static_cast<char*>(out);
  const int64_t count = rows * in_n;
  int64_t from = 0;
  for (int64_t i = 0; i < count;) {
    ClearRow(*out_format, out_row, out_n);
    for (int64_t to = 0; to < out_n; ++to, ++i, ++from) {
      if (from == in_n) {
        from = 0;
        in_row += in_stride;
      }
      StoreCode(*out_format, out_row, out_n, to, LoadCode(*in_format, in_row, in_n, from));
    }
    out_row += out_stride;
  }
}

void qcrt_transpose(const void* in, void* out, int32_t element_bytes, int32_t rank,
                    const int64_t* shape, const int64_t* perm) {
  // Strides of the input in the order of the output's dimensions.
  int64_t extents[8], strides[8], index[8] = {};
  int64_t count = 1;
  for (int d = 0; d < rank; ++d) {
    strides[d] = element_bytes;
    for (int64_t e = perm[d] + 1; e < rank; ++e) strides[d] *= shape[e];
    extents[d] = shape[perm[d]];
    count *= extents[d];
  }
  const char* from = static_cast<const char*>(in);
  char* to = static_cast<char*>(out);
  for (int64_t i = 0; i < count; ++i, to += element_bytes) {
    memcpy(to, from, static_cast<size_t>(element_bytes));
    for (int d = rank - 1; d >= 0; --d) {
      from += strides[d];
      if (++index[d] < extents[d]) break;
      from -= strides[d] * extents[d];
      index[d] = 0;
    }
  }
}

}  // extern "C"
