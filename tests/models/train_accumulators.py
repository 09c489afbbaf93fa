#!/usr/bin/env python3
"""Trains a digit classifier for narrow accumulators (A2Q+) and exports it as QONNX.

The weights of every layer are constrained while it trains so that no sum needs more than ACCUMULATOR_BITS bits:
zero-centred weights of a bounded norm, rounded towards zero (Brevitas' quantizer after I. Colbert, A. Pappalardo,
J. Petri-Koenig and Y. Umuroglu, "A2Q+: Improving Accumulator-Aware Weight Quantization", 2024). Data, split and
schedule are those of train.py.
"""

import argparse
import pathlib

import brevitas.nn as qnn
import onnx
import torch
from brevitas.quant import Int8AccumulatorAwareZeroCenterWeightQuant, Uint8ActPerTensorFloat
from onnx import numpy_helper
from torch import nn

from train import SEED, accuracy, export, load_split, mix_norm_signs, plain, train

WEIGHT_BITS = 4
INPUT_BITS = 4
ACCUMULATOR_BITS = 9
PENALTY = 1e-3  # of the norms above their bound, as published


def build():
    """MLP 64-64-64-10: weights and unsigned inputs of 4 bits, sums of ACCUMULATOR_BITS bits."""

    def linear(inputs, outputs, **options):
        return qnn.QuantLinear(inputs, outputs, weight_quant=Int8AccumulatorAwareZeroCenterWeightQuant,
                               weight_bit_width=WEIGHT_BITS,
                               weight_accumulator_bit_width=ACCUMULATOR_BITS, **options)

    def relu():
        return qnn.QuantReLU(act_quant=Uint8ActPerTensorFloat, bit_width=INPUT_BITS,
                             return_quant_tensor=True)

    return nn.Sequential(
        nn.Flatten(),
        qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat, bit_width=INPUT_BITS, return_quant_tensor=True),
        linear(64, 64, bias=False), nn.BatchNorm1d(64), relu(),
        linear(64, 64, bias=False), nn.BatchNorm1d(64), relu(),
        linear(64, 10, bias=True))


def penalty(model, images):
    """What the norms of the weights exceed their bounds by: sum of max(0, g - s T) over all outputs."""
    total, value = 0.0, images
    for layer in model:
        if isinstance(layer, qnn.QuantLinear):
            total = total + norm_excess(layer, value)
        value = layer(value)
    return total, value


def norm_excess(layer, inputs):
    """The penalty of one layer, from the parameters of Brevitas' pre-scaling."""
    pre_scaling = layer.weight_quant.tensor_quant.pre_scaling_impl
    scale = pre_scaling.scaling_impl(pre_scaling.stats_input_view_shape_impl(layer.weight))
    bound = pre_scaling.calc_max_l1_norm(inputs.bit_width, inputs.signed)
    norm = pre_scaling.restrict_clamp_scaling(pre_scaling.value)
    return torch.relu(norm - bound * scale).sum()


def penalized_loss(model, images, labels):
    excess, scores = penalty(model, images)
    return nn.functional.cross_entropy(plain(scores), labels) + PENALTY * excess


def write_quantized_weights(model, images, path):
    """Puts the quantized weights in place of the trained ones in the exported file.

    Brevitas exports the weights before normalisation and centring beside the scale behind them, which gives other codes.
    """
    exported, value = onnx.load(path), images
    for index, layer in enumerate(model):
        if isinstance(layer, qnn.QuantLinear):
            with torch.no_grad():
                weights = layer.quant_weight(value).value.numpy()
            (initializer,) = [i for i in exported.graph.initializer if i.name == f"{index}.weight"]
            initializer.CopyFrom(numpy_helper.from_array(weights, initializer.name))
        value = layer(value)
    onnx.save(exported, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--epochs", type=int, default=150)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    train_images, test_images, train_labels, test_labels = load_split()
    torch.manual_seed(SEED)
    model = build()
    mix_norm_signs(model)
    train(model, torch.from_numpy(train_images), torch.from_numpy(train_labels), arguments.epochs, penalized_loss)
    correct = accuracy(model, torch.from_numpy(test_images), torch.from_numpy(test_labels))
    print(f"digits_a2q: {correct} of {len(test_labels)} held-out images in PyTorch")
    path = arguments.out / "digits_a2q.onnx"
    export(model, path)
    write_quantized_weights(model, torch.from_numpy(test_images), path)


if __name__ == "__main__":
    main()
