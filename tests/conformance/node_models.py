"""Models of one node with what judges say of them, for the program node-tests."""

import json
import subprocess

import numpy as np
import onnx
from onnx import numpy_helper

import judging


def write_test(folder, model, feeds, outputs):
    """A test in the form of ONNX' node tests."""
    data = folder / "test_data_set_0"
    data.mkdir(parents=True)
    onnx.save(model, folder / "model.onnx")
    initialized = {tensor.name for tensor in model.graph.initializer}
    inputs = [value.name for value in model.graph.input if value.name not in initialized]
    for kind, names, arrays in (("input", inputs, [feeds[name] for name in inputs]),
                                ("output", [value.name for value in model.graph.output], outputs)):
        for i, (name, array) in enumerate(zip(names, arrays)):
            tensor = numpy_helper.from_array(np.asarray(array), name)
            (data / f"{kind}_{i}.pb").write_bytes(tensor.SerializeToString())


def run_tests(runner, folder, *options):
    """The results of all tests in a folder, an object each."""
    done = subprocess.run([runner, str(folder), *options], capture_output=True, text=True,
                          timeout=judging.TIMEOUT_SECONDS, check=False)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode not in (0, 1):
        last = results[-1]["name"] if results else "the beginning"
        raise RuntimeError(f"the runner ended with {done.returncode} after {last}: {done.stderr[-2000:]}")
    return results
