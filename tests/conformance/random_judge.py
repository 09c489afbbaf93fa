#!/usr/bin/env python3
"""Random networks in which float32 rounds nothing: qonnx's executor must give the outputs of our exact reading.

All scales are powers of two, all other constants lie on a coarse grid, and sums stay small, so that neither the
order of additions nor the reading matters. qonnx runs the ONNX operators in ONNX Runtime, one by one. Networks with
a pool of `ceil_mode` are left out: before onnx 1.23, shape inference counts windows that ONNX Runtime drops.
"""

import collections

import numpy as np
import onnx
from qonnx.core.onnx_exec import execute_onnx

import frame
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


def judge_network(qcompile, seed, profile, samples):
    """Failures of one network, and the number of elements that were equal."""
    model = random_graphs.make_model(seed, profile)
    if any(a.name == "ceil_mode" for node in model.graph.node for a in node.attribute):
        return [], 0
    batch = random_graphs.batch_of(model)
    batch = 1 if isinstance(batch, str) else batch
    inputs = random_graphs.random_inputs(model, seed, samples)
    theirs = judged_outputs(model, inputs, batch, samples)
    ours = exact_outputs(qcompile, qcompile.work / f"{profile}_{seed}", model, inputs)
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


def exact_outputs(qcompile, folder, model, inputs):
    """Every output of the reference evaluator on the model as written."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(model, folder / "model.onnx")
    command = ["run", "model.onnx", "--backend=reference", "--stage=import", "--output-dir=outputs", "-q"]
    for name, array in inputs.items():
        np.save(folder / f"{name}.npy", array)
        command.append(f"--input={name}={name}.npy")
    done = qcompile.call(*command, cwd=folder)
    if done.returncode:
        raise RuntimeError(f"qcompile ended with {done.returncode}: {done.stderr[-500:]}")
    return judging.read_folder(folder / "outputs")


def judge(run):
    asked, total, judged = run.arguments, 0, 0
    for seed in range(asked.first_seed, asked.first_seed + asked.count):
        with run.guard(f"{asked.profile} {seed}"):
            failures, equal = judge_network(run.qcompile, seed, asked.profile, asked.samples)
            run.failures += failures
            total, judged = total + equal, judged + bool(failures or equal)
    print(f"{asked.count} networks, {judged} judged, {total} equal outputs, {len(run.failures)} failures")
    if not total:
        run.failures.append("nothing was compared")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--profile", default="exact"), frame.option("--first-seed", type=int, default=1),
               frame.option("--count", type=int, default=100),
               frame.option("--samples", type=int, default=2, help="inputs per network"))
