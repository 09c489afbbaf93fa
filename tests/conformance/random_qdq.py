#!/usr/bin/env python3
"""Random networks of QuantizeLinear and DequantizeLinear: what the passes make of them computes the same, bit for bit.

Element types of 2 to 16 bits, zero points anywhere, scales per tensor and per axis, blocked weights, int32 biases, operations on
integers between the pairs, integer outputs. Many networks share one file and one input. Outputs as imported, in the integer
form and on the processor are equal; ONNX Runtime (its optimizer off) differs on few codes, by one step each time it does.
"""

import collections
import re

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import frame
from cases import output_of
from plain_runtime import open_session

SHAPE = (1, 4, 6, 6)
KINDS = {TensorProto.INT8: (-128, 127), TensorProto.UINT8: (0, 255), TensorProto.INT16: (-32768, 32767),
         TensorProto.UINT16: (0, 65535), TensorProto.INT4: (-8, 7), TensorProto.UINT4: (0, 15),
         TensorProto.INT2: (-2, 1), TensorProto.UINT2: (0, 3)}
SMALL = re.compile("int[24]\\b")  # numpy has no such integers
BYTES = (TensorProto.INT8, TensorProto.UINT8)
WAYS = {"as imported": ("--backend=reference", "--stage=import"),
        "integers": ("--backend=reference", "--stage=bound"),
        "processor": ("--backend=cpu",)}
# Of 10 000 elements, how many may differ from ONNX Runtime's; one code on a border changes what comes after it.
MOST_DIFFERING = 60


class Network:
    """One random network; `prefix` is before all of its names."""

    def __init__(self, rng, prefix):
        self.rng, self.prefix = rng, prefix
        self.nodes, self.initializers, self.outputs = [], [], []
        self.count = 0
        self.features = collections.Counter()

    def name(self, what):
        self.count += 1
        return f"{self.prefix}{what}{self.count}"

    def constant(self, array, kind=None):
        name = self.name("k")
        if kind is None:
            self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        else:
            codes = np.ravel(array).astype(int).tolist()
            self.initializers.append(helper.make_tensor(name, kind, np.shape(array), codes))
        return name

    def node(self, op, inputs, **attributes):
        output = self.name(op.lower())
        self.nodes.append(helper.make_node(op, inputs, [output], name=output, **attributes))
        self.features[op] += 1
        return output

    def parameters(self, kind, reach, channels=0):
        """Scale and zero point of a quantizer whose input is about -reach to reach."""
        low, high = KINDS[kind]
        shape = (channels,) if channels else ()
        # Along an axis, powers of two of one number: sums of other scales may need more than 48 bits, and are not exact then.
        scale = np.float32(2 * reach / (high - low) * self.rng.uniform(0.7, 1.5))
        scale = (scale * np.exp2(self.rng.integers(-2, 1, shape) if channels else 0)).astype(np.float32)
        choice = self.rng.random()
        if choice < 0.3:
            zero = np.full(shape, 0)
        elif choice < 0.6:
            zero = np.full(shape, self.rng.integers(low, high + 1))
        else:
            zero = self.rng.integers(low + (high - low) // 4, high - (high - low) // 4 + 1, shape)
        return self.constant(scale), self.constant(zero, kind), zero

    def pair(self, x, shape, reach):
        """A quantizer with what lies between it and its DequantizeLinear; the float, and its shape."""
        kind = list(KINDS)[self.rng.integers(len(KINDS))]
        per_axis = self.rng.random() < 0.2
        scale, zero, zeros = self.parameters(kind, reach, shape[1] if per_axis else 0)
        axis = {"axis": 1} if per_axis else {}
        q = self.node("QuantizeLinear", [x, scale, zero], **axis)
        if kind in BYTES:
            for _ in range(self.rng.integers(0, 3)):
                q, shape = self.between(q, shape, kind, None if per_axis else int(zeros))
        y = self.node("DequantizeLinear", [q, scale, zero], **axis)
        if self.rng.random() < 0.2:
            self.outputs.append((q, kind))
        return y, shape

    def between(self, q, shape, kind, zero):
        """An operation on integers; without a zero point for all channels, one that takes elements as they are."""
        choice = self.rng.integers(0, 6) if zero is not None else 2
        low, high = KINDS[kind]
        if choice == 0 and shape[2] > 2:
            return self.node("MaxPool", [q], kernel_shape=[2, 2], pads=[0, 0, 1, 1]), shape
        if choice == 1:
            bounds = np.sort(self.rng.integers(low, high + 1, 2))
            bounds[1] = max(bounds[1], bounds[0] + (high - low) // 4) if bounds[0] < high // 2 else high
            return self.node("Clip", [q, self.constant(bounds[0], kind), self.constant(bounds[1], kind)]), shape
        if choice == 3:
            pads = [0, 0, 1, 0, 0, 0, 0, 1]
            code = zero if self.rng.random() < 0.7 else int(self.rng.integers(low, high + 1))
            padded = (shape[0], shape[1], shape[2] + 1, shape[3] + 1)
            return self.node("Pad", [q, self.constant(np.array(pads, np.int64)), self.constant(code, kind)]), padded
        if choice == 4 and kind == TensorProto.INT8:
            return self.node("Relu", [q]), shape
        if choice == 5:
            return self.node("Transpose", [q], perm=[0, 1, 3, 2]), (shape[0], shape[1], shape[3], shape[2])
        return self.node("Identity", [q]), shape

    def weights(self, shape):
        """Quantized weights: per tensor, per output or blocked."""
        kind = [TensorProto.INT8, TensorProto.INT8, TensorProto.INT4, TensorProto.INT2, TensorProto.UINT8][self.rng.integers(5)]
        low, high = KINDS[kind]
        codes = self.constant(self.rng.integers(low, high + 1, shape), kind)
        style = self.rng.integers(0, 3)
        zero_high = 0 if low < 0 else 128
        if style == 2:
            blocks = (shape[0], (shape[1] + 1) // 2, *shape[2:])
            scale = np.exp2(self.rng.integers(-8, -5, blocks)).astype(np.float32)
            zero = np.full(blocks, zero_high)
            return self.node("DequantizeLinear", [codes, self.constant(scale), self.constant(zero, kind)], axis=1,
                             block_size=2), scale
        scale = self.rng.uniform(0.005, 0.02, shape[:1] if style else ()).astype(np.float32)
        zero = np.full(scale.shape, zero_high + self.rng.integers(-3, 4 if low < 0 else 100))
        zero = np.clip(zero, low, high)
        axis = {"axis": 0} if style else {}
        return self.node("DequantizeLinear", [codes, self.constant(scale), self.constant(zero, kind)], **axis), scale

    def convolution(self, x, shape):
        outputs = int(self.rng.integers(2, 6))
        kernel = int(self.rng.integers(1, 4)) if min(shape[2:]) > 3 else 1
        weights, scale = self.weights((outputs, shape[1], kernel, kernel))
        inputs = [x, weights]
        if self.rng.random() < 0.6:
            codes = self.constant(self.rng.integers(-3000, 3000, (outputs,)), TensorProto.INT32)
            bias = np.float32(0.001) if scale.ndim > 1 else (scale * np.float32(0.02)).astype(np.float32)
            axis = {"axis": 0} if np.ndim(bias) else {}
            inputs.append(self.node("DequantizeLinear", [codes, self.constant(bias)], **axis))
        pads = [1, 0, 0, 1] if self.rng.random() < 0.5 else [0, 0, 0, 0]
        y = self.node("Conv", inputs, kernel_shape=[kernel, kernel], pads=pads)
        extents = [shape[2] + pads[0] + pads[2] - kernel + 1, shape[3] + pads[1] + pads[3] - kernel + 1]
        if self.rng.random() < 0.5:
            y = self.node("Relu", [y])
        return y, (shape[0], outputs, *extents)

    def build(self):
        x, shape = self.pair("x", SHAPE, 2.0)
        for _ in range(self.rng.integers(1, 4)):
            choice = self.rng.random()
            if choice < 0.7:
                x, shape = self.convolution(x, shape)
                x, shape = self.pair(x, shape, 4.0)
            elif choice < 0.85:
                x = self.node("Add", [x, x])
                x, shape = self.pair(x, shape, 6.0)
            else:
                x = self.node("GlobalAveragePool", [x])
                x, shape = self.pair(x, (*shape[:2], 1, 1), 2.0)
        self.outputs.append((x, TensorProto.FLOAT))
        return self


def merge(networks):
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)
    outputs = [output_of(name, kind) for network in networks for name, kind in network.outputs]
    graph = helper.make_graph([n for net in networks for n in net.nodes], "networks", [x], outputs,
                              [t for net in networks for t in net.initializers])
    return helper.make_model(graph, ir_version=13, opset_imports=[helper.make_opsetid("", 25)])


def run_onnxruntime(model, inputs):
    session = open_session(model)
    names = [output.name for output in session.get_outputs() if not SMALL.search(output.type)]
    results = [session.run(names, {"x": sample[None]}) for sample in inputs]
    return {name: np.concatenate([r[i] for r in results]) for i, name in enumerate(names)}


def same(found, wanted):
    return found is not None and found.size == wanted.size and np.array_equal(found.ravel(), wanted.ravel())


def check(qcompile, networks, inputs, totals):
    model = merge(networks)
    path = qcompile.work / "networks.onnx"
    onnx.save(model, path)
    found = {}
    for way, options in WAYS.items():
        try:
            _, found[way] = qcompile.run(path, inputs, *options)
        except RuntimeError as error:
            if len(networks) == 1:
                return [f"{networks[0].prefix} {way}: {error}"]
            half = len(networks) // 2
            return check(qcompile, networks[:half], inputs, totals) + check(qcompile, networks[half:], inputs, totals)
    failures = []
    judged = run_onnxruntime(model, inputs)
    for network in networks:
        for name, _ in network.outputs:
            wanted = found["as imported"].get(name)
            if wanted is None:
                failures.append(f"{name}: missing")
                continue
            for way in ("integers", "processor"):
                if not same(found[way].get(name), wanted):
                    failures.append(f"{name} ({' '.join(network.features)}): {way} differ from the file")
            if name in judged:
                totals["elements"] += wanted.size
                totals["differing"] += int(np.sum(wanted.ravel() != judged[name].ravel()))
    return failures


def judge(run):
    asked, totals = run.arguments, collections.Counter()
    networks = [Network(run.rng, f"n{i}_").build() for i in range(asked.count)]
    inputs = run.rng.normal(0, 1.2, (4, *SHAPE[1:])).astype(np.float32)
    for start in range(0, len(networks), asked.per_file):
        run.failures += check(run.qcompile, networks[start:start + asked.per_file], inputs, totals)
    run.rows = sorted(sum((network.features for network in networks), collections.Counter()).items())
    print(f"{len(networks)} networks; {totals['differing']} of {totals['elements']} elements differ from ONNX Runtime's")
    if totals["differing"] * 10000 > MOST_DIFFERING * totals["elements"]:
        run.failures.append("too many elements differ from ONNX Runtime's")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.SEED, frame.option("--count", type=int, default=160),
               frame.option("--per-file", type=int, default=40), heads=["operator", "times"])
