#!/usr/bin/env python3
"""Writes models that are too large to ship: for compile time, memory and accumulator widths.

mobilenet_w4a4      MobileNet v1, 224x224, 4.2 million parameters, 4-bit weights and activations
resnet18_float      ResNet-18, 224x224, 11.7 million float parameters, for compression
sparse_784_w2a2     one 784-64 layer of 2-bit weights and inputs, 62 % of the weights zero
external            3.2 GB of float weights in a file beside the model, half of them quantized to 4 bits; the file is sparse

usage: make_large_models.py FOLDER [NAME...]

The weights come from a fixed seed. Statistics of the norms follow from the variances that the weights and
independent operands give, so that activations are spread over their levels.
"""

import math
import pathlib
import sys

import numpy as np
import onnx

from qonnx_builder import Builder, Quantizer

BITS = 4
TOP = 2 ** BITS - 1
RELU_RANGE = 2.5          # what the largest activation code stands for: norms give a spread of 1
RELU_MEAN_SQUARE = 0.5    # of a rectified standard normal
# Channels and strides of the thirteen depthwise-separable blocks.
BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))


def norm(builder, source, channels, variance):
    """A norm that brings values of that variance to a spread near 1; one factor in eight is negative."""
    signs = np.where(np.arange(channels) % 8 == 3, -1.0, 1.0)
    random = builder.random
    return builder.batch_norm(source, signs * random.uniform(0.8, 1.2, channels),
                              random.normal(0, 0.1 * math.sqrt(variance), channels),
                              variance * random.uniform(0.8, 1.2, channels), random.normal(0, 0.2, channels))


def convolution(builder, source, inputs, outputs, kernel, stride=1, groups=1, mean_square=RELU_MEAN_SQUARE):
    """Convolution with one weight scale per channel, norm, ReLU and quantizer."""
    fan_in = inputs // groups * kernel ** 2
    values = builder.random.normal(0, 1 / math.sqrt(fan_in), (outputs, inputs // groups, kernel, kernel))
    scale = np.abs(values).max(axis=(1, 2, 3), keepdims=True) / (2 ** (BITS - 1) - 1)
    weight = builder.weight(None, Quantizer(scale, BITS, narrow=True), values)
    source = builder.node("Conv", [source, weight], group=groups, kernel_shape=[kernel] * 2,
                          pads=[kernel // 2] * 4, strides=[stride] * 2)
    source = builder.node("Relu", [norm(builder, source, outputs, mean_square)])
    return builder.quant(source, Quantizer(RELU_RANGE / TOP, BITS, signed=False))


def mobilenet(name):
    builder = Builder(name, [1, 3, 224, 224], "image")
    source = builder.quant("image", Quantizer(1 / 127, 8))
    source = convolution(builder, source, 3, 32, 3, stride=2, mean_square=1 / 3)
    channels = 32
    for outputs, stride in BLOCKS:
        source = convolution(builder, source, channels, channels, 3, stride, channels)
        source = convolution(builder, source, channels, outputs, 1)
        channels = outputs
    source = builder.node("GlobalAveragePool", [source])
    source = builder.node("Flatten", [builder.quant(source, Quantizer(1 / 128, 8, signed=False))])
    weight = Quantizer(0.02, BITS, narrow=True)
    weight = builder.weight(None, weight, builder.random.normal(0, 0.05, (channels, 1000)))
    return builder.output(builder.node("MatMul", [source, weight]), [1, 1000]).model()


def sparse_layer(name, inputs=784, outputs=64, zeros=0.62):
    builder = Builder(name, [1, inputs])
    source = builder.quant("x", Quantizer(0.25, 2, signed=False))
    values = np.where(builder.random.uniform(size=(inputs, outputs)) < 0.5, -1.0, 1.0)
    for column in values.T:  # exactly that share in every column
        column[builder.random.permutation(inputs)[:round(zeros * inputs)]] = 0.0
    weight = builder.weight(None, Quantizer(0.5, 2, narrow=True), values / 2)
    source = builder.node("MatMul", [source, weight])
    source = builder.quant(builder.node("Relu", [source]), Quantizer(1.0, 2, signed=False))
    return builder.output(source, [1, outputs]).model()


def float_convolution(builder, source, inputs, outputs, kernel, stride=1, mean_square=RELU_MEAN_SQUARE):
    """Convolution and norm."""
    values = builder.random.normal(0, 1 / math.sqrt(inputs * kernel ** 2), (outputs, inputs, kernel, kernel))
    source = builder.node("Conv", [source, builder.constant(values)], kernel_shape=[kernel] * 2,
                          pads=[kernel // 2] * 4, strides=[stride] * 2)
    return norm(builder, source, outputs, mean_square)


def residual_block(builder, source, inputs, outputs, stride):
    """Two 3x3 convolutions beside the identity, or beside a 1x1 one where the shape changes."""
    inner = builder.node("Relu", [float_convolution(builder, source, inputs, outputs, 3, stride)])
    inner = float_convolution(builder, inner, outputs, outputs, 3)
    if stride != 1 or inputs != outputs:
        source = float_convolution(builder, source, inputs, outputs, 1, stride)
    return builder.node("Relu", [builder.node("Add", [inner, source])])


def resnet18(name):
    builder = Builder(name, [1, 3, 224, 224], "image")
    source = builder.node("Relu", [float_convolution(builder, "image", 3, 64, 7, 2, 1 / 3)])
    source = builder.node("MaxPool", [source], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for outputs, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for stride in (first, 1):
            source = residual_block(builder, source, channels, outputs, stride)
            channels = outputs
    source = builder.node("Flatten", [builder.node("GlobalAveragePool", [source])])
    weight = builder.constant(builder.random.normal(0, 0.05, (channels, 1000)))
    return builder.output(builder.node("MatMul", [source, weight]), [1, 1000]).model(import_custom=False)


# Layers of the external model: square matrices of this many rows.
EXTERNAL_LAYERS, EXTERNAL_ROWS = 12, 8192


def write_external(folder):
    """Writes the model and its sparse data file. Returns its path, and name and number of weights that are not zero of
    every layer: each has a row of ones, and every second one quantizes them with a scale per column."""
    rows, path, expected = EXTERNAL_ROWS, folder / "external.onnx", []
    builder = Builder("external", [1, rows])
    source, size = "x", rows * rows * 4
    with open(path.with_suffix(".data"), "wb") as data:
        data.truncate(EXTERNAL_LAYERS * size)
        for layer in range(EXTERNAL_LAYERS):
            data.seek(layer * size + layer * rows * 4)
            data.write(np.ones(rows, np.float32).tobytes())
            weight = f"w{layer}"
            tensor = onnx.TensorProto(name=weight, data_type=onnx.TensorProto.FLOAT, dims=[rows, rows],
                                      data_location=onnx.TensorProto.EXTERNAL)
            for key, value in (("location", path.with_suffix(".data").name), ("offset", layer * size), ("length", size)):
                tensor.external_data.add(key=key, value=str(value))
            builder.initializers.append(tensor)
            if layer % 2:
                scale = np.where(np.arange(rows) % 4 == 0, 4.0, 0.25)[None, :]
                weight = builder.quant(weight, Quantizer(scale, BITS))
            source = builder.node("MatMul", [source, weight], name=f"layer{layer}")
            # 1 / 4 is code 0.
            expected.append((f"layer{layer}", rows * 3 // 4 if layer % 2 else rows))
    onnx.save(builder.output(source, [1, rows]).model(), path)
    return path, expected


MODELS = {"mobilenet_w4a4": mobilenet, "resnet18_float": resnet18, "sparse_784_w2a2": sparse_layer}


def main():
    folder, *names = sys.argv[1:] or ["-"]
    if folder.startswith("-") or not set(names) <= MODELS.keys() | {"external"}:
        sys.exit(__doc__.strip())
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or MODELS:
        if name == "external":
            print(write_external(folder)[0])
            continue
        model = MODELS[name](name)
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{name}.onnx")
        print(f"{name}: {sum(math.prod(t.dims) for t in model.graph.initializer)} stored numbers, "
              f"{(folder / f'{name}.onnx').stat().st_size} bytes")


if __name__ == "__main__":
    main()
