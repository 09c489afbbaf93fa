#!/usr/bin/env python3
"""Adds every layer's products one by one and checks that no partial sum leaves the accumulator.

With `--fit BITS` (a width, or several with commas) each model first goes through onnx-fit-accumulators. Then, for every
layer with quantized inputs and weights, on the codes of real samples and on adversarial ones (the highest code under positive
weights and the lowest under negative ones, and the opposite), every partial sum has to lie in the type that
`qcompile inspect --accumulators` says, in three orders: ascending, all falling products first, all rising ones first. The last two
reach the extremes of every order.
"""

import pathlib

import numpy as np
import onnx
from onnx import numpy_helper

import compression_recipes
import frame
from known_models import ONLY, chosen_models, comparison_inputs

MOVES = {"Flatten", "Identity", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze"}
ROWS_AT_ONCE = 256


class Graph:
    """An ONNX graph with its constants and attributes at hand."""

    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.constants = {i.name: numpy_helper.to_array(i) for i in self.graph.initializer}
        self.producers = {name: node for node in self.graph.node for name in node.output}
        for node in self.graph.node:
            if node.op_type == "Constant":
                self.constants[node.output[0]] = attributes(node)["value"]

    def quantizer(self, name):
        """The Quant node that gives the codes of a tensor, behind operations that only move or select them."""
        node = self.producers.get(name)
        while node is not None and node.op_type in MOVES:
            node = self.producers.get(node.input[0])
        return node if node is not None and node.op_type in ("Quant", "IntQuant") else None

    def weight_codes(self, name):
        """Integer weights in the shape of the tensor, zero point subtracted; None where they are not quantized."""
        node = self.producers.get(name)
        if node is None:
            return None
        if node.op_type == "Transpose":
            codes = self.weight_codes(node.input[0])
            return None if codes is None else np.transpose(codes, attributes(node).get("perm"))
        if node.op_type not in ("Quant", "IntQuant") or node.input[0] not in self.constants:
            return None
        scale, zero, low, high = self.parameters(node)
        codes = np.clip(np.rint(self.constants[node.input[0]] / scale + zero), low, high)
        return (codes - zero).astype(np.int64)

    def parameters(self, node):
        """Scale, zero point, lowest and highest code."""
        scale, zero, bits = (self.constants[name] for name in node.input[1:4])
        given = attributes(node)
        signed, narrow, bits = given.get("signed", 1), given.get("narrow", 0), int(bits)
        low = -2 ** (bits - 1) + narrow if signed else 0
        high = 2 ** (bits - 1) - 1 if signed else 2 ** bits - 1 - narrow
        return scale, zero, low, high


def attributes(node):
    """Attributes as Python values."""
    values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {k: numpy_helper.to_array(v) if isinstance(v, onnx.TensorProto) else v for k, v in values.items()}


def windows(node, codes, kernel, outputs, zero):
    """What every output position of a convolution sees, [positions, channels, taps], padded with the code of 0."""
    given = attributes(node)
    strides = given.get("strides", [1] * len(kernel))
    dilations = given.get("dilations", [1] * len(kernel))
    pads = list(given.get("pads", [0] * 2 * len(kernel)))
    for d, extent in enumerate(kernel):
        span = dilations[d] * (extent - 1) + 1
        if given.get("auto_pad", b"NOTSET").startswith(b"SAME"):
            total = max((outputs[d] - 1) * strides[d] + span - codes.shape[2 + d], 0)
            small, large = total // 2, total - total // 2
            upper = given["auto_pad"] == b"SAME_UPPER"
            pads[d], pads[d + len(kernel)] = (small, large) if upper else (large, small)
    around = [(0, 0), (0, 0)] + [(pads[d], pads[d + len(kernel)]) for d in range(len(kernel))]
    codes = np.pad(codes, around, constant_values=zero)
    spans = [dilations[d] * (kernel[d] - 1) + 1 for d in range(len(kernel))]
    view = np.lib.stride_tricks.sliding_window_view(codes, spans, tuple(range(2, codes.ndim)))
    view = view[(slice(None), slice(None), *(slice(None, None, s) for s in strides),
                 *(slice(None, None, d) for d in dilations))]
    rank = len(kernel)
    view = np.moveaxis(view, 1, rank + 1)  # batch, positions, channels, taps
    return view.reshape(-1, codes.shape[1], int(np.prod(kernel)))


def rows_of(node, codes, weights, outputs, zero):
    """Per group, rows of inputs [positions, K] and weights [outputs, K]."""
    if node.op_type == "Conv":
        groups = attributes(node).get("group", 1)
        seen = windows(node, codes, weights.shape[2:], outputs[2:], zero)
        per_group = weights.shape[1]
        for g, part in enumerate(np.split(weights, groups)):
            yield (seen[:, g * per_group:(g + 1) * per_group].reshape(len(seen), -1),
                   part.reshape(len(part), -1))
        return
    transposed = node.op_type == "Gemm" and attributes(node).get("transB", 0)
    yield codes.reshape(-1, codes.shape[-1]), weights if transposed else weights.T


def count_overflows(inputs, weights, low, high):
    """(sums, partial sums outside) over all rows and outputs, in three orders."""
    outside = 0
    for begin in range(0, len(inputs), ROWS_AT_ONCE):
        products = inputs[begin:begin + ROWS_AT_ONCE, None, :] * weights[None]
        for order in (products, np.sort(products, axis=-1), -np.sort(-products, axis=-1)):
            sums = np.cumsum(order, axis=-1)
            outside += int(np.sum((sums < low) | (sums > high)))
    return len(inputs) * len(weights), outside


def adversarial(weights, low, high):
    """Rows that are worst for each output."""
    return np.concatenate([np.where(weights > 0, high, low), np.where(weights > 0, low, high)])


def chosen_types(qcompile, path):
    """Per layer the values that its accumulator holds."""
    out = {}
    for entry in qcompile.report("inspect", path, "--accumulators")["accumulators"]:
        text = entry["chosen"]
        bits = int("".join(c for c in text if c.isdigit()))
        out[entry["name"]] = (bits, (0, 2 ** bits - 1) if text.startswith("uint")
                               else (-2 ** (bits - 1), 2 ** (bits - 1) - 1))
    return out


def fit(qcompile, path, inputs, bits):
    """The model with accumulators of `bits` bits, calibrated on the inputs."""
    place = qcompile.work / f"{path.stem}-{bits}"
    place.mkdir(parents=True, exist_ok=True)
    np.save(place / "calibration.npy", inputs)
    result = place / f"{path.stem}.onnx"
    compression_recipes.compress(qcompile, path, [compression_recipes.fit(bits)], result, {"input": str(place / "calibration.npy")})
    return result


def check_model(qcompile, path, inputs, bits):
    """Failures of one model; prints a line per layer."""
    graph, types = Graph(path), chosen_types(qcompile, path)
    _, values, _ = qcompile.trace(path, inputs, "import")
    failures, layers = [], 0
    for node in graph.graph.node:
        if node.op_type not in ("Conv", "MatMul", "Gemm") or node.name not in types:
            continue
        weights, quantizer = graph.weight_codes(node.input[1]), graph.quantizer(node.input[0])
        if weights is None or quantizer is None:
            continue
        scale, zero, low, high = graph.parameters(quantizer)
        if np.size(scale) != 1 or node.input[0] not in values:
            continue
        width, (lowest, highest) = types[node.name]
        codes = np.rint(values[node.input[0]] / np.reshape(scale, ()) + np.reshape(zero, ())).astype(np.int64)
        sums = outside = worst = 0
        for rows, part in rows_of(node, codes, weights, values[node.output[0]].shape, int(np.reshape(zero, ()))):
            for kind in (rows, adversarial(part, low, high)):
                count, over = count_overflows(kind, part, lowest, highest)
                sums, outside = sums + count, outside + over
            worst = max(worst, int(np.max(np.abs(np.sum(adversarial(part, low, high)[:, None] * part[None], axis=-1)))))
        print(f"  {node.name}: {width} bits, {sums} sums in three orders, largest {worst}, {outside} overflows")
        layers += 1
        if outside:
            failures.append(f"{path.name}: {outside} partial sums of {node.name} leave {width} bits")
        if bits and width > bits:
            failures.append(f"{path.name}: {node.name} has {width} bits, expected at most {bits}")
    if not layers:
        failures.append(f"{path.name}: no layer was checked")
    return failures


def judge(run):
    asked = run.arguments
    if asked.model:
        cases = [(path, np.load(asked.input)[:asked.samples].astype(np.float32)) for path in asked.model]
    else:
        cases = [(known.path, comparison_inputs(known, asked.samples)) for known in chosen_models(asked.only, run.skipped)]
    for path, inputs in cases:
        for bits in [int(b) for b in asked.fit.split(",") if b] or [None]:
            print(f"{path.name}" + (f", fitted to {bits} bits" if bits else ""))
            model = fit(run.qcompile, path, inputs, bits) if bits else path
            run.failures += check_model(run.qcompile, model, inputs, bits)


if __name__ == "__main__":
    frame.main(judge, __doc__, ONLY, frame.option("--model", type=pathlib.Path, action="append", default=[], help="with --input"),
               frame.option("--input", type=pathlib.Path, help="samples of --model, npy"),
               frame.option("--samples", type=int, default=20),
               frame.option("--fit", default="", help="widths of accumulators, with commas"))
