#!/usr/bin/env python3
"""Product quantization in ONNX Runtime: a classifier compressed by onnx-product-quantize, as it is written, with its function. Quant,
which ONNX Runtime lacks, is written out by its formula. All layers are look-ups, so that every step but element-wise ones is
on integers: outputs must be equal, element by element, and so must those of our backends.
"""


import numpy as np
import onnx
from onnx import helper, numpy_helper

import frame
import judging
from compression_recipes import compress, product_quantize
from plain_runtime import open_session

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


def judge_case(qcompile, name, options, samples, backends):
    """Failures of one compressed model."""
    out = qcompile.work / f"{name}.onnx"
    report = compress(qcompile, judging.SHIPPED / f"{name}.onnx", [product_quantize(**options)], out,
                      {"input": str(judging.SHIPPED / "digits_calibration_inputs.npy")})
    layers = [layer for step in report["steps"] for layer in step["layers"]]
    inputs = np.load(judging.SHIPPED / "digits_test_inputs.npy")[:samples].astype(np.float32)
    model = onnx.load(out)
    functions = [function.name for function in model.functions]
    failures = [] if functions == ["PqMatMul"] else [f"{name}: expected the function PqMatMul, found {functions}"]
    session = open_session(without_quantizers(model))
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


def judge(run):
    for name, options, backends in CASES:
        run.failures += judge_case(run.qcompile, name, options, run.arguments.samples, backends.split(","))


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--samples", type=int, default=20))
