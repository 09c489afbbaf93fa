// RUN: not qcompile-opt %s --qnn-choose-layout=layout=diagonal 2>&1 | FileCheck %s

// CHECK: diagonal
func.func @f() {
  return
}
