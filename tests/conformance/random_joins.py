"""Forks and joins for the random graph generator: residuals, gates, concatenations, splits."""

import math

import numpy as np

from random_core import Value
from random_linear import conv, matmul, weight


def join_quantizer(graph, value):
    """What the other operand of a join is quantized with: the same levels, levels 2^n apart, or any."""
    quantizer = value.quantizer
    if quantizer is None or np.ndim(quantizer.scale) or graph.has("join_scales", 0.5):
        return None
    if quantizer.bits == 1:
        return graph.draw_quantizer(value.size, bits=graph.integer(2, 4))
    return quantizer


def body(graph, value):
    """One or two layers that keep the shape; the last sum is left as it is."""
    result = None
    for _ in range(graph.integer(1, 2)):
        source = value if result is None else graph.activate(result)
        result = (conv(graph, source, keep_shape=True) if len(value.shape) > 2 else
                  matmul(graph, source, value.shape[-1]))
    return result


def join(graph, left, right, ops=("Add", "Add", "Add", "Sub", "Mul")):
    op = graph.choice(ops)
    if graph.chance(0.3) and left.shape == right.shape:
        left, right = right, left
    size = left.size * right.size if op == "Mul" else math.hypot(left.size, right.size)
    result = graph.node(op, [left, right], left.shape, size)
    # A product of two values is integers through the quantizer behind it only.
    return graph.quantize(result) if op == "Mul" and graph.profile.name == "core" else result


def residual(graph, value):
    """`value + body(value)`: codes of equal or of different scales, or a bare sum with codes."""
    result = body(graph, value)
    if graph.has("norm", 0.5):
        result = graph.norm(result)
    if not graph.has("join_sums", 0.2):
        result = graph.quantize(result, join_quantizer(graph, value))
    if graph.chance(0.3):
        value = graph.quantize(value, result.quantizer if result.quantizer and graph.chance(0.7)
                               and np.ndim(result.quantizer.scale) == 0 and result.quantizer.bits > 1 else None)
    return join(graph, value, result)


def twins(graph, value):
    """One value at two different levels, joined, or the value and another input."""
    other = value
    if graph.has("two_inputs", 0.2):
        other = graph.input(value.shape, -2.0, 2.0, 1 / 64)
    return join(graph, graph.quantize(value), graph.quantize(other))


def siamese(graph, value):
    """The same quantized weights on two differently quantized values."""
    pair = [graph.quantize(value), graph.quantize(value)]
    if len(value.shape) == 2:
        tensor, typical = weight(graph, (value.channels, value.channels), 1)
        op, attributes = "MatMul", {}
    else:
        tensor, typical = weight(graph, (value.channels, value.channels, *(1 for _ in value.space)), 0)
        op, attributes = "Conv", {"kernel_shape": [1 for _ in value.space]}
    size = value.size * typical * math.sqrt(value.channels)
    pair = [graph.quantize(graph.node(op, [v, tensor], v.shape, size, **attributes)) for v in pair]
    return join(graph, *pair)


def gate(graph, value):
    """Squeeze and excite: every channel times a number in [0, 1] that follows from its mean."""
    if len(value.shape) != 4:
        return None
    mean = graph.node("GlobalAveragePool", [value], (*value.shape[:2], 1, 1), value.size)
    factors = conv(graph, graph.quantize(mean), keep_shape=True)
    if graph.allows("sigmoid"):
        factors = graph.node("Sigmoid", [factors], factors.shape, 0.6)
    return join(graph, value, graph.quantize(factors), ("Mul",))


def concat(graph, value):
    """The value and one or two branches of it, one behind the other."""
    parts = [value]
    for _ in range(graph.integer(1, 2)):
        part = body(graph, value)
        if value.quantizer is not None and not graph.has("join_sums", 0.2):
            part = graph.quantize(part, join_quantizer(graph, value))
        parts.append(part)
    axis = graph.integer(1, len(value.shape) - 1)
    return concatenated(graph, parts, axis)


def concatenated(graph, parts, axis):
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    quantizers = {id(part.quantizer): part.quantizer for part in parts}
    common = next(iter(quantizers.values())) if len(quantizers) == 1 else None
    result = graph.node("Concat", parts, shape, max(part.size for part in parts), common, axis=axis)
    # A concatenation of codes is as good as codes: what follows may use it so, and need not quantize it again.
    coded = all(part.quantizer is not None and np.ndim(part.quantizer.scale) == 0 for part in parts)
    return graph.quantize(result) if not coded or (common is None and graph.chance(0.5)) else result


def split(graph, value):
    """Parts along one dimension; each goes its way, then they meet again."""
    axes = [a for a in range(1, len(value.shape)) if value.shape[a] > 1]
    if not axes:
        return None
    axis = graph.choice(axes)
    extents = draw_extents(graph, value.shape[axis])
    parts = split_parts(graph, value, axis, extents)
    parts = [graph.quantize(part) if graph.has("join_scales", 0.3) else part for part in parts]
    if len(parts) == 2 and extents[0] == extents[1] and graph.chance(0.5):
        return join(graph, parts[0], parts[-1])
    kept = [parts[i] for i in graph.random.permutation(len(parts))]
    return concatenated(graph, kept, axis)


def draw_extents(graph, extent):
    """Two or three parts, equal ones half of the time where that is possible."""
    if extent % 2 == 0 and graph.chance(0.5):
        return [extent // 2] * 2
    first = graph.integer(1, extent - 1)
    rest = extent - first
    return [first, rest] if rest < 2 or graph.chance(0.5) else [first, 1, rest - 1]


def split_parts(graph, value, axis, extents):
    names = graph.nodes("Split", [value.name, graph.integers(extents, "extents")], len(extents), axis=axis)
    shapes = [(*value.shape[:axis], e, *value.shape[axis + 1:]) for e in extents]
    return [Value(name, shape, value.size, value.quantizer) for name, shape in zip(names, shapes)]
