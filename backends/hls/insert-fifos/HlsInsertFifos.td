//===- HlsInsertFifos.td - The hls-insert-fifos pass --------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS
#define QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS

include "mlir/Pass/PassBase.td"

def HlsInsertFifos : Pass<"hls-insert-fifos", "::mlir::ModuleOp"> {
  let summary = "Put a queue of computed depth between every two stages";
  let description = [{
    A matrix-vector unit of several output folds reads its vector during the first of them and nothing
    during the others. A queue that holds one vector lets the stage before it work on the next vector in the
    meantime, so that the slowest stage alone sets the pace; with a shorter one the two would wait for each
    other. Every other stage reads evenly: 2 words keep it going. Exact.

    Requires designs with their final folding; replaces queues that are there.
  }];
  let dependentDialects = ["::qcompile::hls::HlsDialect"];
}

#endif // QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS
