#!/usr/bin/env python3
"""Generated models of one QONNX operator each against the operator as qonnx executes it, equal to the bit.

All attributes, forms of parameters and rounding modes are drawn; inputs lie on ties, beyond the range and between. Many
models are one file, with operands as constants, so that the command starts a few times only. Where we differ on purpose, a
case of DIFFERENCES says what qonnx gives, what we give, and why.
"""

import collections
import dataclasses
import typing

import numpy as np
import onnx
from onnx import TensorProto, helper
from qonnx.custom_op.registry import getCustomOp

import frame
from cases import merge

DOMAIN = "qonnx.custom_op.general"
PER_FILE = 250
STAGES = ("import", "normalise")
MODES = ("ROUND", "HALF_EVEN", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN", "round", "Half_Up")
SHAPES = ((6,), (2, 5), (1, 3, 4), (2, 3, 2, 2))


@dataclasses.dataclass
class Case:
    """One operator with its operands, and the operator set version of its domain."""

    op_type: str
    inputs: list
    attributes: dict = dataclasses.field(default_factory=dict)
    version: int = 1
    integers: str = ""  # the annotation that Im2Col wants of its input
    output: typing.ClassVar = TensorProto.FLOAT

    def nodes(self, prefix):
        names = [f"{prefix}in{i}" for i in range(len(self.inputs))]
        return [helper.make_node(self.op_type, names, [f"{prefix}out"], name=f"{prefix}node", domain=DOMAIN,
                                 **self.attributes)]

    def judge(self):
        """What qonnx gives."""
        [node] = self.nodes("")
        graph = helper.make_graph([node], "one", [], [])
        if self.integers:
            annotation = onnx.TensorAnnotation(tensor_name=node.input[0])
            annotation.quant_parameter_tensor_names.add(key="finn_datatype", value=self.integers)
            graph.quantization_annotation.append(annotation)
        context = dict(zip(node.input, self.inputs))
        context["out"] = np.zeros(self.out_shape(), np.float32)
        with np.errstate(all="ignore"):
            getCustomOp(node, self.version).execute_node(context, graph)
        return np.asarray(context["out"])

    def out_shape(self):
        if self.op_type != "QuantAvgPool2d":
            return ()
        shape = list(self.inputs[0].shape)
        spatial = (1, 2) if self.attributes["data_layout"] == "NHWC" else (2, 3)
        for d in spatial:
            shape[d] = (shape[d] - self.attributes["kernel"]) // self.attributes["stride"] + 1
        return tuple(shape)


def power_or_any(rng, shape):
    """Scales: powers of two, whose ties are exact, or any."""
    if rng.random() < 0.5:
        return np.exp2(rng.integers(-5, 3, shape)).astype(np.float32)
    return rng.uniform(0.01, 2, shape).astype(np.float32)


def parameter_shape(rng, shape):
    """A shape that broadcasts against `shape`: one number, several forms of it, or per index of one dimension."""
    kind = rng.integers(0, 4)
    if kind == 0 or not shape:
        return ()
    if kind == 1:
        return (1,)
    if kind == 2:
        return (1,) * len(shape)
    axis = rng.integers(0, len(shape))
    full = [extent if d == axis else 1 for d, extent in enumerate(shape)]
    return tuple(full[axis:]) if rng.random() < 0.5 else tuple(full)


def values(rng, shape, scale, zero, bits):
    """Numbers on ties and on the grid, around the range's ends, and anywhere."""
    reach = 2.0 ** np.minimum(np.max(bits), 12)
    codes = np.round(rng.normal(0, reach * 0.6, shape))
    offset = rng.choice([0, 0.5, -0.5, 0.25, rng.uniform(-0.5, 0.5)], shape)
    return ((codes + offset - np.float32(zero)) * scale).astype(np.float32)


def quant(rng, op_type="Quant"):
    shape = SHAPES[rng.integers(len(SHAPES))]
    scale = power_or_any(rng, parameter_shape(rng, shape))
    zero_shape = parameter_shape(rng, shape)
    choice = rng.random()
    zero = np.zeros(zero_shape) if choice < 0.5 else rng.integers(-20, 20, zero_shape)
    if choice > 0.85:  # a fraction that float32 subtracts exactly
        zero = zero + 0.25 * rng.integers(0, 4, zero_shape)
    bits = rng.integers(1, 13, [(), (1,), (1,) * len(shape)][rng.integers(3)])
    attributes = {"signed": int(rng.integers(0, 2)), "narrow": int(rng.integers(0, 2)),
                  "rounding_mode": MODES[rng.integers(len(MODES))]}
    if rng.random() < 0.1:
        del attributes["rounding_mode"]
    zero = np.asarray(zero, np.float32)
    x = values(rng, shape, scale, zero, bits)
    return Case(op_type, [x, scale, zero, np.asarray(bits, np.float32)], attributes)


def bipolar_quant(rng):
    shape = SHAPES[rng.integers(len(SHAPES))]
    x = rng.choice([0.0, -0.0, 1e-30, -1e-30, 1.0, -1.0, 0.3], shape).astype(np.float32)
    return Case("BipolarQuant", [x, power_or_any(rng, parameter_shape(rng, shape))])


def trunc(rng, version):
    shape = SHAPES[rng.integers(len(SHAPES))]
    in_bits, drop = int(rng.integers(6, 13)), int(rng.integers(0, 5))
    out_bits = max(in_bits - drop, 2)
    scale = np.float32(np.exp2(rng.integers(-4, 3))) if rng.random() < 0.6 else np.float32(rng.uniform(0.01, 2))
    zero = np.float32(rng.integers(-4, 5) if rng.random() < 0.4 else 0)
    codes = rng.integers(-(2 ** (in_bits - 1)), 2 ** (in_bits - 1), shape)
    x = ((codes - zero) * scale).astype(np.float32)
    attributes = {"rounding_mode": MODES[rng.integers(len(MODES))]}
    inputs = [x, scale, zero, np.float32(in_bits)]
    if version == 1:
        return Case("Trunc", [*inputs, np.float32(out_bits)], attributes, 1)
    attributes |= {"signed": int(rng.integers(0, 2)), "narrow": int(rng.integers(0, 2))}
    out_scale = np.float32(scale * 2.0 ** drop)
    return Case("Trunc", [*inputs, out_scale, np.float32(out_bits)], attributes, 2)


def float_quant(rng):
    shape = SHAPES[rng.integers(len(SHAPES))]
    exponent, mantissa = int(rng.integers(1, 6)), int(rng.integers(0, 5))
    bias = 2 ** (exponent - 1) - 1
    largest = (2 - 2.0 ** -mantissa) * 2.0 ** (2 ** exponent - 1 - bias)
    scale = power_or_any(rng, parameter_shape(rng, shape))
    x = (rng.normal(0, 1, shape) * rng.choice([2.0 ** -bias, 0.5, largest], shape) * scale).astype(np.float32)
    saturates = rng.random() < 0.7
    attributes = {"has_inf": int(rng.integers(0, 2)), "has_nan": 1, "has_subnormal": 1, "saturation": int(saturates),
                  "rounding_mode": MODES[rng.integers(len(MODES))]}
    maximum = np.float32(largest if rng.random() < 0.6 else largest * 0.875)
    return Case("FloatQuant", [x, scale, np.float32(exponent), np.float32(mantissa), np.float32(bias), maximum],
                attributes)


def multi_threshold(rng):
    layout = ("NCHW", "NHWC", "NC", "NWC")[rng.integers(4)]
    shape = {"NCHW": (2, 3, 2, 2), "NHWC": (2, 2, 2, 3), "NC": (4, 3), "NWC": (2, 2, 3)}[layout]
    rows = 3 if rng.random() < 0.7 else 1
    count = int(rng.integers(1, 16))
    thresholds = rng.integers(-8, 9, (rows, count)) * np.float32(rng.choice([1, 0.5]))
    if rng.random() < 0.8:
        thresholds = np.sort(thresholds, axis=1)
    x = (rng.integers(-20, 21, shape) * 0.5).astype(np.float32)
    attributes = {"out_dtype": "INT8", "out_scale": float(rng.choice([1, 2, 0.5])),
                  "out_bias": float(rng.integers(-8, 3)), "data_layout": layout}
    return Case("MultiThreshold", [x, thresholds.astype(np.float32)], attributes)


def im2col(rng):
    kernel = [int(k) for k in rng.integers(1, 4, 2)]
    dilations = [int(d) for d in rng.integers(1, 3, 2)]
    pads = [int(p) for p in rng.integers(0, 3, 4)] if rng.random() < 0.7 else [0, 0, 0, 0]
    x = rng.integers(-8, 8, (1, 7, 6, int(rng.integers(1, 4)))).astype(np.float32)
    attributes = {"stride": [int(s) for s in rng.integers(1, 4, 2)], "kernel_size": kernel, "dilations": dilations,
                  "pad_amount": pads, "pad_value": int(rng.integers(-2, 3)), "depthwise": int(rng.integers(0, 2)),
                  "input_shape": str(x.shape)}
    return Case("Im2Col", [x], attributes, integers="INT8")


def xnor(rng):
    k = int(rng.integers(1, 40))
    return Case("XnorPopcountMatMul", [rng.integers(0, 2, (3, k)).astype(np.float32),
                                       rng.integers(0, 2, (k, 4)).astype(np.float32)])


def average_pool(rng):
    layout, bits, signed = ("NCHW", "NHWC")[rng.integers(2)], int(rng.integers(2, 9)), int(rng.integers(0, 2))
    kernel = int(rng.integers(1, 4))
    shape = (2, 3, 6, 7) if layout == "NCHW" else (2, 6, 7, 3)
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2 ** bits)
    attributes = {"stride": int(rng.integers(1, 3)), "kernel": kernel, "ibits": bits, "obits": int(rng.integers(2, 9)),
                  "signed": signed, "data_layout": layout}
    return Case("QuantAvgPool2d", [rng.integers(low, high, shape).astype(np.float32)], attributes)


GENERATORS = (
    (lambda rng: quant(rng), 700),
    (lambda rng: quant(rng, "IntQuant"), 200),
    (bipolar_quant, 100),
    (lambda rng: trunc(rng, 1), 200),
    (lambda rng: trunc(rng, 2), 250),
    (float_quant, 200),
    (multi_threshold, 150),
    (im2col, 100),
    (xnor, 50),
    (average_pool, 50),
)


def differences():
    """Name: case, what qonnx gives, what we give, and why."""
    one, zero = np.float32(1), np.float32(0)
    nan = np.array([np.nan], np.float32)
    below_half = np.nextafter(np.float32(0.5), np.float32(0)).reshape(1)
    two = np.arange(16, dtype=np.float32).reshape(2, 2, 2, 2)
    patches = {"stride": [1, 1], "kernel_size": [2, 2], "input_shape": "(2,2,2,2)"}
    return {
        "not-a-number": (
            Case("Quant", [nan, one, zero, np.float32(4)], {"signed": 1, "narrow": 0}), nan, np.array([-8.0]),
            "NaN has no code: quantizers give the lowest one"),
        "one ulp below a half": (
            Case("Quant", [below_half, one, zero, np.float32(4)],
                 {"signed": 1, "narrow": 0, "rounding_mode": "HALF_UP"}), np.array([1.0]), np.array([0.0]),
            "qonnx adds 0.5 in float32, which rounds to 1; modes act on the number itself"),
        "bit widths per channel": (
            Case("Quant", [np.full((1, 2), 100, np.float32), one, zero, np.array([[3, 5]], np.float32)],
                 {"signed": 1, "narrow": 0}), ValueError, np.array([[3.0, 15.0]]),
            "qonnx takes one bit width only, although its document lets them broadcast"),
        "patches of a batch": (
            Case("Im2Col", [two], patches, integers="INT8"), None, two.reshape(2, 1, 1, 8),
            "qonnx mixes the samples of a batch; patches belong to their own sample"),
    }


def evaluate(qcompile, cases, stage="import"):
    """Our results, in order; a message in place of a result that there is none of."""
    path = qcompile.work / "cases.onnx"
    onnx.save(merge(cases, {"": 13, DOMAIN: cases[0].version}), path)
    try:
        _, outputs = qcompile.run(path, np.zeros(1, np.float32), "--backend=reference", f"--stage={stage}")
        return [outputs[f"c{i}_out"] for i in range(len(cases))]
    except RuntimeError as error:
        if len(cases) == 1:
            return [str(error)]
        half = len(cases) // 2
        return evaluate(qcompile, cases[:half], stage) + evaluate(qcompile, cases[half:], stage)


def compare(found, expected):
    if isinstance(found, str):
        return found
    if found.shape == (1, *expected.shape):  # the command stacks what has no dimension for its one sample
        found = found[0]
    if found.shape != expected.shape:
        return f"expected shape {expected.shape}, found {found.shape}"
    expected = expected.astype(np.float32)
    # Both zeros are one number here, as in qonnx's own tests.
    if np.array_equal(found, expected, equal_nan=True):
        return None
    at = tuple(np.argwhere(~((found == expected) | (np.isnan(found) & np.isnan(expected))))[0])
    return f"expected {expected[at]!r}, found {found[at]!r} at {at}"


def check_differences(qcompile):
    failures = []
    for name, (case, theirs, ours, reason) in differences().items():
        try:
            judged = case.judge()
        except ValueError:
            judged = ValueError
        if theirs is ValueError or judged is ValueError:
            if theirs is not judged:
                failures.append(f"{name}: expected qonnx to refuse it, or not to")
        elif theirs is not None and compare(judged, theirs):
            failures.append(f"{name}: qonnx no longer gives {theirs}")
        elif theirs is None and not compare(judged, ours):
            failures.append(f"{name}: qonnx gives what we give, so this is no difference any more")
        problem = compare(evaluate(qcompile, [case])[0], ours)
        if problem:
            failures.append(f"{name}: {problem}")
        print(f"differs on purpose: {name}: {reason}")
    return failures


def judge(run):
    drawn = [generate(run.rng) for generate, count in GENERATORS for _ in range(count)]
    counts = collections.Counter(case.op_type for case in drawn)
    for version in (1, 2):
        group = [case for case in drawn if case.version == version]
        for start in range(0, len(group), PER_FILE):
            batch = group[start:start + PER_FILE]
            for case, *found in zip(batch, *[evaluate(run.qcompile, batch, stage) for stage in STAGES]):
                expected = case.judge()
                for stage, ours in zip(STAGES, found):
                    if problem := compare(ours, expected):
                        parameters = [np.asarray(i).tolist() for i in case.inputs[1:]]
                        run.failures.append(f"{case.op_type} {case.attributes} {parameters}, stage {stage}: {problem}"[:400])
    run.failures += check_differences(run.qcompile)
    run.rows = sorted(counts.items())
    print(f"{len(drawn)} models, {len(run.failures)} failures")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.SEED, heads=["operator", "models"])
