"""The linear ONNX operations in float64, with what bounds their evaluation in float32 in any order.

A sum is a bilinear form of two operands (a mean has the weights 1 and a divisor). Convolutions and pools walk over
the positions of the kernel: at each, one strided slice of the padded data meets one slice of the weights.
"""

import dataclasses
import itertools
import math

import numpy as np
import onnx

MEANS = ("AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum")
PRODUCTS = ("MatMul", "Gemm", "Conv", "ConvTranspose")
JOINS = ("Add", "Sub")


@dataclasses.dataclass
class Term:
    """One operand: float64 values, and how far each may lie off in float32, None where it cannot."""

    values: np.ndarray
    radius: object = None


@dataclasses.dataclass
class Sum:
    """A sum: exact value, sum of absolute values, effect of the operands' radii, number of additions, and a power of
    two that divides every addend."""

    center: np.ndarray
    size: np.ndarray
    spread: np.ndarray
    count: int
    grain: float


def granularity(values):
    """The largest power of two that divides every value: sums of up to 2^24 of it are exact in float32."""
    mantissa, exponent = np.frexp(values[values != 0])
    if not mantissa.size:
        return np.inf
    integers = np.ldexp(mantissa, 53).astype(np.int64)
    zeros = np.frexp((integers & -integers).astype(np.float64))[1] - 1
    return float(np.ldexp(1.0, int(np.min(exponent - 53 + zeros))))


def attributes_of(node):
    found = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}


def sum_of(node, terms, shape, axes=None):
    """The sum of a linear node whose output has this shape; `axes` are those of a reduction, None for all."""
    if node.op_type in JOINS:
        return join_sum(node, *terms)
    if node.op_type in MEANS:
        return mean_sum(node, terms[0], shape, axes)
    return product_sum(node, terms, shape)


def join_sum(node, a, b):
    sign = -1.0 if node.op_type == "Sub" else 1.0
    center = a.values + sign * b.values
    spread = sum((t.radius for t in (a, b) if t.radius is not None), np.zeros_like(center))
    return Sum(center, np.abs(a.values) + np.abs(b.values), spread, 2, min(granularity(a.values),
                                                                           granularity(b.values)))


def mean_sum(node, term, shape, axes):
    apply, count, divisor = MEAN_FORMS[node.op_type](attributes_of(node), term.values.shape, shape, axes)
    center, size = apply(term.values) / divisor, apply(np.abs(term.values)) / divisor
    spread = np.zeros_like(size) if term.radius is None else apply(term.radius) / divisor
    # A divisor that is no power of two leaves 1/divisor a grain that no sum can have: then nothing is exact.
    return Sum(center, size, spread, count + 1, granularity(term.values) * granularity(1.0 / np.asarray(divisor)))


def product_sum(node, terms, shape):
    attributes = attributes_of(node)
    a, b = terms[:2]
    apply, count = PRODUCT_FORMS[node.op_type](attributes, a.values.shape, b.values.shape, shape)
    alpha, beta = (float(np.float32(attributes.get(key, 1.0))) for key in ("alpha", "beta"))
    center, size = alpha * apply(a.values, b.values), abs(alpha) * apply(np.abs(a.values), np.abs(b.values))
    spread = np.zeros_like(size)
    pairs = ((a.radius, np.abs(b.values)), (np.abs(a.values), b.radius), (a.radius, b.radius))
    for left, right in pairs:
        if left is not None and right is not None:
            spread += abs(alpha) * apply(left, right)
    grain = granularity(a.values) * granularity(b.values) if alpha == beta == 1.0 else 0.0
    if len(terms) > 2:
        addend = beta * terms[2].values
        if node.op_type in ("Conv", "ConvTranspose"):
            addend = addend.reshape(1, -1, *[1] * (len(shape) - 2))
        center, size = center + addend, size + np.abs(addend)
        grain = min(grain, granularity(addend))
    return Sum(center, size, spread, count, grain)


def matmul_form(_attributes, a_shape, _b_shape, _shape):
    return np.matmul, a_shape[-1]


def gemm_form(attributes, a_shape, _b_shape, _shape):
    turn_a, turn_b = attributes.get("transA"), attributes.get("transB")

    def apply(a, b):
        return (a.T if turn_a else a) @ (b.T if turn_b else b)
    return apply, a_shape[0 if turn_a else -1]


def conv_form(attributes, a_shape, b_shape, shape):
    groups, windows = attributes.get("group", 1), Windows(attributes, a_shape, shape, b_shape[2:])

    def apply(a, b):
        result = 0.0
        weights = b.reshape(groups, b.shape[0] // groups, b.shape[1], -1)
        for tap, part in enumerate(windows.slices(a, 0.0)):
            data = part.reshape(len(a), groups, a.shape[1] // groups, -1)
            result = result + weights[..., tap] @ data
        return result.reshape(shape)
    return apply, b_shape[1] * math.prod(b_shape[2:])


def conv_transpose_form(attributes, a_shape, b_shape, shape):
    groups, kernel = attributes.get("group", 1), b_shape[2:]
    rank = len(kernel)
    strides, dilations = (attributes.get(key) or [1] * rank for key in ("strides", "dilations"))
    full = [s * (n - 1) + d * (k - 1) + 1 for s, n, d, k in zip(strides, a_shape[2:], dilations, kernel)]
    extra = attributes.get("output_padding") or [0] * rank
    begins = transposed_begins(attributes, [f + e - n for f, e, n in zip(full, extra, shape[2:])])

    def apply(a, b):
        room = [max(f, p + n) for f, p, n in zip(full, begins, shape[2:])]
        result = np.zeros((*shape[:2], *room))
        data = a.reshape(len(a), groups, a.shape[1] // groups, -1)
        weights = b.reshape(groups, b.shape[0] // groups, b.shape[1], *kernel)
        for tap in itertools.product(*map(range, kernel)):
            part = np.swapaxes(weights[(..., *tap)], 1, 2) @ data
            at = tuple(slice(t * d, t * d + s * (n - 1) + 1, s)
                       for t, d, s, n in zip(tap, dilations, strides, a.shape[2:]))
            result[(..., *at)] += part.reshape(*shape[:2], *a.shape[2:])
        return result[(..., *(slice(p, p + n) for p, n in zip(begins, shape[2:])))]
    return apply, b_shape[0] // groups * math.prod(kernel)


def transposed_begins(attributes, totals):
    """What is cut off at the beginning of each dimension, given what is cut off in all."""
    mode = attributes.get("auto_pad", "NOTSET")
    if mode == "NOTSET" and not attributes.get("output_shape"):
        return (attributes.get("pads") or [0] * 2 * len(totals))[:len(totals)]
    return [max(total, 0) // 2 if mode == "SAME_UPPER" else max(total, 0) - max(total, 0) // 2 for total in totals]


def pool_form(attributes, a_shape, shape, _axes):
    windows = Windows(attributes, a_shape, shape, attributes["kernel_shape"])

    def apply(a):
        return sum(windows.slices(a, 0.0))
    inside = np.ones((1, 1, *a_shape[2:]))
    divisor = sum(windows.slices(inside, 1.0 if attributes.get("count_include_pad") else 0.0))
    return apply, math.prod(attributes["kernel_shape"]), divisor


def global_pool_form(_attributes, a_shape, shape, _axes):
    return reduction(range(2, len(a_shape)), a_shape, shape, True)


def mean_form(attributes, a_shape, shape, axes):
    return reduction(axes, a_shape, shape, True)


def sum_form(attributes, a_shape, shape, axes):
    return reduction(axes, a_shape, shape, False)


def reduction(axes, a_shape, shape, divide):
    axes = tuple(int(axis) % len(a_shape) for axis in (range(len(a_shape)) if axes is None else axes))
    count = math.prod(a_shape[axis] for axis in axes)
    return (lambda a: np.sum(a, axis=axes).reshape(shape)), count, float(count) if divide else 1.0


PRODUCT_FORMS = {"MatMul": matmul_form, "Gemm": gemm_form, "Conv": conv_form, "ConvTranspose": conv_transpose_form}
MEAN_FORMS = {"AveragePool": pool_form, "GlobalAveragePool": global_pool_form, "ReduceMean": mean_form,
              "ReduceSum": sum_form}


class Windows:
    """The geometry of a convolution or pool: data [N, C, ...] of one shape, an output of another."""

    def __init__(self, attributes, a_shape, shape, kernel):
        self.kernel, self.out = list(kernel), list(shape[2:])
        rank = len(self.kernel)
        self.strides, self.dilations = (attributes.get(key) or [1] * rank for key in ("strides", "dilations"))
        # From the first to the last element that a row of windows touches.
        self.reach = [s * (n - 1) + d * (k - 1) + 1
                      for s, n, d, k in zip(self.strides, self.out, self.dilations, self.kernel)]
        self.begins, self.ends = self.pads(attributes, a_shape[2:])

    def pads(self, attributes, sizes):
        rank, mode = len(sizes), attributes.get("auto_pad", "NOTSET")
        if mode in ("SAME_UPPER", "SAME_LOWER"):
            totals = [max(reach - size, 0) for reach, size in zip(self.reach, sizes)]
            halves = [total // 2 for total in totals]
            others = [total - half for total, half in zip(totals, halves)]
            return (halves, others) if mode == "SAME_UPPER" else (others, halves)
        pads = (attributes.get("pads") if mode == "NOTSET" else None) or [0] * 2 * rank
        return pads[:rank], pads[rank:]

    def slices(self, data, padding):
        """The data under each position of the kernel, of the shape of the output. Beyond the padding, where only a
        rounded-up output size reaches, lie zeros (or what is neutral, given a padding that is no number)."""
        width = [(0, 0), (0, 0), *zip(self.begins, self.ends)]
        padded = np.pad(data, width, constant_values=padding)
        missing = [(0, max(0, reach - size)) for reach, size in zip(self.reach, padded.shape[2:])]
        padded = np.pad(padded, [(0, 0), (0, 0), *missing], constant_values=padding if np.isinf(padding) else 0.0)
        for tap in itertools.product(*map(range, self.kernel)):
            at = tuple(slice(t * d, t * d + s * (n - 1) + 1, s)
                       for t, d, s, n in zip(tap, self.dilations, self.strides, self.out))
            yield padded[(..., *at)]


def maxima(node, data, shape):
    """What a MaxPool gives, of float64 values."""
    attributes = attributes_of(node)
    result = np.full(shape, -np.inf)
    for part in Windows(attributes, data.shape, shape, attributes["kernel_shape"]).slices(data, -np.inf):
        np.maximum(result, part, out=result)
    return result
