#!/usr/bin/env python3
"""A model with 3 GB of external data: time and memory of `qcompile inspect`, with and without reading the weights; and one
initializer beyond 4 GB, of which `qcompile run` reads single rows.

The data files are sparse: holes read as zeros and take no room. A few weights are written, so that counts can be checked.
"""

import json
import os
import subprocess
import sys
import time

import numpy as np
import onnx
from onnx import helper

import frame
import judging

sys.path.insert(0, str(judging.SHIPPED))
import make_large_models  # noqa: E402

# Options of inspect, seconds of the processor (what else the machine does is not counted), megabytes.
LIMITS = (((), 1, 250), (("--weights",), 5, 250))


def measure(command):
    """Standard output, seconds of the processor, seconds on the clock, and resident megabytes at most."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return output, usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def judge_layers(found, expected):
    for layer, (name, nonzero) in zip(found["layers"], expected, strict=True):
        weights = layer["weights"]
        if layer["name"] != name or weights["nonzero"] != nonzero:
            yield f"{layer['name']}: {weights['nonzero']} weights are not zero, expected {nonzero}"
        if sum(weights["histogram"]["counts"]) != weights["elements"]:
            yield f"{layer['name']}: the histogram does not hold every weight"


def judge_big_table(binary, folder):
    """Rows of a table of bytes: the last one begins behind 2^32, and its number of bytes fits no 32 bits either."""
    path, columns = folder / "table.onnx", 1 << 16
    rows = (1 << 16) + 3
    with open(path.with_suffix(".data"), "wb") as data:
        data.truncate(rows * columns)
        for row in (0, 1 << 15, rows - 1):
            data.seek(row * columns)
            data.write(np.full(columns, 1 + row % 251, np.uint8).tobytes())
    table = onnx.TensorProto(name="table", data_type=onnx.TensorProto.UINT8, dims=[rows, columns],
                             data_location=onnx.TensorProto.EXTERNAL)
    table.external_data.add(key="location", value=path.with_suffix(".data").name)
    graph = helper.make_graph([helper.make_node("Gather", ["table", "rows"], ["y"])], "g",
                              [helper.make_tensor_value_info("rows", onnx.TensorProto.INT64, [3])],
                              [helper.make_tensor_value_info("y", onnx.TensorProto.UINT8, [3, columns])], [table])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    wanted = np.array([rows - 1, 1 << 15, 1])
    np.save(folder / "rows.npy", wanted)
    command = [binary, "run", str(path), "--backend=reference", "--input", str(folder / "rows.npy"), "--output-dir",
               str(folder / "outputs")]
    _, spent, clock, resident = measure(command)
    print(f"run on an initializer of {rows * columns / 1e9:.2f} GB: {spent:.2f} s of {clock:.2f} s, {resident:.0f} MB resident")
    expected = np.where(wanted == 1, 0, 1 + wanted % 251)[:, None] * np.ones(columns, int)
    if not np.array_equal(np.load(folder / "outputs" / "y.npy"), expected):
        yield "rows of the big initializer are wrong"


def judge(run):
    binary = run.qcompile.binary
    path, expected = make_large_models.write_external(run.folder)
    for options, seconds, megabytes in LIMITS:
        command = [binary, "inspect", "--json", *options, str(path)]
        # The first run finds nothing in the page cache; users run it more than once.
        output, spent, clock, resident = min((measure(command) for _ in range(2)), key=lambda m: m[1])
        print(f"{' '.join(['inspect', *options])}: {spent:.2f} s of {clock:.2f} s, {resident:.0f} MB resident, "
              f"{path.with_suffix('.data').stat().st_size / 1e9:.2f} GB of data")
        if spent > seconds or resident > megabytes:
            run.failures.append(f"{' '.join(command)}: {spent:.2f} s and {resident:.0f} MB, expected at most "
                                f"{seconds} s and {megabytes} MB")
        found = json.loads(output)
        if options:
            run.failures += judge_layers(found, expected)
        elif any(layer["weights"] for layer in found["layers"]):
            run.failures.append("weights were read without being asked for")
    run.failures += judge_big_table(binary, run.folder)


if __name__ == "__main__":
    frame.main(judge, __doc__)
