#!/usr/bin/env python3
"""Random networks in which float32 rounds nothing: qonnx's executor must give the outputs of our exact reading.

All scales are powers of two, all other constants lie on a coarse grid, and sums stay small, so that neither the
order of additions nor the reading matters. qonnx runs the ONNX operators in ONNX Runtime, one by one. Networks with
a pool of `ceil_mode` are left out: before onnx 1.23, shape inference counts windows that ONNX Runtime drops.
"""

import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
from qonnx.core.onnx_exec import execute_onnx

import judging
import random_graphs
from qonnx_judge import prepared


def fixed_batch(model):
    """The model with a batch of one where its batch is a symbol."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    for value in [*fixed.graph.input, *fixed.graph.output]:
        dimension = value.type.tensor_type.shape.dim[0]
        if dimension.dim_param:
            dimension.dim_value = 1
    return fixed


def judged_outputs(model, inputs, batch, samples):
    """Every output of qonnx's executor, batch by batch."""
    wrapper = prepared(fixed_batch(model))
    parts = collections.defaultdict(list)
    for sample in range(samples):
        feed = {n: a[sample * batch:(sample + 1) * batch] for n, a in inputs.items()}
        for name, array in execute_onnx(wrapper, feed).items():
            parts[name].append(array)
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


def judge(binary, work, seed, profile, samples):
    """Failures of one network, and the number of elements that were equal."""
    model = random_graphs.make_model(seed, profile)
    if any(a.name == "ceil_mode" for node in model.graph.node for a in node.attribute):
        return [], 0
    batch = random_graphs.batch_of(model)
    batch = 1 if isinstance(batch, str) else batch
    inputs = random_graphs.random_inputs(model, seed, samples)
    theirs = judged_outputs(model, inputs, batch, samples)
    ours = exact_outputs(binary, work / f"{profile}_{seed}", model, inputs)
    failures, equal = [], 0
    for name, expected in theirs.items():
        found = ours.get(name)
        if found is None or found.size != expected.size:
            failures.append(f"{profile} {seed}: output {name} has {'no' if found is None else found.shape} elements, "
                            f"expected {expected.shape}")
            continue
        wrong = int((found.ravel() != expected.ravel()).sum())
        equal += expected.size - wrong
        if wrong:
            failures.append(f"{profile} {seed}: {wrong} of {expected.size} values of output {name} differ")
    return failures, equal


def exact_outputs(binary, folder, model, inputs):
    """Every output of the reference evaluator on the model as written."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    command = [binary, "run", "model.onnx", "--backend=reference", "--stage=import", "--output-dir=outputs", "-q"]
    for name, array in inputs.items():
        np.save(folder / f"{name}.npy", array)
        command.append(f"--input={name}={name}.npy")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False,
                          timeout=judging.TIMEOUT_SECONDS)
    if done.returncode:
        raise RuntimeError(f"qcompile ended with {done.returncode}: {done.stderr[-500:]}")
    return judging.read_folder(folder / "outputs")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--profile", default="exact")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--samples", type=int, default=2, help="inputs per network")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    onnxruntime.set_default_logger_severity(4)
    binary = str(pathlib.Path(arguments.qcompile).resolve())
    failures, total, judged = [], 0, 0
    with tempfile.TemporaryDirectory() as work:
        for seed in range(arguments.first_seed, arguments.first_seed + arguments.count):
            try:
                found, equal = judge(binary, pathlib.Path(work), seed, arguments.profile, arguments.samples)
            except Exception as error:  # one broken network must not hide the verdict on the others
                found, equal = [f"{arguments.profile} {seed}: {str(error)[:300]}"], 0
            failures, total, judged = failures + found, total + equal, judged + bool(found or equal)
    print(f"{arguments.count} networks, {judged} judged, {total} equal outputs, {len(failures)} failures")
    if not total:
        failures.append("nothing was compared")
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    sys.exit(main())
