// Opens and runs compiled networks. C library only: every artifact links this.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/artifact/artifact.h"

struct qcrt_model {
  const qcrt_descriptor* descriptor;
  qcrt_context context;
  qcrt_program** programs;
  void* mapping;  // null where the image is the caller's
  size_t mapping_size;
  char message[256];
};

namespace {

void* AlignedZeros(uint64_t size) {
  void* memory = nullptr;
  if (posix_memalign(&memory, 64, size > 0 ? size : 64) != 0) return nullptr;
  memset(memory, 0, size);
  return memory;
}

// The image is this network's: the blocks in it are then what the compiler wrote, and the kernels
// trust them.
bool CheckImage(const qcrt_descriptor* descriptor, const void* image, uint64_t size, char* message,
                size_t message_size) {
  if (descriptor->abi_version != QCRT_ABI_VERSION) {
    snprintf(message, message_size, "expected a network of runtime interface %d, found %llu",
             QCRT_ABI_VERSION, static_cast<unsigned long long>(descriptor->abi_version));
    return false;
  }
  if (qcrt_image_check(image, size, message, message_size) != 0) return false;
  qcrt_image_header header;
  memcpy(&header, image, sizeof(header));
  if (header.size != descriptor->image_size || header.hash != descriptor->image_hash) {
    snprintf(message, message_size, "parameter image belongs to another network");
    return false;
  }
  return true;
}

bool OpenPrograms(qcrt_model* model, char* message, size_t message_size) {
  const qcrt_descriptor* descriptor = model->descriptor;
  for (uint64_t i = 0; i < descriptor->program_count; ++i) {
    const qcrt_image_range range = descriptor->programs[i];
    model->programs[i] = descriptor->program_functions->open(model->context.parameters + range.at,
                                                             range.size, message, message_size);
    if (model->programs[i] == nullptr) return false;
  }
  return true;
}

}  // namespace

extern "C" {

qcrt_model* qcrt_model_create(const qcrt_descriptor* descriptor, const void* image,
                              uint64_t image_size, char* message, size_t message_size) {
  if (!CheckImage(descriptor, image, image_size, message, message_size)) return nullptr;
  qcrt_model* model = static_cast<qcrt_model*>(calloc(1, sizeof(qcrt_model)));
  void* workspace = AlignedZeros(descriptor->workspace_size);
  qcrt_program** programs =
      static_cast<qcrt_program**>(calloc(descriptor->program_count + 1, sizeof(qcrt_program*)));
  if (model == nullptr || workspace == nullptr || programs == nullptr) {
    snprintf(message, message_size, "expected %llu bytes of memory for the workspace",
             static_cast<unsigned long long>(descriptor->workspace_size));
    free(model);
    free(workspace);
    free(programs);
    return nullptr;
  }
  model->descriptor = descriptor;
  model->context.parameters = static_cast<const uint8_t*>(image);
  model->context.workspace = static_cast<uint8_t*>(workspace);
  model->context.programs = programs;
  model->programs = programs;
  if (!OpenPrograms(model, message, message_size)) {
    qcrt_model_close(model);
    return nullptr;
  }
  return model;
}

qcrt_model* qcrt_model_open(const qcrt_descriptor* descriptor, const char* image_file,
                            char* message, size_t message_size) {
  const int file = open(image_file, O_RDONLY | O_CLOEXEC);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) {
    snprintf(message, message_size, "cannot open '%s': %s", image_file, strerror(errno));
    if (file >= 0) close(file);
    return nullptr;
  }
  const size_t size = static_cast<size_t>(status.st_size);
  void* mapping = mmap(nullptr, size > 0 ? size : 1, PROT_READ, MAP_PRIVATE, file, 0);
  const int map_error = errno;
  close(file);
  if (mapping == MAP_FAILED) {
    snprintf(message, message_size, "cannot map '%s': %s", image_file, strerror(map_error));
    return nullptr;
  }
  // An empty file has a mapping that must not be read; the check looks at the size first.
  qcrt_model* model = qcrt_model_create(descriptor, mapping, size, message, message_size);
  if (model == nullptr) {
    munmap(mapping, size > 0 ? size : 1);
    return nullptr;
  }
  model->mapping = mapping;
  model->mapping_size = size;
  return model;
}

int32_t qcrt_model_run(qcrt_model* model, const void* const* inputs, void* const* outputs) {
  const int32_t result = model->descriptor->run(&model->context, inputs, outputs);
  if (result == QCRT_OK) return result;
  if (result == QCRT_INPUT_OUT_OF_RANGE) {
    snprintf(model->message, sizeof(model->message),
             "an integer input holds a value that its element type does not have");
    return result;
  }
  if (result == QCRT_INDEX_OUT_OF_RANGE) {
    snprintf(model->message, sizeof(model->message), "an index lies outside of its table");
    return result;
  }
  for (uint64_t i = 0; i < model->descriptor->program_count; ++i) {
    const char* text = model->descriptor->program_functions->message(model->programs[i]);
    if (text[0] != '\0') snprintf(model->message, sizeof(model->message), "%s", text);
  }
  return result;
}

const char* qcrt_model_message(const qcrt_model* model) { return model->message; }

void qcrt_model_close(qcrt_model* model) {
  if (model == nullptr) return;
  for (uint64_t i = 0; i < model->descriptor->program_count; ++i) {
    if (model->programs[i] != nullptr) {
      model->descriptor->program_functions->close(model->programs[i]);
    }
  }
  if (model->mapping != nullptr) munmap(model->mapping, model->mapping_size);
  free(model->programs);
  free(model->context.workspace);
  free(model);
}

}  // extern "C"
