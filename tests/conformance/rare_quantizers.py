#!/usr/bin/env python3
"""Quantizers that exporters write seldom, in every format that has a form of them.

Bit widths per element, scales that are negative or zero, parameters with more elements than what is quantized, one signed bit with a zero
point, Trunc with a zero point, floats of 4 bits. What a model gives is computed here from the formulas of QONNX and ONNX, in float32, and by
ONNX Runtime (optimizer off) where it has the operators. The evaluator, the integer form, the cpu backend, every format asked for and the
ways back give the same; the second return has the bytes of the first.
"""

import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import frame
import judging
from plain_runtime import open_session
from round_trips import travel

QONNX = "qonnx.custom_op.general"
INTEGERS = ("qonnx", "qcdq", "qdq", "qop")
RNG = np.random.default_rng(7)


class Model:
    """Nodes and constants of a model of one float input `x`."""

    def __init__(self, shape, opset=21):
        self.shape, self.opset = shape, opset
        self.nodes, self.initializers = [], []

    def constant(self, values, kind=TensorProto.FLOAT):
        name = f"c{len(self.initializers)}"
        values = np.asarray(values)
        if kind == TensorProto.FLOAT:
            self.initializers.append(numpy_helper.from_array(values.astype(np.float32), name))
        else:
            self.initializers.append(helper.make_tensor(name, kind, values.shape, values.ravel().tolist()))
        return name

    def node(self, op_type, inputs, domain="", **attributes):
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(op_type, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def quantizer(self, x, parameters, op_type="Quant", **attributes):
        return self.node(op_type, [x, *[self.constant(p) for p in parameters]], QONNX, **attributes)

    def pair(self, x, scale, zero, kind=TensorProto.UINT8):
        parameters = [self.constant(scale), self.constant(zero, kind)]
        return self.node("DequantizeLinear", [self.node("QuantizeLinear", [x, *parameters]), *parameters])

    def build(self, trunc=1):
        graph = helper.make_graph(self.nodes, "rare", [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
                                  [helper.make_tensor_value_info(self.nodes[-1].output[0], TensorProto.FLOAT, None)],
                                  self.initializers)
        imports = [helper.make_opsetid("", self.opset), helper.make_opsetid(QONNX, trunc), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, ir_version=10 if self.opset < 23 else 11, opset_imports=imports)


@dataclasses.dataclass
class Case:
    model: onnx.ModelProto
    x: np.ndarray
    wanted: np.ndarray = None  # else ONNX Runtime's result
    formats: tuple = INTEGERS
    runs: bool = True  # in ONNX Runtime
    tolerance: float = 0  # of sums in float32


ROUNDINGS = {"ROUND": np.round, "FLOOR": np.floor, "CEIL": np.ceil,
             "HALF_UP": lambda v: np.sign(v) * np.floor(np.abs(v) + np.float32(0.5))}


def quant(x, scale, zero, bits, signed=1, narrow=0, rounding_mode="ROUND"):
    """Quant of QONNX with any shapes of its parameters."""
    scale, zero, bits = (np.asarray(p, np.float32) for p in (scale, zero, bits))
    half = 2.0 ** (bits - 1)
    low, high = (narrow - half, half - 1) if signed else (0 * half, 2 * half - 1 - narrow)
    v = np.asarray(x / scale + zero, np.float32)
    codes = np.where((bits == 1) & bool(signed), np.where(v >= 0, 1, -1), ROUNDINGS[rounding_mode](np.clip(v, low, high)))
    return ((codes.astype(np.float32) - zero) * scale).astype(np.float32)


def grid(shape, scale):
    """Numbers on rounding borders, on codes and between them, far beyond ranges of 8 bits."""
    return (RNG.integers(-600, 600, shape) * np.float32(0.5) * scale + RNG.choice([0, 0.1], shape)).astype(np.float32)


def widths_of_elements():
    for zero, attributes in ((0, {}), (3, {"narrow": 1}), (0, {"signed": 0}), (3, {"rounding_mode": "HALF_UP"}),
                             (3, {"signed": 0, "narrow": 1, "rounding_mode": "FLOOR"})):
        model, parameters = Model((5, 4)), (0.25, zero, [[2, 3, 5, 8]])
        model.quantizer("x", parameters, **{"signed": 1, "narrow": 0, **attributes})
        x = grid((5, 4), 0.25)
        yield Case(model.build(), x, quant(x, *parameters, **attributes))


def widths_of_weights():
    model, x, w = Model((3, 4)), grid((3, 4), 0.01), RNG.normal(0, 1, (4, 3)).astype(np.float32)
    bits = RNG.integers(1, 6, (4, 3))  # one bit is a sign
    codes = model.quantizer("x", (0.5, 0, 6), signed=1, narrow=0)
    model.node("MatMul", [codes, model.quantizer(model.constant(w), (0.25, 0, bits), signed=1, narrow=0)])
    yield Case(model.build(), x, quant(x, 0.5, 0, 6) @ quant(w, 0.25, 0, bits))


def shapes():
    for shape, parameters in (((4,), ([[0.1], [0.2]], 0, 4)), ((3, 1), ([[0.1, 0.2, 0.3]], [[1], [2], [3]], 5)),
                              ((2, 4), ([[[[0.1]]]], 0, [[[4]]])), ((2, 3), ([[0.1, 0.2, 0.3]], [[1], [2]], 10))):
        model, x = Model(shape), grid(shape, 0.1)
        model.quantizer("x", parameters, signed=1, narrow=0)
        wanted = quant(x, *parameters)
        while wanted.ndim > max(len(shape), 2):
            wanted = wanted[0]
        yield Case(model.build(), x, wanted)


def signs():
    model, x = Model((2, 4)), grid((2, 4), 0.1)
    model.quantizer("x", (0.25, 5, 1), signed=1, narrow=0)
    yield Case(model.build(), x, quant(x, 0.25, 5, 1))


def trunc(x, scale, zero, in_bits, *out, rounding_mode):
    """Both versions: of two more parameters they are the scale and the bits of the result, signed."""
    codes = np.round(np.asarray(x / np.float32(scale) + np.float32(zero), np.float32))
    if len(out) == 1:
        codes = ROUNDINGS[rounding_mode](codes / 2.0 ** (in_bits - out[0]))
        return ((codes - zero) * np.float32(scale)).astype(np.float32)
    step = 2.0 ** np.round(np.log2(out[0] / scale))
    codes = ROUNDINGS[rounding_mode](np.clip(codes / step, -2 ** (out[1] - 1), 2 ** (out[1] - 1) - 1))
    return ((codes - zero / step) * np.float32(out[0])).astype(np.float32)


def truncations():
    for zero, out, mode in ((0, (6,), "FLOOR"), (4, (6,), "HALF_UP"), (4, (6,), "ROUND"), (0, (1.0, 6), "CEIL"), (8, (1.0, 6), "FLOOR"),
                            (8, (1.0, 6), "HALF_UP")):
        model, x = Model((2, 9)), grid((2, 9), 0.25)
        codes = model.quantizer("x", (0.25, zero, 8), signed=1, narrow=0)
        attributes = {"rounding_mode": mode} | ({"signed": 1, "narrow": 0} if len(out) > 1 else {})
        model.quantizer(codes, (0.25, zero, 8, *out), "Trunc", **attributes)
        wanted = trunc(quant(x, 0.25, zero, 8), 0.25, zero, 8, *out, rounding_mode=mode)
        yield Case(model.build(trunc=len(out)), x, wanted, formats=("qcdq", "qdq", "qop"))


def negative_scales():
    """Of weights; ONNX Runtime is the judge. Scales are powers of two, so that no sum is rounded."""
    kind = TensorProto.INT8
    for scale, zero, axis in ((-0.0625, 0, {}), ([0.0625, -0.03125, 0, 0.125], [0] * 4, {"axis": 1}),
                              ([0.0625, -0.03125, 0, 0.125], [1, 2, -128, 4], {"axis": 1})):
        for low in (-127, -128):  # -128 has no negative
            model = Model((3, 5))
            codes = RNG.integers(low, 128, (5, 4))
            codes[0] = low
            w = model.node("DequantizeLinear", [model.constant(codes, kind), model.constant(scale), model.constant(zero, kind)], **axis)
            model.pair(model.node("MatMul", [model.pair("x", 0.5, 128), w]), 4, 100)
            yield Case(model.build(), grid((3, 5), 0.2))
    model = Model((2, 8))
    parameters = [model.constant(np.where(RNG.random((2, 4)) < 0.3, 0, RNG.choice([0.25, -0.125], (2, 4)))),
                  model.constant(RNG.integers(-8, 8, (2, 4)), TensorProto.INT4)]
    w = model.node("DequantizeLinear", [model.constant(RNG.integers(-8, 8, (8, 4)), TensorProto.INT4), *parameters],
                   axis=0, block_size=4)
    model.node("MatMul", [model.pair("x", 0.5, 128), w])
    # Without Clip, or small types, nothing says that codes in 8 bits have 4.
    yield Case(model.build(), grid((2, 8), 0.2), formats=("qonnx", "qcdq", "qop"))


def negative_operators():
    """QLinearConv and QGemm with a bias, whose codes turn around with the weights."""
    scale, zero = [0.0625, -0.03125, 0.125], [0, 0, 0]
    for low in (-127, -128):
        model = Model((1, 2, 5, 5), 17)
        x = [model.constant(0.5), model.constant(128, TensorProto.UINT8)]
        y = [model.constant(4), model.constant(100, TensorProto.UINT8)]
        codes = RNG.integers(low, 128, (3, 2, 3, 3))
        codes[:, 0, 0, 0] = low
        w = [model.constant(codes, TensorProto.INT8), model.constant(scale), model.constant(zero, TensorProto.INT8)]
        bias = model.constant(RNG.integers(-900, 900, 3), TensorProto.INT32)
        q = model.node("QuantizeLinear", ["x", *x])
        model.node("DequantizeLinear", [model.node("QLinearConv", [q, *x, *w, *y, bias]), *y])
        yield Case(model.build(), grid((1, 2, 5, 5), 0.2))
    model = Model((4, 6), 17)
    x = [model.constant(0.5), model.constant(128, TensorProto.UINT8)]
    w = [model.constant(RNG.integers(-127, 128, (3, 6)), TensorProto.INT8), model.constant(scale), model.constant(zero, TensorProto.INT8)]
    bias = model.constant(RNG.integers(-900, 900, 3), TensorProto.INT32)
    y = [model.constant(4), model.constant(100, TensorProto.UINT8)]
    q = model.node("QuantizeLinear", ["x", *x])
    model.node("DequantizeLinear", [model.node("QGemm", [q, *x, *w, bias, *y], "com.microsoft", transB=1), *y])
    yield Case(model.build(), grid((4, 6), 0.2))


def small_floats():
    """E2M1, as FloatQuant and as a type; of the same numbers as constants, one scale for each column."""
    numbers = np.float32([0, 0.5, 1, 1.5, 2, 3, 4, 6])
    scale, x = np.float32([0.25, 0.3, 2]), grid((9, 3), 0.01)

    def nearest(v):
        """The nearest number, of two the one whose code is even: 0, 1, 2 and 4 are at even places."""
        distance = np.abs(np.abs(v)[..., None] - numbers)
        best = distance == distance.min(axis=-1, keepdims=True)
        place = np.where(best.sum(axis=-1) > 1, np.argmax(best & (np.arange(8) % 2 == 0), axis=-1), np.argmax(best, axis=-1))
        return np.where(v < 0, -1, 1).astype(np.float32) * numbers[place]

    w = RNG.normal(0, 1, (9, 3)).astype(np.float32)
    model = Model((9, 3), 23)
    parameters = (scale[None], 2, 1, 1, 6)
    attributes = {"has_inf": 0, "has_nan": 0, "has_subnormal": 1, "saturation": 1, "rounding_mode": "ROUND"}
    model.node("Mul", [model.quantizer("x", parameters, "FloatQuant", **attributes),
                       model.quantizer(model.constant(w), parameters, "FloatQuant", **attributes)])
    wanted = (nearest(x / scale) * scale) * (nearest(w / scale) * scale)
    yield Case(model.build(), x, wanted, formats=("qonnx", "qcdq"), runs=False)
    model = Model((9, 3), 23)
    parameters = [model.constant(scale), model.constant(np.zeros(3), TensorProto.FLOAT4E2M1)]
    codes = model.node("QuantizeLinear", ["x", *parameters], axis=1)
    model.node("DequantizeLinear", [codes, *parameters], axis=1)
    yield Case(model.build(), x, nearest(x / scale) * scale, formats=("qonnx", "qcdq"), runs=False)


FAMILIES = (widths_of_elements, widths_of_weights, shapes, signs, truncations, small_floats, negative_scales,
            negative_operators)


def run_onnxruntime(path, x):
    return open_session(path).run(None, {"x": x})[0]


def describe(found, wanted, tolerance):
    """How they differ, or an empty string."""
    found = np.asarray(found, np.float64).reshape(wanted.shape) if np.size(found) == wanted.size else found
    if np.shape(found) != wanted.shape:
        return f"expected shape {wanted.shape}, found {np.shape(found)}"
    far = ~(np.abs(found - wanted) <= tolerance * np.maximum(1, np.abs(wanted)))
    if not far.any():
        return ""
    at = tuple(int(i) for i in np.argwhere(far)[0])
    return f"{int(far.sum())} of {far.size} differ, expected {wanted[at]}, found {found[at]} at {at}"


def check(qcompile, name, case):
    source = qcompile.work / f"{name}.onnx"
    onnx.save(case.model, source)
    wanted = case.wanted if case.wanted is not None else run_onnxruntime(source, case.x)
    failures = []

    def hold(what, compute):
        try:
            problem = describe(compute(), wanted, case.tolerance)
        except Exception as error:  # one form that fails must not hide the others
            problem = f"{type(error).__name__}: {error}"
        if problem:
            failures.append(f"{name}, {what}: {problem}"[:500])

    for options in (["--backend=reference", "--stage=import"], ["--backend=reference", "--stage=normalise"],
                    ["--backend=reference"], ["--backend=cpu"]):
        hold(" ".join(options), lambda: judging.only_output(qcompile.run(source, case.x, *options)[1]))
    for target in case.formats:
        files, code, message = travel(qcompile, source, [target, "qonnx" if target != "qonnx" else "qcdq"] * 2, qcompile.work, 8)
        if code:
            failures.append(f"{name}, to {target}: {message}")
            continue
        for file in files[:2]:
            hold(file.name, lambda: judging.only_output(qcompile.run(file, case.x, "--backend=reference", "--stage=import")[1]))
            if case.runs and "qonnx" not in file.name:
                hold(f"{file.name} in ONNX Runtime", lambda: run_onnxruntime(file, case.x))
        if files[1].read_bytes() != files[3].read_bytes():
            failures.append(f"{name}, to {target}: the second return has other bytes")
    return failures


def judge(run):
    for family in FAMILIES:
        if run.arguments.only and family.__name__ not in run.arguments.only.split(","):
            continue
        cases = list(family())
        failures = [f for i, case in enumerate(cases) for f in check(run.qcompile, f"{family.__name__}_{i}", case)]
        run.note([[family.__name__, len(cases), len(failures)]], failures)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--only", default="", help="families, separated by commas"),
               heads=["family", "models", "failures"])
