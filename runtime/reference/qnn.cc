// The qnn dialect (docs/Qnn.md): exact integers.
#include "runtime/reference/qnn_support.h"

namespace qcompile::runtime {

void RegisterQnn(ReferenceTable& table) {
  RegisterQnnActivations(table);
  RegisterQnnBorders(table);
  RegisterQnnLinear(table);
  RegisterQnnOrder(table);
  RegisterQnnSelections(table);
  RegisterQnnWindows(table);
}

}  // namespace qcompile::runtime
