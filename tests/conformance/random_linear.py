"""Layers with weights, and products of two activations, for the random graph generator."""

import dataclasses
import math

from random_core import MAX_ELEMENTS, Quantizer, Value, top_code


def weight(graph, shape, output_axis):
    """A quantized weight tensor with one scale or one per index of `output_axis`; its name and typical magnitude."""
    if graph.has("bipolar", 0.2):
        scale = graph.scale_near(0.5)
        latent = graph.builder.constant(graph.random.uniform(-1, 1, shape), "weight")
        return graph.builder.bipolar(latent, scale), scale
    quantizer, top = draw_weight_quantizer(graph, shape, output_axis)
    name = graph.builder.weight(shape, quantizer, graph.random.uniform(-top, top, shape))
    return name, top * 0.6


def draw_weight_quantizer(graph, shape, output_axis):
    """The quantizer and the largest magnitude of the values it keeps."""
    bits = graph.choice(graph.profile.bits)
    signed = not graph.has("weight_unsigned", 0.1)
    narrow = bits > 1 and graph.chance(0.6)
    zero = float(graph.integer(-1, 2)) if bits > 2 and graph.has("weight_zero_points", 0.15) else 0.0
    quantizer = Quantizer(graph.scale_near(1.0 / 2 ** (bits - 1)), bits, signed, narrow, zero)
    top = top_code(quantizer) * quantizer.scale
    if output_axis is not None and graph.has("weight_channels", 0.5):
        sides = [1] * len(shape)
        sides[output_axis] = shape[output_axis]
        scale = graph.per_channel(quantizer.scale, shape[output_axis]).reshape(sides)
        quantizer = dataclasses.replace(quantizer, scale=scale)
    return quantizer, top


def bias(graph, outputs, size):
    """Nothing, a plain vector, or one quantized at a scale of its own."""
    if not graph.has("bias", 0.4):
        return []
    vector = graph.builder.constant(graph.on_grid(graph.random.normal(0, size / 2, outputs)), "bias")
    if graph.has("bias_quantized", 0.5):
        quantizer = Quantizer(graph.scale_near(size / graph.choice((50, 777))), graph.choice((8, 16, 32)))
        vector = graph.builder.quant(vector, quantizer)
    return [vector]


def divisors(number):
    return [d for d in range(1, number + 1) if number % d == 0]


def span(kernel, dilation):
    return dilation * (kernel - 1) + 1


def draw_padding(graph, value, kernel, strides, dilations, limit=None):
    """Padding attributes and the extents of a window operation's input with its border, or None if nothing fits.

    `limit`: the largest border per dimension; pools may not have windows without a real element.
    """
    spans = [span(k, d) for k, d in zip(kernel, dilations)]
    # ONNX Runtime refuses SAME with dilations, and with strides that skip elements.
    plain = max(dilations) == 1 and all(s <= p for s, p in zip(strides, spans))
    kinds = ("VALID", "SAME_UPPER", "SAME_LOWER") if plain else ("VALID",)
    kind = graph.choice(kinds) if graph.has("auto_pad", 0.2) else None
    if kind == "VALID" or not graph.allows("pads"):
        extents = list(value.space)
        attributes = {"auto_pad": "VALID"} if kind else {}
    elif kind:
        extents = [max(e, (math.ceil(e / s) - 1) * s + p) for e, s, p in zip(value.space, strides, spans)]
        attributes = {"auto_pad": kind}
    else:
        symmetric = graph.chance(0.5)
        most = [min(p - 1, 2) if limit is None else min(limit, k - 1) for p, k in zip(spans, kernel)]
        low = [graph.integer(0, m) for m in most]
        high = low if symmetric else [graph.integer(0, m) for m in most]
        extents = [e + a + b for e, a, b in zip(value.space, low, high)]
        attributes = {"pads": [*low, *high]}
    return (attributes, extents) if all(e >= p for e, p in zip(extents, spans)) else None


def window(graph, value, largest=3):
    """Kernel, strides and dilations."""
    kernel = [graph.integer(1, min(largest, e)) for e in value.space]
    strides = [graph.integer(1, 2) if graph.has("stride", 0.4) else 1 for _ in value.space]
    dilations = [graph.integer(1, 2) if graph.has("dilation", 0.25) else 1 for _ in value.space]
    return kernel, strides, dilations


def conv(graph, value, keep_shape=False, outputs=None):
    """`Conv` with everything that it can have; `keep_shape` for the body of a residual block.

    `outputs`: their number, where the caller wants another one than that of a block or a drawn one.
    """
    kernel, strides, dilations = window(graph, value)
    if keep_shape:
        kernel = [graph.choice((1, 3)) for _ in value.space] if graph.allows("pads") else [1] * len(value.space)
        strides, dilations = [1] * len(kernel), [1] * len(kernel)
        pads = [k // 2 for k in kernel]
        padding = {"pads": [*pads, *pads]}, [e + 2 * p for e, p in zip(value.space, pads)]
    else:
        padding = draw_padding(graph, value, kernel, strides, dilations)
    if padding is None:
        return None
    attributes, extents = padding
    groups = graph.choice(divisors(value.channels)) if outputs is None and graph.has("groups", 0.4) else 1
    if outputs is None:
        outputs = value.channels if keep_shape else draw_outputs(graph, groups, value.channels)
    spans = [span(k, d) for k, d in zip(kernel, dilations)]
    shape = [value.shape[0], outputs, *((e - p) // s + 1 for e, p, s in zip(extents, spans, strides))]
    taps = value.channels // groups * math.prod(kernel)
    tensor, typical = weight(graph, (outputs, value.channels // groups, *kernel), 0)
    size = value.size * typical * math.sqrt(taps)
    return graph.node("Conv", [value, tensor, *bias(graph, outputs, size)], shape, size, group=groups,
                      kernel_shape=kernel, strides=strides, dilations=dilations, **attributes)


def draw_outputs(graph, groups, inputs):
    """A multiple of the groups; depthwise layers mostly keep their channels or double them."""
    if groups == inputs and graph.chance(0.7):
        return groups * (graph.integer(1, 2) if groups <= graph.profile.max_channels else 1)
    return groups * max(1, graph.integer(1, graph.profile.max_channels) // groups)


def conv_transpose(graph, value):
    strides = [graph.integer(1, 3) for _ in value.space]
    kernel = [graph.integer(1, 4) for _ in value.space]
    dilations = [graph.integer(1, 2) if graph.has("dilation", 0.2) else 1 for _ in value.space]
    spans = [span(k, d) for k, d in zip(kernel, dilations)]
    groups = graph.choice(divisors(value.channels)) if graph.has("groups", 0.3) else 1
    outputs = draw_outputs(graph, groups, value.channels)
    full = [(e - 1) * s + p for e, s, p in zip(value.space, strides, spans)]
    attributes = {}
    if graph.has("auto_pad", 0.15) and all(p >= s for p, s in zip(spans, strides)):
        attributes["auto_pad"] = graph.choice(("SAME_UPPER", "SAME_LOWER"))
        extents = [e * s for e, s in zip(value.space, strides)]
    else:
        low = [graph.integer(0, min(2, (f - 1) // 2)) for f in full]
        high = low if graph.chance(0.5) else [graph.integer(0, min(2, (f - 1) // 2)) for f in full]
        extra = [graph.integer(0, s - 1) if graph.chance(0.4) else 0 for s in strides]
        attributes["pads"], attributes["output_padding"] = [*low, *high], extra
        extents = [f - a - b + x for f, a, b, x in zip(full, low, high, extra)]
    shape = [value.shape[0], outputs, *extents]
    if math.prod(shape) > MAX_ELEMENTS:
        return None
    tensor, typical = weight(graph, (value.channels, outputs // groups, *kernel), 1)
    taps = value.channels // groups * math.prod(kernel) / math.prod(strides)
    size = value.size * typical * math.sqrt(max(1.0, taps))
    return graph.node("ConvTranspose", [value, tensor, *bias(graph, outputs, size)], shape, size, group=groups,
                      kernel_shape=kernel, strides=strides, dilations=dilations, **attributes)


def matmul(graph, value, outputs=None):
    """A product along the last dimension: `MatMul`, with the bias behind it, or `Gemm` where the rank allows it."""
    inputs = value.shape[-1]
    outputs = outputs or graph.integer(1, 3 * graph.profile.max_channels)
    shape = (*value.shape[:-1], outputs)
    if len(value.shape) == 2 and graph.has("gemm", 0.5):
        return gemm(graph, value, outputs)
    # What varies along the last dimension and what a norm brings along the second one have no common axis.
    free = len(value.shape) == 2 or graph.allows("mixed_axes")
    tensor, typical = weight(graph, (inputs, outputs), 1 if free else None)
    size = value.size * typical * math.sqrt(inputs)
    result = graph.node("MatMul", [value, tensor], shape, size)
    vector = bias(graph, outputs, size) if free else []
    return graph.node("Add", [result, *vector], shape, size) if vector else result


def gemm(graph, value, outputs):
    inputs, transposed = value.shape[1], graph.chance(0.6)
    tensor, typical = weight(graph, (outputs, inputs) if transposed else (inputs, outputs), 0 if transposed else 1)
    size = value.size * typical * math.sqrt(inputs)
    factors = {}
    if graph.has("gemm_factors", 0.2):
        factors = {"alpha": graph.choice((0.75, 2.0)), "beta": graph.choice((1.25, 0.5))}
    return graph.node("Gemm", [value, tensor, *bias(graph, outputs, size)], (value.shape[0], outputs), size,
                      transB=int(transposed), **factors)


def attention(graph, value):
    """softmax-free attention over [N, T, F]: products of activations with batch dimensions, quantized between."""
    batch, steps, _ = value.shape
    width = graph.integer(2, 5)
    query, key, carried = (graph.quantize(matmul(graph, value, width)) for _ in range(3))
    turned = graph.move("Transpose", key, shape=(batch, width, steps), perm=[0, 2, 1])
    scores = graph.node("MatMul", [query, turned], (batch, steps, steps),
                        query.size * key.size * math.sqrt(width))
    if graph.has("softmax", 0.3):
        scores = Value(graph.builder.node("Softmax", [scores.name], axis=-1), scores.shape, 1.0 / math.sqrt(steps))
    scores = graph.quantize(scores)
    return graph.node("MatMul", [scores, carried], (batch, steps, width),
                      scores.size * carried.size * math.sqrt(steps))
