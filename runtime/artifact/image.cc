// Checks of parameter images. C library only: every artifact links this.
#include <stdio.h>
#include <string.h>

#include "runtime/artifact/artifact.h"

extern "C" {

// Four multiplicative hashes side by side, since one is bound by the latency of its product.
uint64_t qcrt_image_hash(const void* bytes, uint64_t size) {
  constexpr uint64_t kFactor = 0x9e3779b97f4a7c15;
  const unsigned char* from = static_cast<const unsigned char*>(bytes);
  uint64_t lanes[4] = {1, 2, 3, 4};
  uint64_t at = 0;
  for (; at + 32 <= size; at += 32) {
    for (int i = 0; i < 4; ++i) {
      uint64_t word;
      memcpy(&word, from + at + 8 * i, sizeof(word));
      lanes[i] = (lanes[i] ^ word) * kFactor;
      lanes[i] ^= lanes[i] >> 29;
    }
  }
  uint64_t hash = size;
  for (; at < size; ++at) hash = (hash ^ from[at]) * kFactor;
  for (uint64_t lane : lanes) {
    hash = (hash ^ lane) * kFactor;
    hash ^= hash >> 32;
  }
  return hash;
}

int32_t qcrt_image_check(const void* bytes, uint64_t size, char* message, size_t message_size) {
  qcrt_image_header header;
  const char* problem = nullptr;
  if (size < sizeof(header)) {
    problem = "parameter image is shorter than its header";
  } else {
    memcpy(&header, bytes, sizeof(header));
    if (memcmp(header.magic, "QCPARAM", 8) != 0) {
      problem = "not a parameter image";
    } else if (header.size != size) {
      problem = "parameter image has not the size that its header says";
    } else if (header.ports_at > size || header.ports_size > size - header.ports_at) {
      problem = "parameter image has ports outside of itself";
    } else if (qcrt_image_hash(static_cast<const char*>(bytes) + QCRT_IMAGE_HASHED_AT,
                               size - QCRT_IMAGE_HASHED_AT) != header.hash) {
      problem = "parameter image is damaged";
    }
  }
  if (problem == nullptr) return 0;
  snprintf(message, message_size, "%s", problem);
  return -1;
}

}  // extern "C"
