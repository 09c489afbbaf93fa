"""Quantized layers that train in PyTorch and write themselves as QONNX nodes, in the form that Brevitas exports.

Every layer has `forward`, which computes what the written nodes compute (gradients pass through roundings), and
`write(builder, source)`, which appends its nodes to a `qonnx_builder.Builder` and returns the name of the result.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from qonnx_builder import Quantizer

BIPOLAR_SCALE = 0.125
SPREAD_QUANTILE = 0.995  # share of the values that a freshly calibrated quantizer does not clip
MAX_QUANTILE_VALUES = 1 << 20


class RoundThrough(torch.autograd.Function):
    """Rounding, ties to even, with the gradient of the identity."""

    @staticmethod
    def forward(_context, value):
        return torch.round(value)

    @staticmethod
    def backward(_context, gradient):
        return gradient


class SignThrough(torch.autograd.Function):
    """-1 or +1 (for zero too), with the gradient of a clip to [-1, 1]."""

    @staticmethod
    def forward(context, value):
        context.save_for_backward(value)
        return torch.where(value >= 0, 1.0, -1.0)

    @staticmethod
    def backward(context, gradient):
        (value,) = context.saved_tensors
        return gradient * (value.abs() <= 1)


def floats(tensor):
    return tensor.detach().numpy().astype(np.float32)


class Activation(nn.Module):
    """`Quant`, behind a `Relu` if `relu`. The scale is learned, starting from the first data that pass."""

    def __init__(self, bits, relu=True, power_of_two=False):
        super().__init__()
        self.bits, self.signed, self.relu, self.power_of_two = bits, not relu, relu, power_of_two
        self.low = -2 ** (bits - 1) if self.signed else 0
        self.high = 2 ** (bits - 1) - 1 if self.signed else 2 ** bits - 1
        self.scale_parameter = nn.Parameter(torch.zeros(()))

    def scale(self):
        scale = self.scale_parameter.abs()
        if not self.power_of_two:
            return scale
        return torch.exp2(RoundThrough.apply(torch.log2(scale)))

    def start(self, value):
        """Places the levels so that the first data use all of them."""
        sizes = value.detach().abs().flatten()
        sizes = sizes[::max(1, len(sizes) // MAX_QUANTILE_VALUES)]
        with torch.no_grad():
            self.scale_parameter.copy_(torch.quantile(sizes[sizes > 0], SPREAD_QUANTILE) / self.high)

    def forward(self, value):
        value = functional.relu(value) if self.relu else value
        if self.scale_parameter == 0:
            self.start(value)
        scale = self.scale()
        return RoundThrough.apply(torch.clamp(value / scale, self.low, self.high)) * scale

    def write(self, builder, source):
        if self.relu:
            source = builder.node("Relu", [source])
        return builder.quant(source, Quantizer(floats(self.scale()), self.bits, self.signed))


class Sign(nn.Module):
    """`BipolarQuant` with scale 1."""

    def forward(self, value):
        return SignThrough.apply(value)

    def write(self, builder, source):
        return builder.bipolar(source)


class Weight(nn.Module):
    """A weight tensor and its quantizer: symmetric and narrow, bipolar for one bit.

    `channel_axis` is the dimension with one scale per index, None for a single scale.
    """

    def __init__(self, shape, bits, channel_axis, fan_in):
        super().__init__()
        self.bits, self.channel_axis = bits, channel_axis
        bound = 0.3 if bits == 1 else 1 / math.sqrt(fan_in)
        self.latent = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

    def scale(self):
        """The largest magnitude gets the largest code; ternary weights clip it, so that fewer become zero."""
        sizes = self.latent.detach().abs()
        if self.bits == 2:
            return self.reduce(sizes, torch.mean) * 1.5
        return self.reduce(sizes, torch.amax) / (2 ** (self.bits - 1) - 1)

    def reduce(self, sizes, function):
        if self.channel_axis is None:
            return function(sizes)
        others = [d for d in range(sizes.dim()) if d != self.channel_axis]
        return function(sizes, dim=others, keepdim=True)

    def forward(self):
        if self.bits == 1:
            return SignThrough.apply(self.latent) * BIPOLAR_SCALE
        high = 2 ** (self.bits - 1) - 1
        scale = self.scale()
        return RoundThrough.apply(torch.clamp(self.latent / scale, -high, high)) * scale

    def write(self, builder):
        latent = builder.constant(floats(self.latent), "weight")
        if self.bits == 1:
            return builder.bipolar(latent, BIPOLAR_SCALE)
        return builder.quant(latent, Quantizer(floats(self.scale()), self.bits, True, True))


class Convolution(nn.Module):
    """`Conv` without bias on quantized weights."""

    def __init__(self, inputs, outputs, kernel, bits, stride=1, padding=0, groups=1, per_channel=False):
        super().__init__()
        self.kernel, self.stride, self.padding, self.groups = kernel, stride, padding, groups
        shape = (outputs, inputs // groups, kernel, kernel)
        self.weight = Weight(shape, bits, 0 if per_channel else None, inputs // groups * kernel ** 2)

    def forward(self, value):
        return functional.conv2d(value, self.weight(), None, self.stride, self.padding, 1, self.groups)

    def write(self, builder, source):
        return builder.node("Conv", [source, self.weight.write(builder)], dilations=[1, 1], group=self.groups,
                            kernel_shape=[self.kernel] * 2, pads=[self.padding] * 4, strides=[self.stride] * 2)


class TransposedConvolution(nn.Module):
    """`ConvTranspose` without bias; output extents are `stride` times the input's."""

    def __init__(self, inputs, outputs, kernel, bits, stride, per_channel=False):
        super().__init__()
        self.kernel, self.stride = kernel, stride
        self.padding = (kernel - stride + 1) // 2
        self.output_padding = 2 * self.padding - (kernel - stride)
        self.weight = Weight((inputs, outputs, kernel, kernel), bits, 1 if per_channel else None,
                             inputs * kernel ** 2 // stride ** 2)

    def forward(self, value):
        return functional.conv_transpose2d(value, self.weight(), None, self.stride, self.padding,
                                           self.output_padding)

    def write(self, builder, source):
        return builder.node("ConvTranspose", [source, self.weight.write(builder)], dilations=[1, 1], group=1,
                            kernel_shape=[self.kernel] * 2, pads=[self.padding] * 4, strides=[self.stride] * 2,
                            output_padding=[self.output_padding] * 2)


class Linear(nn.Module):
    """`Gemm` on quantized weights; the optional bias is quantized to 16 bits at a scale of its own."""

    def __init__(self, inputs, outputs, bits, per_channel=False, bias_scale=None):
        super().__init__()
        self.weight = Weight((outputs, inputs), bits, 0 if per_channel else None, inputs)
        self.bias_scale = bias_scale
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias_scale else None

    def forward(self, value):
        if self.bias is None:
            return functional.linear(value, self.weight())
        return functional.linear(value, self.weight(),
                                 RoundThrough.apply(self.bias / self.bias_scale) * self.bias_scale)

    def write(self, builder, source):
        inputs = [source, self.weight.write(builder)]
        if self.bias is not None:
            bias = builder.constant(floats(self.bias), "bias")
            inputs.append(builder.quant(bias, Quantizer(np.float32(self.bias_scale), 16)))
        return builder.node("Gemm", inputs, transB=1)


class Norm(nn.Module):
    """`BatchNormalization`; every second factor starts negative, and training keeps the signs."""

    def __init__(self, channels, momentum=0.1):
        super().__init__()
        self.inner = nn.BatchNorm1d(channels, momentum=momentum)
        with torch.no_grad():
            self.inner.weight[1::2] *= -1

    def forward(self, value):
        if value.dim() == 2:
            return self.inner(value)
        return self.inner(value.flatten(2)).reshape(value.shape)

    def write(self, builder, source):
        inner = self.inner
        return builder.batch_norm(source, floats(inner.weight), floats(inner.running_mean),
                                  floats(inner.running_var), floats(inner.bias), inner.eps)


class OutputScale(nn.Module):
    """A learned factor and offset for all scores, as `Mul` and `Add`: the last layer of CNV."""

    def __init__(self, factor):
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))
        self.offset = nn.Parameter(torch.tensor(0.01))

    def forward(self, value):
        return value * self.factor + self.offset

    def write(self, builder, source):
        source = builder.node("Mul", [source, builder.constant(floats(self.factor), "factor")])
        return builder.node("Add", [source, builder.constant(floats(self.offset), "offset")])


class MaxPool(nn.Module):
    def forward(self, value):
        return functional.max_pool2d(value, 2)

    def write(self, builder, source):
        return builder.node("MaxPool", [source], kernel_shape=[2, 2], strides=[2, 2])


class GlobalMean(nn.Module):
    """The mean over all pixels, as `ReduceMean` without the reduced dimensions."""

    def forward(self, value):
        return value.mean((2, 3))

    def write(self, builder, source):
        axes = builder.constant([2, 3], "axes", np.int64)
        return builder.node("ReduceMean", [source, axes], keepdims=0)


class AverageTrunc(nn.Module):
    """An average whose sum is cut to the bits of the operand: `AveragePool`, `Mul`, `Trunc`, as Brevitas writes it.

    `activation` is the quantizer before; `side` squared, the number of elements, is a power of two.
    """

    def __init__(self, activation, side):
        super().__init__()
        self.activation, self.side = [activation], side  # in a list: a reference, not a part

    def forward(self, value):
        scale = self.activation[0].scale()
        codes = functional.avg_pool2d(value, self.side) * self.side ** 2 / scale
        floored = torch.floor(torch.round(codes) / self.side ** 2)
        codes = codes / self.side ** 2
        # The scale of a truncated sum is the operand's: `Trunc` drops the factor, and so does the next layer.
        return (codes + (floored - codes).detach()) * scale

    def write(self, builder, source):
        bits = self.activation[0].bits
        source = builder.node("AveragePool", [source], kernel_shape=[self.side] * 2, strides=[self.side] * 2)
        source = builder.node("Mul", [source, builder.constant(float(self.side ** 2), "count")])
        inputs = [source, builder.constant(floats(self.activation[0].scale()), "scale"),
                  builder.constant(0.0, "zero"),
                  builder.constant(float(bits + 2 * int(math.log2(self.side))), "bits"),
                  builder.constant(float(bits), "bits")]
        return builder.node("Trunc", inputs, builder.domain, rounding_mode="FLOOR")


class Flatten(nn.Module):
    """Everything but the batch in one dimension, as the `Reshape` that a `view` becomes."""

    def forward(self, value):
        return value.flatten(1)

    def write(self, builder, source):
        return builder.node("Reshape", [source, builder.constant([1, -1], "shape", np.int64)])


class DepthToSpace(nn.Module):
    """PyTorch's pixel shuffle."""

    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, value):
        return functional.pixel_shuffle(value, self.block)

    def write(self, builder, source):
        return builder.node("DepthToSpace", [source], blocksize=self.block, mode="CRD")


class Enlarge(nn.Module):
    """Nearest-neighbour `Resize` by a whole factor."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, value):
        return functional.interpolate(value, scale_factor=self.factor, mode="nearest")

    def write(self, builder, source):
        factors = builder.constant([1, 1, self.factor, self.factor], "factors")
        return builder.node("Resize", [source, "", factors], mode="nearest", nearest_mode="floor",
                            coordinate_transformation_mode="asymmetric")


class Residual(nn.Module):
    """`after(left(body(x)) + right(shortcut(x)))`; a shared quantizer may be both `left` and `right`."""

    def __init__(self, body, shortcut, left, right, after):
        super().__init__()
        self.body, self.shortcut, self.left, self.right, self.after = body, shortcut, left, right, after

    def forward(self, value):
        return self.after(self.left(self.body(value)) + self.right(self.shortcut(value)))

    def write(self, builder, source):
        left = self.left.write(builder, self.body.write(builder, source))
        right = self.right.write(builder, self.shortcut.write(builder, source))
        return self.after.write(builder, builder.node("Add", [left, right]))


class Chain(nn.Sequential):
    """Layers one behind the other; the empty chain is the identity."""

    def write(self, builder, source):
        for layer in self:
            source = layer.write(builder, source)
        return source
