#!/usr/bin/env python3
"""Holds `qcompile run` on the jet tagging network against an evaluation of the file in float64.

Only the first product has an unquantized operand; behind it every sum is a multiple of a power of two that float64
and float32 hold exactly. So a code is ambiguous only where float32 rounding of the first layer, in any
order, may carry a value over a rounding border. Samples with such a code are counted, and held against the
same evaluation with the first product in ascending float32 order, which is what the exact reading prescribes.
"""


import numpy as np
import onnx
from onnx import numpy_helper

import frame
import judging

SAMPLES = 10000
SEED = 20
TOLERANCE = 1e-5
UNIT = 2.0 ** -24
LITERAL_INPUT = np.linspace(-2.0, 2.0, 16)
# The model's documentation cuts these after six digits: the last value is 0.01819888 in float64.
LITERAL_DIGITS = ("0.861592", "0.070482", "0.019486", "0.030240", "0.018198")


class Network:
    """The file, evaluated node by node in float64 with an error radius beside every value."""

    def __init__(self, path):
        graph = onnx.load(path).graph
        self.nodes = graph.node
        self.constants = {t.name: numpy_helper.to_array(t).astype(np.float64) for t in graph.initializer}
        self.input = next(i.name for i in graph.input if i.name not in self.constants)
        self.output = graph.output[0].name

    def evaluate(self, inputs, ascending):
        """Class scores and which samples have an ambiguous code; `ascending` fixes the first product's order."""
        values = {name: (value, np.zeros(1)) for name, value in self.constants.items()}
        values[self.input] = (inputs.astype(np.float64), np.zeros(1))
        quantized, ambiguous = set(self.constants), np.zeros(len(inputs), bool)
        for node in self.nodes:
            operands = [values[name] for name in node.input]
            if node.op_type == "Quant":
                result, doubtful = quantize(node, operands)
                quantized.add(node.output[0])
                if doubtful.shape[0] == len(inputs) and node.input[0] not in self.constants:
                    ambiguous |= doubtful.any(axis=1)
            elif node.op_type == "MatMul":
                exact = all(name in quantized for name in node.input)
                result = multiply(operands, exact, ascending)
            elif node.op_type == "Add":
                result = add(operands, ascending)
            elif node.op_type == "Relu":
                result = (np.maximum(operands[0][0], 0.0), operands[0][1])
            elif node.op_type == "Softmax":
                powers = np.exp(operands[0][0] - operands[0][0].max(axis=1, keepdims=True))
                result = (powers / powers.sum(axis=1, keepdims=True), np.zeros(1))
            else:
                raise ValueError(f"node {node.name} is a {node.op_type}, which this network should not have")
            values[node.output[0]] = result
        return values[self.output][0], ambiguous


def quantize(node, operands):
    """QONNX Quant at integer bounds, and where the ends of the value's interval get different codes."""
    (value, radius), (scale, _), (zero, _), (bits, _) = operands
    flags = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    if flags["narrow"] or flags.get("rounding_mode", b"ROUND") != b"ROUND":
        raise ValueError(f"node {node.name} is not a wide quantizer that rounds half to even")
    low, high = (-2.0 ** (bits - 1), 2.0 ** (bits - 1) - 1) if flags["signed"] else (0.0, 2.0 ** bits - 1)

    def code(x):
        return np.rint(np.clip(x / scale + zero, low, high))

    result = (code(value) - zero) * scale
    return (result, np.zeros(1)), code(value - radius) != code(value + radius)


def multiply(operands, exact, ascending):
    (a, _), (b, _) = operands
    if exact:
        return a @ b, np.zeros(1)
    if ascending:
        rows, columns = a.astype(np.float32), b.astype(np.float32)
        total = rows[:, :1] * columns[:1]
        for k in range(1, len(columns)):
            total = total + rows[:, k:k + 1] * columns[k:k + 1]
        return total.astype(np.float64), np.zeros(1)
    count = len(b) * UNIT
    return a @ b, count / (1.0 - count) * (np.abs(a) @ np.abs(b))


def add(operands, ascending):
    """A sum that the file rounds to float32; the radius grows unless it is a float32 already."""
    (a, radius_a), (b, radius_b) = operands
    total, radius = a + b, radius_a + radius_b
    rounded = total.astype(np.float32).astype(np.float64)
    if ascending:
        return rounded, radius
    return total, radius + np.where((rounded == total) & (radius == 0.0), 0.0, UNIT * np.abs(total))


def check_random(qcompile, path, network, backend):
    """10 000 random inputs; returns failures."""
    inputs = np.random.RandomState(SEED).normal(0.0, 1.5, (SAMPLES, 16)).astype(np.float32)
    _, outputs = qcompile.run(path, inputs, f"--backend={backend}")
    ours = judging.only_output(outputs).reshape(SAMPLES, -1).astype(np.float64)
    exact, ambiguous = network.evaluate(inputs, ascending=False)
    ordered, _ = network.evaluate(inputs, ascending=True)
    far = np.abs(ours - exact).max(axis=1) >= TOLERANCE
    far_ordered = np.abs(ours - ordered).max(axis=1) >= TOLERANCE
    other = judging.classes(ours, SAMPLES) != judging.classes(exact, SAMPLES)
    settled = np.abs(ours - exact)[~ambiguous].max()
    print(f"{backend}: {SAMPLES} samples, {int(ambiguous.sum())} with an ambiguous code; worst difference of the "
          f"others {settled:.3g}; beyond {TOLERANCE}: {int(far.sum())} of float64, {int(far_ordered.sum())} of "
          f"ascending float32; other classes: {int(other.sum())}")
    failures = []
    if (far & ~ambiguous).any():
        failures.append(f"{backend}: {int((far & ~ambiguous).sum())} samples without ambiguous codes are beyond "
                        f"{TOLERANCE}, first {int(np.argmax(far & ~ambiguous))}")
    if (other & ~ambiguous).any():
        failures.append(f"{backend}: {int((other & ~ambiguous).sum())} samples have another class")
    if far_ordered.any():
        failures.append(f"{backend}: {int(far_ordered.sum())} samples do not follow the ascending order of sums, "
                        f"first {int(np.argmax(far_ordered))}")
    return failures


def check_literal(qcompile, path, backend):
    """The vector of 16 values evenly from -2 to 2, whose digits are published with the model."""
    _, outputs = qcompile.run(path, LITERAL_INPUT.astype(np.float32)[None], f"--backend={backend}")
    scores = judging.only_output(outputs).reshape(-1).astype(np.float64)
    digits = tuple(f"{value:.6f}" for value in np.floor(scores * 1e6) / 1e6)
    print(f"{backend}: {' '.join(digits)}")
    return [] if digits == LITERAL_DIGITS else [f"{backend}: expected {' '.join(LITERAL_DIGITS)}"]


def judge(run):
    path = judging.shared_folder() / "models" / "jettagging_qkeras.onnx"
    if not judging.available(path, run.skipped):
        return
    network = Network(path)
    for backend in run.arguments.backends.split(","):
        run.failures += check_literal(run.qcompile, path, backend)
        run.failures += check_random(run.qcompile, path, network, backend)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--backends", default="reference", help="comma-separated list"))
