#!/usr/bin/env python3
"""Trains the two digit classifiers that the repository ships and exports them as QONNX.

The data are the 1797 handwritten 8x8 digits that scikit-learn carries. Split, seed and the order of
additions are fixed, so that one machine type gives one result; see README.md for the environment.
"""

import argparse
import pathlib

import brevitas.nn as qnn
import numpy as np
import onnx
import torch
from brevitas.core.restrict_val import RestrictValueType
from brevitas.export import export_qonnx
from brevitas.quant import (Int8ActPerTensorFloat, Int8WeightPerChannelFloat, Int16Bias,
                            SignedBinaryActPerTensorConst, SignedBinaryWeightPerTensorConst,
                            Uint8ActPerTensorFloat)
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

SEED = 20
TEST_SAMPLES = 360
PIXEL_MAX = 16.0
OPSET = 20


def load_split():
    """The fixed split: images in [0, 1] as float32 [N, 1, 8, 8], labels as int64."""
    digits = load_digits()
    images = (digits.images / PIXEL_MAX).astype(np.float32)[:, None]
    labels = digits.target.astype(np.int64)
    return train_test_split(images, labels, test_size=TEST_SAMPLES, random_state=SEED,
                            stratify=labels)


def build_w2a2():
    """2-bit ternary weights with one scale per output, 2-bit activations, 8-bit input.

    The hidden layers differ on purpose: one has a quantized bias (scale and bit width come from the
    graph), one has none, the last has a plain float bias; together they cover the chains
    scale-bias-norm-activation-quantize that the compiler must turn into thresholds.
    """

    def linear(inputs, outputs, **options):
        return qnn.QuantLinear(inputs, outputs, weight_quant=Int8WeightPerChannelFloat,
                               weight_bit_width=2, **options)

    def relu():
        return qnn.QuantReLU(act_quant=Uint8ActPerTensorFloat, bit_width=2,
                             return_quant_tensor=True)

    return nn.Sequential(
        nn.Flatten(),
        qnn.QuantIdentity(act_quant=Int8ActPerTensorFloat, bit_width=8, return_quant_tensor=True),
        linear(64, 64, bias=True, bias_quant=Int16Bias), nn.BatchNorm1d(64), relu(),
        linear(64, 64, bias=False), nn.BatchNorm1d(64), relu(),
        linear(64, 10, bias=True))


def build_w1a1():
    """1-bit weights and activations, 2-bit unsigned input with a power-of-two scale."""

    def linear(inputs, outputs):
        return qnn.QuantLinear(inputs, outputs, bias=False,
                               weight_quant=SignedBinaryWeightPerTensorConst,
                               weight_scaling_init=0.125)

    def sign():
        return qnn.QuantIdentity(act_quant=SignedBinaryActPerTensorConst, scaling_init=1.0)

    return nn.Sequential(
        nn.Flatten(),
        qnn.QuantIdentity(act_quant=Uint8ActPerTensorFloat, bit_width=2,
                          restrict_scaling_type=RestrictValueType.POWER_OF_TWO),
        linear(64, 128), nn.BatchNorm1d(128), sign(),
        linear(128, 128), nn.BatchNorm1d(128), sign(),
        linear(128, 10), nn.BatchNorm1d(10))


def mix_norm_signs(model):
    """Starts every second batch-norm factor negative.

    Training keeps the signs, so that the shipped models contain thresholds that fall as well as rise.
    """
    for layer in model:
        if isinstance(layer, nn.BatchNorm1d):
            with torch.no_grad():
                layer.weight[1::2] *= -1


def classification_loss(model, images, labels):
    return nn.functional.cross_entropy(plain(model(images)), labels)


def train(model, images, labels, epochs, measure=classification_loss):
    """Adam with a cosine schedule on small batches; a shift by one pixel is the only augmentation."""
    generator = torch.Generator().manual_seed(SEED)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images), generator=generator).split(100):
            shift = int(torch.randint(-1, 2, (1,), generator=generator))
            loss = measure(model, torch.roll(images[batch], shift, dims=3), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    model.eval()


def plain(value):
    """Unwraps Brevitas' QuantTensor, which the last layer may return."""
    return getattr(value, "value", value)


def accuracy(model, images, labels):
    with torch.no_grad():
        return int((plain(model(images)).argmax(1) == labels).sum())


def export(model, path):
    """Writes QONNX without doc strings and metadata: exporters put stack traces there."""
    export_qonnx(model, args=torch.zeros(1, 1, 8, 8), export_path=str(path), opset_version=OPSET,
                 input_names=["image"], output_names=["scores"], dynamo=False)
    exported = onnx.load(path)
    exported.doc_string = ""
    del exported.metadata_props[:]
    exported.graph.doc_string = ""
    del exported.graph.metadata_props[:]
    for node in exported.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*exported.graph.input, *exported.graph.output, *exported.graph.value_info]:
        value.doc_string = ""
        del value.metadata_props[:]
    onnx.save(exported, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--epochs", type=int, default=250)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    train_images, test_images, train_labels, test_labels = load_split()
    np.save(arguments.out / "digits_test_inputs.npy", test_images)
    np.save(arguments.out / "digits_test_labels.npy", test_labels)
    for name, build in (("digits_w2a2", build_w2a2), ("digits_w1a1", build_w1a1)):
        torch.manual_seed(SEED)
        model = build()
        mix_norm_signs(model)
        train(model, torch.from_numpy(train_images), torch.from_numpy(train_labels), arguments.epochs)
        correct = accuracy(model, torch.from_numpy(test_images), torch.from_numpy(test_labels))
        print(f"{name}: {correct} of {len(test_labels)} held-out images in PyTorch")
        export(model, arguments.out / f"{name}.onnx")


if __name__ == "__main__":
    main()
