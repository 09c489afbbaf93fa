#!/usr/bin/env python3
"""Trains the convolutional classifiers that the repository ships and writes them as QONNX, with held-out pictures.

Split, seed and the order of additions are fixed, so that one machine type gives one result; see README.md.
"""

import argparse
import pathlib

import numpy as np
import onnx
import torch
from torch import nn

from coloured_digits import SEED, load_pictures
from qonnx_builder import Builder
from quantized_layers import (Activation, AverageTrunc, Chain, Convolution, Flatten, GlobalMean, Linear, MaxPool,
                              Norm, OutputScale, Residual, Sign)

CLASSES = 10
SHIPPED_PICTURES = {16: 100, 32: 40}  # the larger ones take four times the room
BATCH = 64


def cnv(weight_bits, activation_bits, padding):
    """A narrow CNV: three pairs of convolutions, two pools, three matrix products, a scale for all scores.

    `padding` is that of the middle pair; with bipolar activations it brings real zeros between -1 and +1.
    """

    def activation():
        return Sign() if activation_bits == 1 else Activation(activation_bits)

    def convolution(inputs, outputs, pad=0):
        return [Convolution(inputs, outputs, 3, weight_bits, padding=pad), Norm(outputs), activation()]

    def linear(inputs, outputs):
        return [Linear(inputs, outputs, weight_bits), Norm(outputs), activation()]

    side = 1 + 2 * padding
    return Chain(
        Activation(8, relu=False, power_of_two=True),
        *convolution(3, 16), *convolution(16, 16), MaxPool(),
        *convolution(16, 32, padding), *convolution(32, 32, padding), MaxPool(),
        *convolution(32, 32), *convolution(32, 32), Flatten(),
        *linear(32 * side * side, 64), *linear(64, 64), Linear(64, CLASSES, weight_bits), OutputScale(1.0))


def resnet8():
    """ResNet-8 at 4 bits with one weight scale per channel, 8-bit ends.

    Both operands of the first join pass through one quantizer; those of the others have scales of their own.
    """

    def convolution(inputs, outputs, stride=1, kernel=3):
        return [Convolution(inputs, outputs, kernel, 4, stride, kernel // 2, per_channel=True), Norm(outputs)]

    def block(inputs, outputs, stride):
        body = Chain(*convolution(inputs, outputs, stride), Activation(4), *convolution(outputs, outputs))
        left = Activation(4, relu=False)
        if stride == 1:
            return Residual(body, Chain(), left, left, Activation(4))
        shortcut = Chain(*convolution(inputs, outputs, stride, 1))
        return Residual(body, shortcut, left, Activation(4, relu=False), Activation(4))

    return Chain(
        Activation(8, relu=False), Convolution(3, 16, 3, 8, padding=1, per_channel=True), Norm(16), Activation(4),
        block(16, 16, 1), block(16, 32, 2), block(32, 64, 2),
        GlobalMean(), Activation(8, relu=False), Linear(64, CLASSES, 8, per_channel=True, bias_scale=2.0 ** -8))


def depthwise():
    """Depthwise-separable blocks, 4-bit weights and activations; the average is a truncated sum."""

    def block(inputs, outputs, stride):
        return [Convolution(inputs, inputs, 3, 4, stride, 1, inputs, per_channel=True), Norm(inputs), Activation(4),
                Convolution(inputs, outputs, 1, 4, per_channel=True), Norm(outputs), Activation(4)]

    layers = [Activation(8, relu=False), Convolution(3, 16, 3, 4, padding=1, per_channel=True), Norm(16),
              Activation(4), *block(16, 32, 1), *block(32, 64, 2), *block(64, 64, 1), *block(64, 64, 2)]
    return Chain(*layers, AverageTrunc(layers[-1], 4), Flatten(), Linear(64, CLASSES, 4, bias_scale=2.0 ** -8))


NETWORKS = {
    "cnv_w1a1": (32, lambda: cnv(1, 1, padding=1), 60),
    "cnv_w1a2": (32, lambda: cnv(1, 2, padding=0), 50),
    "cnv_w2a2": (32, lambda: cnv(2, 2, padding=0), 40),
    "resnet8_w4a4": (16, resnet8, 25),
    "depthwise_w4a4": (16, depthwise, 25),
}


def train(model, pictures, labels, epochs):
    """Adam with a cosine schedule; shifts by up to an eighth of the picture are the only augmentation."""
    generator = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    loss_function = nn.CrossEntropyLoss()
    reach = pictures.shape[-1] // 8
    model.train()
    with torch.no_grad():
        model(pictures[:256])  # the first data place the levels of the quantizers
    for epoch in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(pictures), generator=generator).split(BATCH):
            down, right = (int(s) for s in torch.randint(-reach, reach + 1, (2,), generator=generator))
            shifted = torch.roll(pictures[batch], (down, right), (2, 3))
            loss = loss_function(model(shifted), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(batch)
        schedule.step()
        print(f"  epoch {epoch + 1}: loss {total / len(pictures):.3f}", flush=True)
    model.eval()


def write(name, model, size, path):
    builder = Builder(name, [1, 3, size, size], "image")
    builder.output(model.write(builder, "image"), [1, CLASSES])
    written = builder.model()
    onnx.checker.check_model(written)
    onnx.save(written, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--only", default="", help="only networks whose name contains this")
    parser.add_argument("--epochs", type=int, help="instead of the number of each network")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    for size, count in SHIPPED_PICTURES.items():
        _, pictures, _, labels = load_pictures(size)
        np.save(arguments.out / f"pictures_{size}_inputs.npy", pictures[:count])
        np.save(arguments.out / f"pictures_{size}_labels.npy", labels[:count])
    for name, (size, build, epochs) in NETWORKS.items():
        if arguments.only not in name:
            continue
        train_pictures, test_pictures, train_labels, test_labels = load_pictures(size)
        torch.manual_seed(SEED)
        model = build()
        train(model, torch.from_numpy(train_pictures), torch.from_numpy(train_labels), arguments.epochs or epochs)
        with torch.no_grad():
            hits = model(torch.from_numpy(test_pictures)).argmax(1).numpy() == test_labels
        print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, PyTorch has {hits.sum()} of "
              f"{len(hits)} held-out pictures right, {hits[:SHIPPED_PICTURES[size]].sum()} of the shipped ones")
        write(name, model, size, arguments.out / f"{name}.onnx")


if __name__ == "__main__":
    main()
