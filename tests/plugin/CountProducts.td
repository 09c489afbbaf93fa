//===- CountProducts.td - The example-count-products pass ---*- tablegen -*-===//
#ifndef EXAMPLE_COUNTPRODUCTS
#define EXAMPLE_COUNTPRODUCTS

include "mlir/Pass/PassBase.td"

def CountProducts : Pass<"example-count-products", "::mlir::ModuleOp"> {
  let summary = "Write down how many products each matrix product takes";
  let description = [{
    Gives every `qnn.matmul` the attribute `example.products`: rows times inner extent times outputs. Exact:
    the function computed stays the same.
  }];
}

#endif // EXAMPLE_COUNTPRODUCTS
