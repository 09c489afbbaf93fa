#!/usr/bin/env python3
"""Which codes `compare` calls ambiguous, beside the judge that this folder has for it (qonnx_judge.py).

Networks whose exact sums lie on rounding borders wherever they are odd, so that many codes are ambiguous. A quantizer's
recording has another code for every element: an end of the judge's interval where that gives one, else the next code. Then
`compare` has to count as ambiguous just the former, and to say of the latter that they depart.
"""

import json
import sys
import urllib.parse

import numpy as np
import onnx

import frame
import judging

sys.path.insert(0, str(judging.SHIPPED))

from qonnx_builder import Builder, Quantizer  # noqa: E402 (needs the path above)
from qonnx_judge import Judge  # noqa: E402

SAMPLES = 32
DIFFERENT = 4
INPUT = Quantizer(np.float32(0.1), 5)
WEIGHT = Quantizer(np.float32(0.07), 4, narrow=True)
UNIT = INPUT.scale * WEIGHT.scale  # of the first sum
# Every odd multiple of the unit is half a step of this scale, up to the roundings of the scales.
RESULT = Quantizer(np.float32(2) * UNIT, 8)


def product():
    """One product and its quantizer."""
    builder = Builder("product", [1, 24])
    source = builder.node("MatMul", [builder.quant("x", INPUT), builder.weight((24, 20), WEIGHT)])
    return builder.output(builder.quant(source, RESULT), [1, 20]).model(), (24,)


def biased():
    """A bias on the grid of the sums, then Relu, and a second layer behind the ambiguous codes."""
    builder = Builder("biased", [1, 30])
    bias = builder.constant(builder.random.randint(-9, 10, 16) * UNIT)
    source = builder.node("Gemm", [builder.quant("x", INPUT), builder.weight((30, 16), WEIGHT), bias])
    hidden = Quantizer(RESULT.scale, 5, signed=False)
    source = builder.quant(builder.node("Relu", [source]), hidden)
    source = builder.node("MatMul", [source, builder.weight((16, 12), WEIGHT)])
    last = Quantizer(np.float32(2) * (hidden.scale * WEIGHT.scale), 8)
    return builder.output(builder.quant(source, last), [1, 12]).model(), (30,)


def normalized():
    """A convolution and a batch norm whose factor and offset keep the sums on borders."""
    builder = Builder("normalized", [1, 3, 6, 6])
    source = builder.node("Conv", [builder.quant("x", INPUT), builder.weight((5, 3, 3, 3), WEIGHT)], pads=[1] * 4)
    factors = np.array([1, -1, 3, 1, 5], np.float32)
    source = builder.batch_norm(source, factors, np.zeros(5), np.ones(5), UNIT * np.array([0, 4, -2, 8, 0]), epsilon=0.0)
    return builder.output(builder.quant(source, RESULT), [1, 5, 6, 6]).model(), (3, 6, 6)


class Intervals(Judge):
    """Keeps the codes at both ends of every quantizer's interval."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.ends = {}

    def count(self, node, judged, ours):
        super().count(node, judged, ours)
        self.ends.setdefault(node.output[0], []).append((judged.low, judged.high, ours))


def falsify(ends, scale, codes):
    """A recording of one quantizer, and which of its elements an order of additions gives."""
    low, high, ours = (np.concatenate(parts) for parts in zip(*ends))
    ambiguous = low != high
    neighbour = np.where(codes.reshape(ours.shape) > 0, codes.reshape(ours.shape) - 1, codes.reshape(ours.shape) + 1)
    other = np.where(low != ours, low, np.where(high != ours, high, neighbour.astype(np.float32) * scale))
    return other.astype(np.float32), ambiguous


def compare(qcompile, model, recorded):
    """The verdict of `compare --recorded` on the only recorded tensor that differs."""
    folder = qcompile.work / "recorded"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.npy"):
        old.unlink()
    for name, values in recorded.items():
        np.save(folder / f"{urllib.parse.quote(name, safe='')}.npy", values)
    done = qcompile.call("compare", model, "--input", qcompile.work / "input.npy", "--recorded", folder, "--json", "-q")
    if done.returncode != DIFFERENT:
        raise RuntimeError(f"qcompile compare ended with {done.returncode}: {done.stderr[-500:]}")
    return next(t for t in json.loads(done.stdout)["tensors"] if t["differing"])


def judge_model(run, make):
    """A row per quantizer behind a sum: elements, and how many are ambiguous by both sides."""
    qcompile, (model, shape) = run.qcompile, make()
    path = qcompile.work / f"{make.__name__}.onnx"
    onnx.save(model, path)
    inputs = np.random.RandomState(5).uniform(-1.6, 1.6, (SAMPLES, *shape)).astype(np.float32)
    np.save(qcompile.work / "input.npy", inputs)
    _, values, codes = qcompile.trace(path, inputs, "normalise")
    judge = Intervals(model.SerializeToString(), SAMPLES)
    judge.judge(inputs, values, codes)
    before = {}  # without the operands of a layer it could follow from their ambiguous codes
    for node in judge.graph.node:
        name = node.output[0]
        if name not in judge.ends:
            continue
        if node.input[0] == judge.input_names[0]:
            before[name] = values[name]
            continue
        scale = judge.values[node.input[1]].mid
        other, ambiguous = falsify(judge.ends[name], scale, codes[name])
        found = compare(qcompile, path, {**before, name: other})
        before[name] = values[name]
        expected = (ambiguous.size, int(ambiguous.sum()), int((~ambiguous).sum()))
        counts = (found["differing"], found["ambiguous"], found["departing"])
        run.rows.append([make.__name__, node.name, *expected, *counts])
        if counts != expected:
            run.failures.append(f"{make.__name__}, {node.name}: expected {expected} differing, ambiguous and departing "
                                f"elements, found {counts}")
        if not 0 < ambiguous.sum() < ambiguous.size:
            run.failures.append(f"{make.__name__}, {node.name}: nothing to tell apart")


def judge(run):
    for make in (product, biased, normalized):
        judge_model(run, make)


if __name__ == "__main__":
    frame.main(judge, __doc__, heads=["model", "quantizer", "codes", "ambiguous", "not", "differ", "ambiguous", "depart"])
