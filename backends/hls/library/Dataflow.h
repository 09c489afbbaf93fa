// Everything a generated design includes.
#ifndef QCOMPILE_HLS_DATAFLOW_H
#define QCOMPILE_HLS_DATAFLOW_H

#include "Stages.h"
#include "Streams.h"

#endif // QCOMPILE_HLS_DATAFLOW_H
