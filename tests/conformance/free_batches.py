#!/usr/bin/env python3
"""Models whose number of samples is open stay open when they are converted, whatever shapes they compute.

The source is run by ONNX Runtime on five samples at once. Files in formats that it reads are, too; the others are brought back to
one of these first. All scales are powers of two, so every sum is exact and outputs are equal to the bit.
"""

import numpy as np
import onnx
import onnxruntime

import frame

SAMPLES, SIZES = 5, (3, 4, 4)
DIRECT, ROUNDABOUT = ("qcdq", "qdq", "qop"), ("qonnx",)
QUANTIZED = "{0}_c = QuantizeLinear ({0}, s, z) {0}_q = DequantizeLinear ({0}_c, s, z)"
CONVOLUTION = QUANTIZED.format("x") + " a = Conv <pads = [1, 1, 1, 1]> (x_q, w) r = Relu (a) " + QUANTIZED.format("r")
LAYER = " m = MatMul (f, v) " + QUANTIZED.format("m") + " y = Identity (m_q)"
# Name, nodes that give y from x, and whether the file can stay open.
MODELS = [
    ("quantizer", QUANTIZED.format("x") + " y = Relu (x_q)", True),
    ("flatten", CONVOLUTION + " f = Flatten (r_q)" + LAYER, True),
    ("reshape_copies", CONVOLUTION + " t = Constant <value_ints = [0, -1]> () f = Reshape (r_q, t)" + LAYER, True),
    ("reshape_computes", CONVOLUTION + """ n = Shape <end = 1> (r_q) k = Constant <value_ints = [32]> ()
     t = Concat <axis = 0> (n, k) f = Reshape (r_q, t)""" + LAYER, True),
    ("reshape_keeps_zeros", CONVOLUTION + """ n = Shape <end = 1> (r_q) k = Constant <value_ints = [32]> ()
     t = Concat <axis = 0> (n, k) f = Reshape <allowzero = 1> (r_q, t)""" + LAYER, True),
    ("reshape_and_back", CONVOLUTION + """ t = Transpose <perm = [1, 0, 2, 3]> (r_q) n = Shape <start = 1, end = 2> (t)
     k = Constant <value_ints = [2]> () u = Constant <value_ints = [16]> () d = Concat <axis = 0> (k, n, u) g = Reshape (t, d)
     h = Transpose <perm = [1, 0, 2]> (g) f = Flatten (h)""" + LAYER, True),
    ("global_pool", CONVOLUTION + " p = GlobalAveragePool (r_q) y = Flatten (p)", True),
    ("repeated", QUANTIZED.format("x") + " n = Shape (x_q) e = Expand (c, n) y = Add (x_q, e)", False),
    ("across_samples", QUANTIZED.format("x") + " y = CumSum (x_q, o)", False),
]


def build(name, nodes, random):
    model = onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : 17]> {name} '
                                    f'(float[batch,{",".join(map(str, SIZES))}] x) => (float[] y) {{ {nodes} }}')
    model.graph.output[0].type.tensor_type.ClearField("shape")
    grid = np.float32(1 / 8)
    for constant, values in {"s": grid, "z": np.int8(0), "c": np.float32([[[1]]]), "o": np.int64(0),
                             "w": random.integers(-8, 8, (2, 3, 3, 3)).astype(np.float32) * grid,
                             "v": random.integers(-8, 8, (32, 6)).astype(np.float32) * grid}.items():
        model.graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(values), constant))
    return model


def compute(path, inputs):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": inputs})[0]


def convert(run, path, target):
    """The file, or None, and what was said."""
    out = path.with_name(f"{path.stem}_{target}.onnx")
    done = run.qcompile.call("convert", path, f"--to={target}", "-o", out)
    return (out if done.returncode == 0 else None), done.stderr


def find_problem(run, path, target, inputs, expected, stays_open):
    """What is wrong with one conversion, or None."""
    converted, said = convert(run, path, target)
    if converted is None:
        return said[-300:]
    size = onnx.load(converted).graph.input[0].type.tensor_type.shape.dim[0]
    if not stays_open:
        return None if size.dim_value == 1 and "one sample at a time" in said else "expected a batch of 1, and a note of it"
    if size.dim_param != "batch":
        return f"expected a batch of size 'batch', found {size.dim_value}; {said[-200:]}"
    if target in ROUNDABOUT:
        converted, said = convert(run, converted, "qcdq")
    if converted is None:
        return said[-300:]
    found = compute(converted, inputs)
    return None if np.array_equal(found, expected) else f"{np.sum(found != expected)} of {expected.size} elements differ"


def judge(run):
    for name, nodes, stays_open in MODELS:
        path = run.folder / f"{name}.onnx"
        onnx.save(build(name, nodes, run.rng), path)
        inputs = run.rng.integers(-64, 64, (SAMPLES, *SIZES)).astype(np.float32) / np.float32(16)
        expected = compute(path, inputs)
        found = {target: find_problem(run, path, target, inputs, expected, stays_open) for target in (*DIRECT, *ROUNDABOUT)}
        run.note([[name, "open" if stays_open else "one", *(problem or "as said" for problem in found.values())]],
                 [f"{name} as {target}: {problem}" for target, problem in found.items() if problem])


if __name__ == "__main__":
    frame.main(judge, __doc__, heads=["model", "batch", *DIRECT, *ROUNDABOUT])
