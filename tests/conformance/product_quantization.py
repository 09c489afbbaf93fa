#!/usr/bin/env python3
"""Product quantization in ONNX Runtime: a classifier compressed by onnx-product-quantize, as it is written, with its function. Quant,
which ONNX Runtime lacks, is written out by its formula. All layers are look-ups, so that every step but element-wise ones is
on integers: outputs must be equal, element by element, and so must those of our backends.
"""

import argparse
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

import judging
from compression_recipes import compress, product_quantize

MODELS = pathlib.Path(__file__).resolve().parents[1] / "models"
# The convolutional one has a float island inside, which imc refuses.
CASES = [("digits_mlp_float", {"length": 4}, "reference,cpu,imc"),
         ("digits_cnn_float", {"length": 2, "prototypes": 8}, "reference,cpu"),
         ("digits_cnn_float", {"length": 3, "norm": "l1", "table_bits": 4}, "reference,cpu")]


def without_quantizers(model):
    """The model with every Quant (one scale, zero point 0, half to even) as divide, round, clip, multiply."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    nodes = list(model.graph.node)
    del model.graph.node[:]
    for node in nodes:
        if node.op_type != "Quant":
            model.graph.node.append(node)
            continue
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        bits, signed = int(constants[node.input[3]]), attributes["signed"]
        low, high = (-2 ** (bits - 1), 2 ** (bits - 1) - 1) if signed else (0, 2 ** bits - 1)
        names = [f"{node.output[0]}.{step}" for step in ("low", "high", "steps", "clamped", "codes")]
        for name, value in zip(names, (low, high)):
            model.graph.initializer.append(numpy_helper.from_array(np.float32(value), name))
        model.graph.node.extend([
            helper.make_node("Div", [node.input[0], node.input[1]], [names[2]]),
            helper.make_node("Clip", [names[2], names[0], names[1]], [names[3]]),
            helper.make_node("Round", [names[3]], [names[4]]),
            helper.make_node("Mul", [names[4], node.input[1]], [node.output[0]])])
    return model


def judge(qcompile, work, name, options, samples, backends):
    """Failures of one compressed model."""
    out = work / f"{name}.onnx"
    report = compress(qcompile.binary, MODELS / f"{name}.onnx", [product_quantize(**options)], out,
                      {"input": str(MODELS / "digits_calibration_inputs.npy")})
    layers = [layer for step in report["steps"] for layer in step["layers"]]
    inputs = np.load(MODELS / "digits_test_inputs.npy")[:samples].astype(np.float32)
    model = onnx.load(out)
    functions = [function.name for function in model.functions]
    failures = [] if functions == ["PqMatMul"] else [f"{name}: expected the function PqMatMul, found {functions}"]
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(without_quantizers(model).SerializeToString(), settings)
    port = session.get_inputs()[0]
    theirs = np.concatenate([session.run(None, {port.name: sample.reshape(port.shape)})[0] for sample in inputs])
    for backend in backends:
        _, outputs = qcompile.run(out, inputs, f"--backend={backend}")
        ours = judging.only_output(outputs).reshape(theirs.shape)
        different = int(np.count_nonzero(ours != theirs))
        print(f"{name} {options}: {len(layers)} layers, {backend}: {different} of {ours.size} elements differ")
        if different:
            failures.append(f"{name} on {backend}: {different} of {ours.size} elements differ")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--samples", type=int, default=20)
    arguments = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        qcompile = judging.Qcompile(arguments.qcompile, work / "runs")
        for name, options, backends in CASES:
            failures += judge(qcompile, work, name, options, arguments.samples, backends.split(","))
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    sys.exit(main())
