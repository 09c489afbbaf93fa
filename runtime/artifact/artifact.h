/* What a compiled network consists of at run time, and how it is opened and run: the C interface
 * between generated code and the runtime.
 *
 * A network is a *descriptor* (in generated code), a *parameter image* (one aligned block of bytes,
 * usually a mapped file: parameter blocks of the kernels, float islands as serialized programs, the
 * ports) and a *model*: both together with a workspace. Models of one network are independent; one
 * model is used by one thread at a time.
 */
#ifndef QCOMPILE_RUNTIME_ARTIFACT_ARTIFACT_H_
#define QCOMPILE_RUNTIME_ARTIFACT_ARTIFACT_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when anything in this header changes its meaning. */
enum { QCRT_ABI_VERSION = 1 };

/* --- Parameter image ------------------------------------------------------------------------- */

/* The first 64 bytes of an image. Everything in it starts at a multiple of 64. */
typedef struct qcrt_image_header {
  char magic[8];       /* "QCPARAM", NUL */
  uint64_t size;       /* of the whole image */
  uint64_t hash;       /* qcrt_image_hash of what follows this member */
  uint64_t ports_at;   /* a serialized program without operations; its inputs are the ports of */
  uint64_t ports_size; /* the network: first its inputs, then its outputs */
  uint64_t input_count;
  uint64_t reserved[2];
} qcrt_image_header;

/* Where the hashed part begins. */
enum { QCRT_IMAGE_HASHED_AT = 24 };

/* Tells damaged images; not a cryptographic digest. */
uint64_t qcrt_image_hash(const void* bytes, uint64_t size);
/* Whether `size` bytes are a complete and undamaged image. Returns 0, or -1 with a sentence in
 * `message` (`message_size` bytes with the NUL; may be null with size 0). */
int32_t qcrt_image_check(const void* bytes, uint64_t size, char* message, size_t message_size);

/* --- Float islands --------------------------------------------------------------------------- */

typedef struct qcrt_program qcrt_program;

/* A serialized program ready to run, or null with a sentence in `message`. Refers to `bytes`, which
 * must outlive it. */
qcrt_program* qcrt_program_open(const void* bytes, uint64_t size, char* message,
                                size_t message_size);
/* Reads one dense tensor per input port and writes one per output port, in containers of 1, 2, 4
 * or 8 bytes. Returns 0, or -1: qcrt_program_message then has a sentence. */
int32_t qcrt_program_run(qcrt_program* program, const void* const* inputs, void* const* outputs);
const char* qcrt_program_message(const qcrt_program* program);
void qcrt_program_close(qcrt_program* program);

/* How a network reaches the functions above: one without islands does not refer to them, and its
 * library does not contain them. */
typedef struct qcrt_program_functions {
  qcrt_program* (*open)(const void* bytes, uint64_t size, char* message, size_t message_size);
  int32_t (*run)(qcrt_program* program, const void* const* inputs, void* const* outputs);
  const char* (*message)(const qcrt_program* program);
  void (*close)(qcrt_program* program);
} qcrt_program_functions;
extern const qcrt_program_functions qcrt_programs;

/* --- Generated code -------------------------------------------------------------------------- */

/* What generated code is given. */
typedef struct qcrt_context {
  const uint8_t* parameters; /* the image */
  uint8_t* workspace;        /* aligned to 64 bytes */
  qcrt_program* const* programs;
} qcrt_context;

/* Results of a run. */
enum {
  QCRT_OK = 0,
  QCRT_INPUT_OUT_OF_RANGE = 1, /* an integer input is not a value of its type */
  QCRT_ISLAND_FAILED = 2,
  QCRT_INDEX_OUT_OF_RANGE = 3 /* an index that is data lies outside of its table */
};

/* Where a serialized program lies in the image. */
typedef struct qcrt_image_range {
  uint64_t at;
  uint64_t size;
} qcrt_image_range;

typedef struct qcrt_descriptor {
  uint64_t abi_version;
  uint64_t image_size;
  uint64_t image_hash;
  uint64_t workspace_size;
  uint64_t program_count;
  const qcrt_image_range* programs;
  const qcrt_program_functions* program_functions; /* null without programs */
  int32_t (*run)(const qcrt_context* context, const void* const* inputs, void* const* outputs);
} qcrt_descriptor;

/* --- Models ---------------------------------------------------------------------------------- */

typedef struct qcrt_model qcrt_model;

/* Maps the image from a file. Null, with a sentence in `message`, where the file cannot be read or
 * is not this network's image, or memory does not suffice. */
qcrt_model* qcrt_model_open(const qcrt_descriptor* descriptor, const char* image_file,
                            char* message, size_t message_size);
/* The same with an image in memory, 64-byte aligned, which must outlive the model. */
qcrt_model* qcrt_model_create(const qcrt_descriptor* descriptor, const void* image,
                              uint64_t image_size, char* message, size_t message_size);
/* One dense tensor per port. Returns QCRT_OK, or another result: qcrt_model_message has a
 * sentence. */
int32_t qcrt_model_run(qcrt_model* model, const void* const* inputs, void* const* outputs);
const char* qcrt_model_message(const qcrt_model* model);
void qcrt_model_close(qcrt_model* model);

#ifdef __cplusplus
}
#endif

#endif /* QCOMPILE_RUNTIME_ARTIFACT_ARTIFACT_H_ */
