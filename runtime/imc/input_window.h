// How the inputs of one position reach the input register.
#ifndef QCOMPILE_RUNTIME_IMC_INPUT_WINDOW_H_
#define QCOMPILE_RUNTIME_IMC_INPUT_WINDOW_H_

#include "runtime/imc/code_generator.h"

namespace qcompile::runtime::imc {

class InputWindow {
 public:
  // Taps outermost first, with strides in elements of `bytes` bytes; at each of them `channels`
  // adjacent elements. Fails where the window has more dimensions than `configure_window`.
  static absl::StatusOr<InputWindow> Create(absl::Span<const Dimension> taps, int64_t channels,
                                            int64_t bytes);

  // Emits what AddStream needs, outside of loops.
  void Configure(CodeGenerator& generator) const;
  // Streams elements of the window at a byte address.
  void AddStream(CodeGenerator& generator, int64_t address, int64_t first, int64_t count,
                 DataType type) const;

 private:
  // Empty where the elements of the window are adjacent.
  std::optional<ConfigureWindow> window_;
};

}  // namespace qcompile::runtime::imc

#endif  // QCOMPILE_RUNTIME_IMC_INPUT_WINDOW_H_
