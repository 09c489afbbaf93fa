#!/usr/bin/env python3
"""Trains the float digit classifiers that compression passes are tried on, and writes them as plain ONNX.

Data, split and seed are those of train.py; README.md tells the environment. Beside the models it writes
digits_calibration_inputs.npy: the first training images, for calibration.
"""

import argparse
import pathlib

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from train import SEED, load_split

CALIBRATION_SAMPLES = 256
EPOCHS = 60
OPSET = 17


def mlp():
    """64-96-64-10 with Relu."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 64), nn.ReLU(), nn.Linear(64, 10))


def cnn():
    """Two 3x3 convolutions with pools between, a depthwise one with a 1x1 behind it, and a classifier."""
    return nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(),
                         nn.Conv2d(16, 16, 3, padding=1, groups=16), nn.ReLU(), nn.Conv2d(16, 24, 1), nn.ReLU(),
                         nn.MaxPool2d(2), nn.Flatten(), nn.Linear(24 * 4, 10))


def train(network, images, labels):
    """Adam with a falling rate; small shifts of the pictures keep the classifiers from learning them by heart."""
    optimizer = torch.optim.Adam(network.parameters(), lr=2e-3, weight_decay=1e-5)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    loss = nn.CrossEntropyLoss()
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(images)).split(32):
            shift = tuple(int(s) for s in torch.randint(-1, 2, (2,)))
            optimizer.zero_grad()
            loss(network(torch.roll(images[chosen], shift, (2, 3))), labels[chosen]).backward()
            optimizer.step()
        schedule.step()


def export(network, name):
    """The layers as ONNX nodes, named after their place."""
    nodes, constants, value = [], [], "image"

    def constant(label, tensor):
        constants.append(numpy_helper.from_array(tensor.detach().numpy().astype(np.float32), label))
        return label

    for place, layer in enumerate(network):
        label = f"{type(layer).__name__.lower()}_{place}"
        parameters = [constant(f"{label}.{kind}", tensor) for kind, tensor in layer.named_parameters()]
        if isinstance(layer, nn.Conv2d):
            kernel, pad = list(layer.kernel_size), list(layer.padding)
            made = helper.make_node("Conv", [value, *parameters], [label], label, kernel_shape=kernel,
                                    pads=pad + pad, group=layer.groups)
        elif isinstance(layer, nn.Linear):
            made = helper.make_node("Gemm", [value, *parameters], [label], label, transB=1)
        elif isinstance(layer, nn.MaxPool2d):
            made = helper.make_node("MaxPool", [value], [label], label, kernel_shape=[2, 2], strides=[2, 2])
        else:
            made = helper.make_node("Relu" if isinstance(layer, nn.ReLU) else "Flatten", [value], [label], label)
        nodes.append(made)
        value = label
    nodes[-1].output[0] = "scores"
    graph = helper.make_graph(nodes, name, [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 8, 8])],
                              [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 10])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8,
                              producer_name="train_float.py")
    onnx.checker.check_model(model, full_check=True)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent, help="folder to write to")
    out = parser.parse_args().out
    train_images, test_images, train_labels, test_labels = load_split()
    np.save(out / "digits_calibration_inputs.npy", train_images[:CALIBRATION_SAMPLES])
    for name, build in (("digits_mlp_float", mlp), ("digits_cnn_float", cnn)):
        torch.manual_seed(SEED)
        network = build()
        train(network, torch.from_numpy(train_images), torch.from_numpy(train_labels))
        onnx.save(export(network, name), out / f"{name}.onnx")
        right = (network(torch.from_numpy(test_images)).argmax(1) == torch.from_numpy(test_labels)).sum()
        print(f"{name}: {int(right)} of {len(test_labels)}")


if __name__ == "__main__":
    main()
