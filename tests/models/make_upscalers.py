#!/usr/bin/env python3
"""Writes four upscalers in the manner of ESPCN, which the repository ships, and grey pictures to feed them.

The weights come from a fixed seed: what the models compute does not matter, their structure does. Norms and
quantizers are calibrated on the pictures, so that the activations use all of their levels.
"""

import argparse
import pathlib

import numpy as np
import onnx
import torch

from coloured_digits import SEED, load_pictures
from qonnx_builder import Builder
from quantized_layers import (Activation, Chain, Convolution, DepthToSpace, Enlarge, Norm, TransposedConvolution)

SIDE = 16
SAMPLES = 32


def features(bits):
    """What all have in common: 8-bit grey pictures to 16 channels of `bits` bits."""

    def stage(inputs, outputs, kernel):
        return [Convolution(inputs, outputs, kernel, bits, padding=kernel // 2, per_channel=True),
                Norm(outputs, momentum=None), Activation(bits)]

    return [Activation(8, relu=False, power_of_two=True), *stage(1, 16, 5), *stage(16, 32, 3), *stage(32, 16, 3)]


def subpixel():
    """Three times the size, by channels that become pixels."""
    return Chain(*features(4), Convolution(16, 9, 3, 8, padding=1), DepthToSpace(3), Activation(8, relu=False))


def transposed(stride, kernel, bits):
    """`stride` times the size, by a transposed convolution."""
    return Chain(*features(bits), TransposedConvolution(16, 1, kernel, 8, stride), Activation(8, relu=False))


def enlarged():
    """Twice the size, by repeated pixels and a convolution."""
    return Chain(*features(4), Enlarge(2), Convolution(16, 8, 3, 4, padding=1, per_channel=True),
                 Norm(8, momentum=None), Activation(4), Convolution(8, 1, 3, 8, padding=1),
                 Activation(8, relu=False))


# name: factor of the size, network. One transposed kernel is a multiple of its stride, the other is not.
UPSCALERS = {
    "espcn_subpixel_w4a4": (3, subpixel),
    "espcn_transposed2_w4a4": (2, lambda: transposed(2, 5, 4)),
    "espcn_transposed3_w2a2": (3, lambda: transposed(3, 9, 2)),
    "espcn_resize_w4a4": (2, enlarged),
}


def grey_pictures():
    """Held-out digits without their colours, float32 [N, 1, 16, 16]."""
    _, pictures, _, _ = load_pictures(SIDE)
    return np.mean(pictures[:SAMPLES], axis=1, keepdims=True, dtype=np.float32)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    pictures = grey_pictures()
    np.save(arguments.out / "espcn_inputs.npy", pictures)
    for name, (factor, build) in UPSCALERS.items():
        torch.manual_seed(SEED)
        model = build()
        with torch.no_grad():
            model.train()(torch.from_numpy(pictures))  # one pass sets norms and scales
            result = model.eval()(torch.from_numpy(pictures))
        expected = (1, SIDE * factor, SIDE * factor)
        if tuple(result.shape[1:]) != expected:
            raise RuntimeError(f"{name}: result of shape {tuple(result.shape[1:])}, expected {expected}")
        builder = Builder(name, [1, 1, SIDE, SIDE], "image")
        builder.output(model.write(builder, "image"), [1, *expected])
        written = builder.model()
        onnx.checker.check_model(written)
        onnx.save(written, arguments.out / f"{name}.onnx")
        print(f"{name}: {sum(p.numel() for p in model.parameters())} parameters, "
              f"{len(np.unique(result.numpy()))} different output values")


if __name__ == "__main__":
    main()
