#include "runtime/imc/input_window.h"

#include "absl/strings/str_cat.h"
#include "runtime/imc/program.h"

namespace qcompile::runtime::imc {

absl::StatusOr<InputWindow> InputWindow::Create(absl::Span<const Dimension> taps, int64_t channels,
                                                int64_t bytes) {
  int64_t run = channels;
  std::vector<Dimension> levels;  // from the innermost
  for (size_t i = taps.size(); i-- > 0;) {
    Dimension tap = taps[i];
    if (tap.extent == 1) continue;
    if (levels.empty() && tap.stride == run) {
      run *= tap.extent;
    } else if (!levels.empty() && tap.stride == levels.back().extent * levels.back().stride) {
      levels.back().extent *= tap.extent;
    } else {
      levels.push_back(tap);
    }
  }
  InputWindow out;
  if (levels.empty()) return out;
  constexpr size_t kLevels = 3;
  bool fits = levels.size() <= kLevels;
  levels.resize(kLevels);
  for (Dimension& level : levels) level.stride *= bytes;
  ConfigureWindow window{run,
                         levels[0].extent,
                         levels[0].stride,
                         levels[1].extent,
                         levels[1].stride,
                         levels[2].extent,
                         levels[2].stride};
  absl::Status checked = CheckInstruction(window);
  if (!fits) checked = absl::UnimplementedError("more than three dimensions");
  if (!checked.ok()) {
    return absl::UnimplementedError(
        absl::StrCat("no instruction streams a window of this kind: ", checked.message()));
  }
  out.window_ = window;
  return out;
}

void InputWindow::Configure(CodeGenerator& generator) const {
  if (window_) generator.EnsureWindow(*window_);
}

void InputWindow::AddStream(CodeGenerator& generator, int64_t address, int64_t first, int64_t count,
                            DataType type) const {
  if (window_) {
    generator.Add(StreamWindow{address, first, count});
  } else {
    generator.Add(Stream{address + first * ElementBytes(type), count});
  }
}

}  // namespace qcompile::runtime::imc
