#!/usr/bin/env python3
"""Processor time and memory of reading models of growing length: a chain of so many nodes, quantizers and additions by turns.

usage: import_scaling.py QCOMPILE [COMMAND]

COMMAND is inspect (the default) or check. The last column is the time per node beyond that of a model of one node; a road
that is linear keeps it.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZES = (1000, 10_000, 100_000)


def make_chain(count):
    nodes = []
    for i in range(count):
        inputs = [f"v{i}", "one"] if i % 2 else [f"v{i}", "scale", "zero", "bits"]
        nodes.append(helper.make_node("Add" if i % 2 else "Quant", inputs, [f"v{i + 1}"], name=f"n{i}",
                                      domain="" if i % 2 else "qonnx.custom_op.general",
                                      **({} if i % 2 else {"signed": 1, "narrow": 0, "rounding_mode": "ROUND"})))
    constants = [numpy_helper.from_array(np.array(value, dtype=np.float32), name)
                 for name, value in (("one", 1), ("scale", 0.5), ("zero", 0), ("bits", 4))]
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4]) for name in ("v0", f"v{count}")]
    graph = helper.make_graph(nodes, "chain", value[:1], value[1:], constants)
    return helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 20), helper.make_opsetid("qonnx.custom_op.general", 1)])


def measure(command):
    """Seconds and megabytes of the better of two runs."""
    best = None
    for _ in range(2):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        message = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            sys.exit(f"{' '.join(map(str, command))}: {message.decode()}")
        found = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        best = min(best or found, found)
    return best


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    qcompile, command = sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "inspect"
    with tempfile.TemporaryDirectory() as folder:
        base = None
        print(f"{'nodes':>8} {'seconds':>8} {'MB':>6} {'us/node':>8}")
        for count in (1,) + SIZES:
            path = pathlib.Path(folder) / f"chain_{count}.onnx"
            onnx.save(make_chain(count), path)
            seconds, megabytes = measure([qcompile, command, str(path)])
            base = base or seconds
            print(f"{count:>8} {seconds:>8.2f} {megabytes:>6.0f} {(seconds - base) / count * 1e6:>8.1f}")


if __name__ == "__main__":
    main()
