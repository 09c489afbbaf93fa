#!/usr/bin/env python3
"""Generated quantized operators (the standard's and ONNX Runtime's own) against ONNX Runtime, its optimizer off.

ONNX Runtime multiplies 32-bit sums, or lookups, by float32 numbers of its own; we read the real numbers that codes stand for and
round once. Codes may differ where the real quotient lies on a rounding border: every one that differs is held against the
quotient in double precision, and counted. Anything else is a failure.
"""

import collections
import dataclasses
import typing

import numpy as np
import onnx
from onnx import TensorProto, helper

import frame
from cases import merge
from plain_runtime import compute

MICROSOFT = "com.microsoft"
# How far from a border, in steps relative to the quotient, two ways of rounding may differ.
BORDER = 2.0 ** -18


@dataclasses.dataclass
class Case:
    """An operator, its operands, and the real quotient of its result as float64 (None: the result is a float or exact)."""

    op_type: str
    inputs: list
    real: typing.Optional[np.ndarray]
    attributes: dict = dataclasses.field(default_factory=dict)
    domain: str = ""
    output: int = TensorProto.UINT8
    tolerance: float = 0.0
    casts: bool = False  # the sums go to a Cast to float32

    def nodes(self, prefix):
        names = [f"{prefix}in{i}" for i in range(len(self.inputs))]
        result = f"{prefix}sum" if self.casts else f"{prefix}out"
        yield helper.make_node(self.op_type, names, [result], name=f"{prefix}node", domain=self.domain, **self.attributes)
        if self.casts:
            yield helper.make_node("Cast", [result], [f"{prefix}out"], name=f"{prefix}cast", to=TensorProto.FLOAT)


@dataclasses.dataclass
class Coded:
    codes: np.ndarray
    scale: np.ndarray
    zero: np.ndarray

    @property
    def real(self):
        return self.scale.astype(np.float64) * (self.codes.astype(np.float64) - self.zero.astype(np.float64))

    @property
    def operands(self):
        return [self.codes, self.scale.ravel() if self.scale.ndim else self.scale,
                self.zero.ravel() if self.zero.ndim else self.zero]


def coded(rng, shape, kind=None, channels=None):
    """Codes of `kind`; with `channels` (a shape), scales and zero points along it."""
    kind = kind or [np.uint8, np.int8][rng.integers(2)]
    info = np.iinfo(kind)
    scale = rng.uniform(0.004, 0.1, channels or ()).astype(np.float32)
    zero = rng.integers(info.min, info.max + 1, channels or ()).astype(kind)
    return Coded(rng.integers(info.min, info.max + 1, shape).astype(kind), scale, zero)


def result(rng, kind, reach):
    """Scale and zero point under which reals of about `reach` have codes."""
    info = np.iinfo(kind)
    scale = np.float32(reach / 127 * rng.uniform(0.5, 2))
    return scale, kind(rng.integers(info.min // 2, info.max // 2 + 1))


def finish(rng, op_type, operands, real, kind, **more):
    scale, zero = result(rng, kind, np.abs(real).max() + 1e-3)
    quotient = real / np.float64(scale) + np.float64(zero)
    output = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    return scale, zero, Case(op_type, [*operands, scale, zero], quotient, output=output, **more)


def simple(rng, op_type, function, operands):
    kind = operands[0].codes.dtype.type
    real = function(*[o.real for o in operands])
    return finish(rng, op_type, [i for o in operands for i in o.operands], real, kind, domain=MICROSOFT)[2]


def q_add(rng):
    a = coded(rng, (2, 3, 4))
    return simple(rng, "QLinearAdd", np.add, [a, coded(rng, (3, 4), a.codes.dtype.type)])


def q_mul(rng):
    a = coded(rng, (2, 3, 4))
    return simple(rng, "QLinearMul", np.multiply, [a, coded(rng, (4,), a.codes.dtype.type)])


def q_sigmoid(rng):
    return simple(rng, "QLinearSigmoid", lambda x: 1 / (1 + np.exp(-x)), [coded(rng, (3, 8))])


def q_leaky(rng):
    case = simple(rng, "QLinearLeakyRelu", lambda x: np.where(x < 0, np.float32(0.1) * x, x), [coded(rng, (3, 8))])
    case.attributes["alpha"] = 0.1
    return case


def q_global_pool(rng):
    last = int(rng.integers(2))
    x = coded(rng, (2, 5, 4, 3) if last else (2, 3, 5, 4))
    case = simple(rng, "QLinearGlobalAveragePool",
                  lambda v: v.mean(axis=(1, 2) if last else (2, 3), keepdims=True), [x])
    case.attributes["channels_last"] = last
    return case


def q_concat(rng):
    parts = [coded(rng, (2, n, 3)) for n in (1, 2, 4)]
    kind = parts[0].codes.dtype.type
    parts = [parts[0], *[coded(rng, p.codes.shape, kind) for p in parts[1:]]]
    real = np.concatenate([p.real for p in parts], axis=1)
    scale, zero, case = finish(rng, "QLinearConcat", [], real, kind, domain=MICROSOFT, attributes={"axis": 1})
    case.inputs = [scale, zero, *[i for p in parts for i in p.operands]]
    return case


def q_where(rng):
    x = coded(rng, (2, 3, 4))
    y = coded(rng, (3, 1), x.codes.dtype.type)
    condition = rng.random((2, 1, 4)) < 0.5
    case = finish(rng, "QLinearWhere", [], np.where(condition, x.real, y.real), x.codes.dtype.type, domain=MICROSOFT)[2]
    case.inputs = [condition, *x.operands, *y.operands, *case.inputs]
    return case


def window_means(x, kernel, strides, pads, ceil, count_pads):
    """Means over windows of the last two dimensions; with `count_pads`, of all that a window covers."""
    counts = []
    for d in range(2):
        extent = x.shape[d + 2]
        free = extent + pads[d] + pads[d + 2] - kernel[d]
        steps = -(-free // strides[d]) if ceil else free // strides[d]
        counts.append(steps + 1 - (ceil and steps * strides[d] >= extent + pads[d]))
    out = np.zeros((*x.shape[:2], *counts))
    for i, j in np.ndindex(*counts):
        top, left = i * strides[0] - pads[0], j * strides[1] - pads[1]
        window = x[:, :, max(top, 0):top + kernel[0], max(left, 0):left + kernel[1]]
        elements = kernel[0] * kernel[1] if count_pads else window.shape[2] * window.shape[3]
        out[:, :, i, j] = window.sum((2, 3)) / elements
    return out


def q_average_pool(rng):
    last, ceil, count_pads = (int(rng.integers(2)) for _ in range(3))
    x = coded(rng, (2, 3, int(rng.integers(4, 8)), int(rng.integers(4, 8))))
    kernel, strides = rng.integers(2, 4, 2).tolist(), rng.integers(1, 4, 2).tolist()
    pads = [int(rng.integers(k)) for k in kernel * 2]
    real = window_means(x.real, kernel, strides, pads, ceil, count_pads)
    if last:
        x.codes, real = np.moveaxis(x.codes, 1, 3), np.moveaxis(real, 1, 3)
    attributes = {"kernel_shape": kernel, "strides": strides, "pads": pads, "ceil_mode": ceil, "count_include_pad": count_pads,
                  "channels_last": last}
    return finish(rng, "QLinearAveragePool", x.operands, real, x.codes.dtype.type, domain=MICROSOFT, attributes=attributes)[2]


def q_softmax(rng):
    """Steps of one over an integer, or of what becomes one."""
    x = coded(rng, (2, 3, 4))
    axis, opset = int(rng.integers(-3, 3)), [11, 13][rng.integers(2)]
    scale = np.float32(1 / [256, 255, 100.7][rng.integers(3)])
    zero = x.codes.dtype.type(-128 if x.codes.dtype == np.int8 else 0)
    rows = x.real.reshape(int(np.prod(x.codes.shape[:axis])), -1) if opset < 13 else np.moveaxis(x.real, axis, -1)
    scores = np.exp(rows - rows.max(-1, keepdims=True))
    scores /= scores.sum(-1, keepdims=True)
    scores = scores.reshape(x.real.shape) if opset < 13 else np.moveaxis(scores, -1, axis)
    quotient = scores * np.floor(np.float32(1) / scale) + np.float64(zero)
    return Case("QLinearSoftmax", [*x.operands, scale, zero], quotient, {"axis": axis, "opset": opset}, MICROSOFT,
                helper.np_dtype_to_tensor_dtype(x.codes.dtype))


def weight_operands(rng, k, n):
    """Codes, scales and zero points, one for all or one per column."""
    columns = (n,) if rng.random() < 0.5 else None
    b = coded(rng, (k, n), np.int8, columns)
    if rng.random() < 0.5:
        b.zero = np.zeros_like(b.zero)
    return b


def integer_to_float(rng):
    k, n = int(rng.integers(2, 40)), 5
    a, b = coded(rng, (3, k), np.uint8), weight_operands(rng, k, n)
    inputs = [a.codes, b.codes, a.scale, b.scale, a.zero, b.zero]
    if rng.random() < 0.5:
        inputs.append(rng.normal(0, 1, n).astype(np.float32))
    return Case("MatMulIntegerToFloat", inputs, None, {}, MICROSOFT, TensorProto.FLOAT)


def dynamic_product(rng):
    k, n = int(rng.integers(2, 40)), 5
    b = weight_operands(rng, k, n)
    inputs = [rng.normal(0, 1, (3, k)).astype(np.float32), b.codes, b.scale, b.zero]
    if rng.random() < 0.5:
        inputs.append(rng.normal(0, 1, n).astype(np.float32))
    return Case("DynamicQuantizeMatMul", inputs, None, {}, MICROSOFT, TensorProto.FLOAT)


def q_gemm(rng):
    transposed = int(rng.integers(2))
    per_column = rng.random() < 0.5
    m, k, n = 3, int(rng.integers(2, 40)), 5
    a = coded(rng, (m, k), np.uint8)
    channels = None if not per_column else (n, 1) if transposed else (1, n)
    b = coded(rng, (n, k) if transposed else (k, n), np.int8, channels)
    b.zero = np.zeros_like(b.zero)
    bias = rng.integers(-2000, 2000, (n,)).astype(np.int32)
    real = a.real @ (b.real.T if transposed else b.real)
    real = real + bias * (np.float64(a.scale) * b.scale.astype(np.float64).ravel())
    operands = [*a.operands, *b.operands, bias]
    attributes = {"transB": transposed, "alpha": 1.0, "transA": 0}
    if rng.random() < 0.3:
        return Case("QGemm", operands, None, attributes, MICROSOFT, TensorProto.FLOAT, tolerance=1e-5)
    return finish(rng, "QGemm", operands, real, np.uint8, attributes=attributes, domain=MICROSOFT)[2]


def q_matmul(rng):
    a = coded(rng, (2, 3, int(rng.integers(2, 40))))
    b = coded(rng, (a.codes.shape[2], 4), np.int8)
    return finish(rng, "QLinearMatMul", a.operands + b.operands, a.real @ b.real, a.codes.dtype.type)[2]


def q_conv(rng):
    """A kernel as large as its input, so that the real sums are products of matrices."""
    x = coded(rng, (2, 3, 3, 2), np.uint8)
    w = coded(rng, (4, 3, 3, 2), np.int8, (4, 1, 1, 1) if rng.random() < 0.6 else None)
    w.zero = np.zeros_like(w.zero)
    bias = rng.integers(-2000, 2000, (4,)).astype(np.int32)
    real = x.real.reshape(2, -1) @ w.real.reshape(4, -1).T
    real = real + bias * (np.float64(x.scale) * np.broadcast_to(w.scale.ravel(), 4).astype(np.float64))
    case = finish(rng, "QLinearConv", x.operands + w.operands, real.reshape(2, 4, 1, 1), np.uint8)[2]
    case.inputs.append(bias)
    return case


def q_conv_last(rng):
    """The operator of ONNX Runtime's own domain: channels last."""
    case = q_conv(rng)
    case.domain = MICROSOFT
    if rng.random() < 0.8:
        case.attributes["channels_last"] = 1
        case.inputs[0] = np.moveaxis(case.inputs[0], 1, 3)
        case.real = np.moveaxis(case.real, 1, 3)
    return case


def nhwc_max_pool(rng):
    x = coded(rng, (2, int(rng.integers(4, 8)), int(rng.integers(4, 8)), 3))
    kernel = rng.integers(2, 4, 2).tolist()
    attributes = {"kernel_shape": kernel, "strides": rng.integers(1, 4, 2).tolist(),
                  "pads": [int(rng.integers(k)) for k in kernel * 2], "ceil_mode": int(rng.integers(2))}
    return Case("NhwcMaxPool", [x.codes], None, attributes, MICROSOFT, helper.np_dtype_to_tensor_dtype(x.codes.dtype))


def fused_matmul(rng):
    a, b = rng.normal(0, 1, (2, 3, 4)).astype(np.float32), rng.normal(0, 1, (2, 4, 5)).astype(np.float32)
    turns = rng.integers(2, size=2).tolist()
    inputs = [np.swapaxes(m, 1, 2).copy() if turn else m for m, turn in zip((a, b), turns)]
    attributes = {"transA": turns[0], "transB": turns[1], "alpha": float(rng.choice([1.0, 0.3]))}
    return Case("FusedMatMul", inputs, None, attributes, MICROSOFT, TensorProto.FLOAT, tolerance=1e-5)


def matmul_integer(rng):
    a, b = coded(rng, (3, 20), np.uint8), coded(rng, (20, 4), np.int8)
    return Case("MatMulInteger", [a.codes, b.codes, a.zero, np.int8(0)], None, output=TensorProto.FLOAT, casts=True)


def conv_integer(rng):
    x, w = coded(rng, (1, 2, 5, 4), np.uint8), coded(rng, (3, 2, 2, 2), np.uint8)
    return Case("ConvInteger", [x.codes, w.codes, x.zero, w.zero], None, {"pads": [1, 0, 0, 1], "strides": [2, 1]},
                output=TensorProto.FLOAT, casts=True)


def n_bits(rng):
    k, n, block = 64, 5, [16, 32][rng.integers(2)]
    codes = rng.integers(0, 16, (n, k))
    packed = (codes[:, 0::2] | codes[:, 1::2] << 4).astype(np.uint8).reshape(n, k // block, block // 2)
    # ONNX Runtime's symmetric quantizer makes negative scales, and 0 for blocks of zeros.
    scales = (rng.uniform(0.01, 0.1, (n, k // block)) * rng.choice([-1, 0, 1, 1], (n, k // block))).astype(np.float32)
    inputs = [rng.normal(0, 1, (3, k)).astype(np.float32), packed, scales.ravel()]
    if rng.random() < 0.5:
        zeros = rng.integers(0, 16, (n, k // block))
        padded = np.pad(zeros, ((0, 0), (0, zeros.shape[1] % 2)))
        inputs.append((padded[:, 0::2] | padded[:, 1::2] << 4).astype(np.uint8).ravel())
    return Case("MatMulNBits", inputs, None, {"K": k, "N": n, "bits": 4, "block_size": block}, MICROSOFT,
                TensorProto.FLOAT, tolerance=1e-5)


GENERATORS = ((q_add, 40), (q_mul, 40), (q_sigmoid, 20), (q_leaky, 20), (q_global_pool, 40), (q_concat, 30), (q_where, 20),
              (q_average_pool, 60), (q_softmax, 40), (integer_to_float, 30), (dynamic_product, 30), (q_gemm, 40),
              (q_matmul, 40), (q_conv, 40), (q_conv_last, 30), (nhwc_max_pool, 20), (fused_matmul, 10),
              (matmul_integer, 20), (conv_integer, 20), (n_bits, 30))


def compare(case, found, expected):
    """How many codes differ on borders, and a message where others do."""
    if found is None:
        return 0, "no such output"
    found = found.reshape(expected.shape)
    if case.tolerance:
        worst = np.max(np.abs(found - expected) / np.maximum(1, np.abs(expected)))
        return 0, "" if worst <= case.tolerance else f"differs by {worst:.3g}"
    differing = found != expected
    if not differing.any():
        return 0, ""
    if case.real is None:
        return 0, f"{differing.sum()} elements differ"
    quotient = case.real.reshape(expected.shape)[differing]
    distance = np.abs(quotient - np.floor(quotient) - 0.5)
    far = distance > BORDER * np.maximum(np.abs(quotient), 256)
    steps = np.abs(found.astype(int) - expected.astype(int))[differing]
    if far.any() or steps.max() > 1:
        at = int(np.argmax(far))
        return 0, (f"{far.sum()} codes differ off the borders: {found[differing][at]} and {expected[differing][at]} "
                   f"for {quotient[at]}")
    return int(differing.sum()), ""


def check(qcompile, cases, stage, totals):
    """The failures of cases at one stage."""
    model = merge(cases, {"": 17, MICROSOFT: 1})
    expected = compute(model, {"feed": np.zeros(1, np.float32)})
    path = qcompile.work / f"cases_{stage}.onnx"
    onnx.save(model, path)
    _, outputs = qcompile.run(path, np.zeros(1, np.float32), "--backend=reference", f"--stage={stage}")
    failures = []
    for i, case in enumerate(cases):
        borders, problem = compare(case, outputs.get(f"c{i}_out"), expected[f"c{i}_out"])
        if problem:
            failures.append(f"{case.op_type} {case.attributes}, stage {stage}: {problem}")
        total = totals[case.op_type, stage]
        total[0] += 1
        total[1] += expected[f"c{i}_out"].size
        total[2] += borders
    return failures


def judge(run):
    drawn = [generate(run.rng) for generate, count in GENERATORS for _ in range(count)]
    totals = collections.defaultdict(lambda: [0, 0, 0])
    run.failures += check(run.qcompile, drawn, "normalise", totals)
    run.failures += check(run.qcompile, [case for case in drawn if case.domain], "import", totals)
    run.rows = [[*key, *total] for key, total in sorted(totals.items())]


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.SEED, heads=["operator", "stage", "models", "elements", "on borders"])
