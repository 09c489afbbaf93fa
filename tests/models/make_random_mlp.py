#!/usr/bin/env python3
"""Writes random quantized MLPs: mixed widths, shapes, quantizer attributes, norms and activations.

The same seed gives the same bytes, and a model of one seed does not depend on how many are written.
"""

import argparse
import math

import numpy as np

from qonnx_builder import Builder, ModelFolder, Quantizer, top_code

MODES = ("ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN")


class RandomMlp:
    """Draws one network. `spread` follows the typical size of the values, so that scales fit them."""

    def __init__(self, name):
        self.builder = Builder(name, [1, 1])
        self.random = self.builder.random
        self.spread = 1.0

    def chance(self, probability):
        return self.random.uniform() < probability

    def scale_for(self, bits, signed):
        """A scale under which most values stay inside the range; half are powers of two, to hit ties."""
        levels = 2.0 ** (bits - 1 if signed else bits)
        scale = 2.5 * self.spread / levels * math.exp(self.random.uniform(-0.7, 0.7))
        return 2.0 ** round(math.log2(scale)) if self.chance(0.5) else float(np.float32(scale))

    def quantizer(self):
        """A random activation quantizer; 1-bit codes keep zero point 0 and need two values."""
        bits, signed = int(self.random.randint(1, 9)), self.chance(0.5)
        narrow = self.chance(0.3) and bits > 1
        zero = 0
        if bits > 1 and self.chance(0.3):
            zero = int(self.random.randint(-2 if signed else 0, 3 if signed else 2 ** bits))
        return Quantizer(self.scale_for(bits, signed), bits, signed, narrow, float(zero),
                         MODES[self.random.randint(7)] if self.chance(0.4) else "ROUND")

    def activate(self, source):
        if self.chance(0.15):
            self.spread = 1.0
            return self.builder.bipolar(source, self.scale_for(1, True))
        quantizer = self.quantizer()
        self.spread = min(self.spread, top_code(quantizer) * quantizer.scale)
        return self.builder.quant(source, quantizer)

    def weight(self, rows, columns):
        """A quantized [rows, columns] matrix with one scale or one per column, and its typical size."""
        if self.chance(0.2):
            return self.builder.weight((rows, columns)), 1.0
        bits = int(self.random.randint(1, 9))
        narrow = self.chance(0.6) and bits > 1
        scale = 1.0 / 2 ** (bits - 1)
        if self.chance(0.5):
            scale = (scale * self.random.uniform(0.3, 1.5, (1, columns))).astype(np.float32)
        zero = 1.0 if bits > 2 and self.chance(0.1) else 0.0
        return self.builder.weight((rows, columns), Quantizer(scale, bits, True, narrow, zero)), 0.6

    def linear(self, source, rows, columns):
        weight, size = self.weight(rows, columns)
        self.spread *= size * math.sqrt(rows)
        if self.chance(0.5):
            return self.builder.node("MatMul", [source, weight])
        inputs, transposed = [source, weight], self.chance(0.5)
        if transposed:
            inputs[1] = self.builder.node("Transpose", [weight], perm=[1, 0])
        if self.chance(0.7):
            bias = self.builder.constant(self.random.normal(0, self.spread / 2, columns), "bias")
            if self.chance(0.5):
                bias = self.builder.quant(bias, Quantizer(float(np.float32(self.spread / 50)), 16))
            inputs.append(bias)
        factors = {"alpha": 0.75, "beta": 1.25} if self.chance(0.2) else {}
        return self.builder.node("Gemm", inputs, transB=int(transposed), **factors)

    def norm(self, source, width):
        """Batch norm whose factors have random signs, one in eight of them zero."""
        factors = self.random.uniform(0.5, 1.5, width) * self.random.choice([-1, 1, 1, 0, 1, -1, 1, -1], width)
        means = self.random.normal(0, self.spread / 2, width)
        variances = self.spread ** 2 * self.random.uniform(0.5, 2.0, width)
        self.spread = 1.0
        return self.builder.batch_norm(source, factors, means, variances, self.random.normal(0, 0.3, width))

    def bend(self, source):
        kind = self.random.randint(4)
        if kind == 0:
            return self.builder.node("Relu", [source])
        if kind == 1:
            bounds = [self.builder.constant(-self.spread), self.builder.constant(self.spread)]
            return self.builder.node("Clip", [source, *bounds])
        return source

    def draw(self):
        widths = [int(w) for w in self.random.randint(1, 40, self.random.randint(2, 6))]
        self.builder.inputs[0].type.tensor_type.shape.dim[1].dim_value = widths[0]
        source = self.activate("x")
        for index, (rows, columns) in enumerate(zip(widths, widths[1:])):
            source = self.linear(source, rows, columns)
            last = index == len(widths) - 2
            if last and self.chance(0.6):
                break
            if self.chance(0.6):
                source = self.norm(source, columns)
            source = self.activate(self.bend(source))
        return self.builder.output(source, [1, widths[-1]]).model()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="seed of the first model")
    parser.add_argument("--count", type=int, default=1, help="how many models, with consecutive seeds")
    parser.add_argument("--out", required=True, help="folder for the models and manifest.json")
    arguments = parser.parse_args()
    folder = ModelFolder(arguments.out)
    for seed in range(arguments.seed, arguments.seed + arguments.count):
        name = f"random_mlp_{seed}"
        folder.good(name, RandomMlp(name).draw(), "all backends give the evaluator's codes", -2.0, 2.0, 1 / 64)
    folder.write_manifest()
    print(f"{arguments.count} models in {arguments.out}")


if __name__ == "__main__":
    main()
