// Stand-ins for the two members of Debian's static Abseil that are not position independent and so
// cannot be linked into a shared library: both address thread-local variables as only executables
// may. ArtifactArchive.cmake takes the originals out. What they do does not matter here: the first
// samples cords for a profiler, the second knows the machine for a profiler and for deadlock
// reports.
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

#include "absl/base/internal/sysinfo.h"
#include "absl/strings/internal/cordz_functions.h"

namespace absl {
ABSL_NAMESPACE_BEGIN
namespace cord_internal {

// Never samples.
ABSL_CONST_INIT thread_local int64_t cordz_next_sample = std::numeric_limits<int64_t>::max();
int32_t get_cordz_mean_interval() { return std::numeric_limits<int32_t>::max(); }
void set_cordz_mean_interval(int32_t) {}
bool cordz_should_profile_slow() {
  cordz_next_sample = std::numeric_limits<int64_t>::max();
  return false;
}
void cordz_set_next_sample_for_testing(int64_t) {}

}  // namespace cord_internal

namespace base_internal {

double NominalCPUFrequency() { return 1.0; }
int NumCPUs() {
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? static_cast<int>(count) : 1;
}
pid_t GetTID() { return static_cast<pid_t>(syscall(SYS_gettid)); }
pid_t GetCachedTID() { return GetTID(); }

}  // namespace base_internal
ABSL_NAMESPACE_END
}  // namespace absl
