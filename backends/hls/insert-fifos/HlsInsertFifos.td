//===- HlsInsertFifos.td - The hls-insert-fifos pass --------*- tablegen -*-===//
#ifndef QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS
#define QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS

include "mlir/Pass/PassBase.td"

def HlsInsertFifos : Pass<"hls-insert-fifos", "::mlir::ModuleOp"> {
  let summary = "Put a queue of computed depth between every two stages";
  let description = [{
    Goes through the design's schedule with samples that enter as far apart as the slowest stage takes, and
    queues without bounds; the most words that a queue holds become its depth, at least 2. So the shorter way
    around a residual block gets room for what enters it before the longer way gives its first word, and a
    unit that reads a vector only now and then gets room for the next one. With that room the same schedule
    runs again, hence the design cannot come to a standstill, whatever the pace of its ports. Where a sample
    has too many words for this, every queue holds all of them. Exact.

    Requires designs with their final folding; replaces queues that are there. Fails where a stream has more
    words than a loop counts ([QC-B003]).
  }];
  let dependentDialects = ["::qcompile::hls::HlsDialect"];
}

#endif // QCOMPILE_BACKENDS_HLS_HLSINSERTFIFOS
