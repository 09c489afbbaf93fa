"""Pools and operations that only move elements, for the random graph generator.

A layer is a function of graph and value; it gives None, before it has added a node, where it does not apply.
"""

import math

import numpy as np

from random_core import MAX_ELEMENTS
from random_linear import conv, divisors, draw_padding, span, window

RESIZE_COORDINATES = ("half_pixel", "asymmetric", "pytorch_half_pixel", "align_corners", "half_pixel_symmetric")
NEAREST_MODES = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")


def pool_shape(graph, value):
    """Attributes and result shape of a pool, each of whose windows has an element that is no padding."""
    kernel, strides, dilations = window(graph, value)
    padding = draw_padding(graph, value, kernel, strides, dilations, limit=1)
    if padding is None:
        return None
    attributes, extents = padding
    spans = [span(k, d) for k, d in zip(kernel, dilations)]
    lows = attributes.get("pads", [0] * len(kernel))[:len(kernel)]
    if attributes.get("auto_pad", "").startswith("SAME"):
        upper = attributes["auto_pad"] == "SAME_UPPER"
        totals = [a - b for a, b in zip(extents, value.space)]
        lows = [t // 2 if upper else t - t // 2 for t in totals]
    if "auto_pad" not in attributes and graph.has("ceil_mode", 0.3):
        attributes = {**attributes, "ceil_mode": 1}
        counts = [math.ceil((e - p) / s) + 1 for e, p, s in zip(extents, spans, strides)]
        # A window that would start behind the input and its left border is dropped.
        counts = [n - ((n - 1) * s >= e + a) for n, s, e, a in zip(counts, strides, value.space, lows)]
    else:
        counts = [(e - p) // s + 1 for e, p, s in zip(extents, spans, strides)]
    for count, k, s, d, low, extent in zip(counts, kernel, strides, dilations, lows, value.space):
        for position in range(count):
            if not any(0 <= position * s - low + i * d < extent for i in range(k)):
                return None
    attributes = {**attributes, "kernel_shape": kernel, "strides": strides}
    if max(dilations) > 1:
        attributes["dilations"] = dilations
    return attributes, (*value.shape[:2], *counts)


def max_pool(graph, value):
    if len(value.shape) < 3:
        return None
    if graph.chance(0.1):
        return graph.move("GlobalMaxPool", value, shape=(*value.shape[:2], *(1 for _ in value.space)))
    drawn = pool_shape(graph, value)
    return drawn and graph.move("MaxPool", value, shape=drawn[1], **drawn[0])


def average_pool(graph, value):
    """An average; windows at a border count their padding, or do not."""
    if len(value.shape) < 3 or value.quantizer is None:
        return None
    if graph.chance(0.3):
        return global_mean(graph, value)
    drawn = pool_shape(graph, value)
    if drawn is None:
        return None
    attributes, shape = drawn
    bordered = "pads" in attributes or "auto_pad" in attributes or "ceil_mode" in attributes
    if bordered and not graph.allows("average_borders"):
        return None
    if bordered and graph.chance(0.5):
        attributes = {**attributes, "count_include_pad": 1}
    count = 0 if bordered else math.prod(attributes["kernel_shape"])
    return averaged(graph, value, graph.node("AveragePool", [value], shape, value.size, **attributes), count)


def global_mean(graph, value):
    count = math.prod(value.space)
    if graph.chance(0.5):
        result = graph.node("GlobalAveragePool", [value], (*value.shape[:2], *(1 for _ in value.space)), value.size)
    else:
        axes = graph.integers(list(range(2, len(value.shape))), "axes")
        keep = graph.chance(0.5)
        shape = (*value.shape[:2], *(1 for _ in value.space)) if keep else value.shape[:2]
        result = graph.node("ReduceMean", [value, axes], shape, value.size, keepdims=int(keep))
    return averaged(graph, value, result, count)


def averaged(graph, value, result, count):
    """The average as it is, or as the truncated sum that Brevitas writes."""
    if not (count > 1 and graph.has("trunc", 0.3) and graph.can_truncate(value) and not is_bipolar(value)):
        return result
    quantizer = value.quantizer
    total = graph.node("Mul", [result, graph.builder.constant(float(count), "count")], result.shape,
                       value.size * count, quantizer)
    bits = quantizer.bits + math.ceil(math.log2(count))
    return graph.write_trunc(total, quantizer.scale, bits, quantizer.bits)


def is_bipolar(value):
    return value.quantizer.bits == 1 and value.quantizer.signed


def flatten(graph, value):
    if len(value.shape) < 3 or value.elements // value.shape[0] > 200:
        return None
    shape = (value.shape[0], math.prod(value.shape[1:]))
    if graph.chance(0.5):
        return graph.move("Flatten", value, shape=shape, axis=1)
    return reshape_to(graph, value, (*shape[:1], -1), shape)




def reshape_to(graph, value, target, shape):
    """A `Reshape` whose batch is written as the number or, where it may be anything, as 0."""
    first = 0 if graph.symbolic or graph.chance(0.3) else value.shape[0]
    return graph.move("Reshape", value, [graph.integers([first, *target[1:]])], shape)


def reshape(graph, value):
    """Other extents: of a vector channels and positions, of a map another split of channels and positions."""
    total = value.elements // value.shape[0]
    channels = graph.choice([d for d in divisors(total) if d <= 12])
    rest = total // channels
    if len(value.shape) == 4 or (graph.chance(0.4) and rest > 3):
        rows = graph.choice(divisors(rest))
        space = (rows, rest // rows)
    else:
        space = (rest,)
    if max(space) > 24:
        return None
    shape = (value.shape[0], channels, *space)
    target = [*shape[:-1], -1] if graph.chance(0.5) else shape
    return reshape_to(graph, value, target, shape)


def transpose(graph, value):
    rank = len(value.shape)
    if rank < 3:
        return None
    order = [0, *(1 + graph.random.permutation(rank - 1)).tolist()]
    return graph.move("Transpose", value, shape=[value.shape[d] for d in order], perm=order)


def channels_last(graph, value):
    """What a channels-last source does to a map: transposed, perhaps quantized there, and back."""
    if len(value.shape) < 3:
        return None
    rank = len(value.shape)
    there, back = [0, *range(2, rank), 1], [0, rank - 1, *range(1, rank - 1)]
    turned = graph.move("Transpose", value, shape=[value.shape[d] for d in there], perm=there)
    if graph.chance(0.6):
        turned = graph.quantize(turned, graph.draw_quantizer(turned.size))
    return graph.move("Transpose", turned, shape=value.shape, perm=back)


def channel_shuffle(graph, value):
    if len(value.shape) < 3 or value.channels < 4:
        return None
    groups = [d for d in divisors(value.channels) if 1 < d < value.channels]
    if not groups:
        return None
    group = graph.choice(groups)
    split = (value.shape[0], group, value.channels // group, *value.space)
    turned = (split[0], split[2], split[1], *value.space)
    value = reshape_to(graph, value, split, split)
    value = graph.move("Transpose", value, shape=turned, perm=[0, 2, 1, *range(3, len(split))])
    shape = (value.shape[0], group * split[2], *split[3:])
    return reshape_to(graph, value, shape, shape)


def slice_part(graph, value):
    axes = [a for a in range(1, len(value.shape)) if value.shape[a] > 2]
    if not axes:
        return None
    axes = axes if graph.chance(0.4) else [graph.choice(axes)]
    starts, ends, steps, shape = [], [], [], list(value.shape)
    for axis in axes:
        extent = value.shape[axis]
        start, end, step = graph.integer(0, extent // 2), graph.integer(extent // 2 + 1, extent), graph.integer(1, 2)
        shape[axis] = len(range(start, end, step))
        starts.append(start - extent if graph.chance(0.3) else start)
        ends.append(end - extent if graph.chance(0.3) and end < extent else 2 ** 31 if end == extent else end)
        steps.append(step)
    inputs = [graph.integers(v, s) for v, s in ((starts, "starts"), (ends, "ends"), (axes, "axes"), (steps, "steps"))]
    return graph.move("Slice", value, inputs, shape)


def pad(graph, value):
    """A border of zeros, of a constant on the quantizer's grid, or of moved elements."""
    if len(value.shape) < 3 or value.elements > MAX_ELEMENTS // 4:
        return None
    mode = graph.choice(("edge", "reflect", "wrap")) if graph.has("pad_modes", 0.3) else "constant"
    most = [0 if mode == "reflect" and e < 2 else 1 if mode != "constant" or e > 4 else 2 for e in value.space]
    low = [graph.integer(0, m) for m in most]
    high = [graph.integer(0, m) for m in most]
    shape = (*value.shape[:2], *(e + a + b for e, a, b in zip(value.space, low, high)))
    inputs = [graph.integers([0, 0, *low, 0, 0, *high], "pads")]
    if mode == "constant" and graph.chance(0.6):
        inputs.append(graph.builder.constant(border(graph, value), "border"))
    return graph.move("Pad", value, inputs, shape, mode=mode)


def border(graph, value):
    """A pad value: a real number that is one of the quantizer's values, or zero."""
    quantizer = value.quantizer
    if quantizer is None or np.ndim(quantizer.scale) or graph.chance(0.4):
        return 0.0
    if is_bipolar(value):
        return graph.choice((-1.0, 1.0)) * quantizer.scale
    low = quantizer.narrow - 2 ** (quantizer.bits - 1) if quantizer.signed else 0
    code = graph.integer(low, low + 2 ** quantizer.bits - 1 - quantizer.narrow)
    value = (code - quantizer.zero_point) * quantizer.scale
    # Rounded to float32 it may lie beside the grid: exactly read, that is another number.
    return value if value == float(np.float32(value)) or graph.allows("pad_modes") else 0.0


def resize(graph, value):
    """Nearest neighbour: whole factors as exporters write them, or any size under any rule of the operator."""
    if len(value.shape) < 3:
        return None
    axes = list(range(2, len(value.shape)))
    if graph.has("resize_modes", 0.4):
        sizes = [graph.integer(1, 2 * e + 1) for e in value.space]
        if math.prod(sizes) * value.channels * value.shape[0] > MAX_ELEMENTS:
            return None
        inputs = ["", "", graph.integers(sizes, "sizes")]
        return graph.move("Resize", value, inputs, (*value.shape[:2], *sizes), mode="nearest", axes=axes,
                          nearest_mode=graph.choice(NEAREST_MODES),
                          coordinate_transformation_mode=graph.choice(RESIZE_COORDINATES))
    factors = [graph.integer(1, 3) for _ in axes]
    if value.elements * math.prod(factors) > MAX_ELEMENTS:
        return None
    shape = (*value.shape[:2], *(e * f for e, f in zip(value.space, factors)))
    inputs = ["", graph.builder.constant([1.0, 1.0, *factors], "factors")]
    return graph.move("Resize", value, inputs, shape, mode="nearest", nearest_mode="floor",
                      coordinate_transformation_mode="asymmetric")


def depth_to_space(graph, value):
    """Channels that become pixels, behind a convolution that makes enough of them where the value has not."""
    if len(value.shape) != 4:
        return None
    block = graph.integer(2, 3)
    if value.channels % block ** 2:
        if value.quantizer is None or value.elements // value.channels > 80:
            return None
        value = conv(graph, value, keep_shape=True, outputs=block ** 2 * graph.integer(1, 2))
        value = value if graph.allows("late_channels") else graph.activate(value)
    shape = (value.shape[0], value.channels // block ** 2, *(e * block for e in value.space))
    return graph.move("DepthToSpace", value, shape=shape, blocksize=block, mode=graph.choice(("DCR", "CRD")))


def space_to_depth(graph, value):
    if len(value.shape) != 4 or any(e % 2 for e in value.space):
        return None
    shape = (value.shape[0], value.channels * 4, *(e // 2 for e in value.space))
    return graph.move("SpaceToDepth", value, shape=shape, blocksize=2)


def gather(graph, value):
    """Elements at fixed positions, some of them twice, counted from either end."""
    axis = graph.integer(1, len(value.shape) - 1)
    extent = value.shape[axis]
    positions = graph.random.integers(-extent, extent, graph.integer(1, extent))
    shape = (*value.shape[:axis], len(positions), *value.shape[axis + 1:])
    return graph.move("Gather", value, [graph.integers(positions, "positions")], shape, axis=axis)
