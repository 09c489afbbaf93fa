// Everything a generated design includes.
#ifndef QCOMPILE_HLS_DATAFLOW_H
#define QCOMPILE_HLS_DATAFLOW_H

#include "Joins.h"
#include "Reductions.h"
#include "Reorder.h"
#include "Requantize.h"
#include "Stages.h"
#include "Streams.h"

#endif // QCOMPILE_HLS_DATAFLOW_H
