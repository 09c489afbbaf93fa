#!/usr/bin/env python3
"""Operators at every opset at which they changed, against ONNX Runtime, whose kernels know each version.

What an older version says by attributes, or means by the same words, has to survive the way to the newest opset. Half
of the models have nodes around the operator, so that nothing says the shape of its operand.
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
import node_models

RELATIVE, ABSOLUTE = "1e-4", "1e-6"
F32, F64, I64 = np.float32, np.float64, np.int64
RNG = np.random.default_rng(3)


def floats(*shape):
    return RNG.uniform(-3, 3, shape).astype(F32)


def ints(*values):
    return np.array(values, I64)


CUBE, MATRIX, PICTURE = floats(2, 3, 4), floats(2, 3), floats(2, 4, 6, 6)
CHANNELS = [floats(4), floats(4), floats(4), np.abs(floats(4))]
WINDOW = {"kernel_shape": [3, 2], "pads": [1, 0, 1, 1], "strides": [2, 2]}
# Operator, opsets, operands (all but the first are constants), attributes.
CASES = [
    *((op, opsets, [CUBE], attributes) for op in ("Softmax", "LogSoftmax", "Hardmax")
      for opsets, attributes in (((7, 11, 12, 13), {}), ((7, 11, 12, 13), {"axis": 0}),
                                 ((7, 12, 13), {"axis": 1}), ((7, 12, 13), {"axis": 2}),
                                 ((11, 12, 13), {"axis": -1}), ((11, 12, 13), {"axis": -2}))),
    *(("Clip", (7, 10), [CUBE.astype(t)], attributes) for t in (F32, np.float16)
      for attributes in ({"min": -1.0, "max": 1.5}, {"min": -1.0}, {"max": 1.0}, {})),
    ("Clip", (11, 12, 13), [CUBE, np.array(-1, F32), np.array(1, F32)], {}),
    *(("Pad", (7, 10), [MATRIX.astype(t)], attributes) for t in (F32, F64, np.float16)
      for attributes in ({"pads": [1, 0, 2, 1], "value": 1.5}, {"pads": [1, -1, 0, 1]},
                         {"pads": [1, 0, 0, 1], "mode": "reflect"})),
    ("Pad", (11, 13, 18, 21), [MATRIX, ints(1, 0, 2, 1), np.array(2, F32)], {}),
    *(("Dropout", (7, 10), [MATRIX.astype(t)], {"ratio": 0.3}) for t in (F32, F64)),
    ("Dropout", (12, 13), [MATRIX, np.array(0.3, F32)], {}),
    ("TopK", (7, 9), [MATRIX], {"k": 2, "axis": 1}),
    ("TopK", (10, 11), [MATRIX, ints(2)], {}),
    ("TopK", (11, 24), [MATRIX, ints(2)], {"largest": 0}),
    ("Slice", (7, 9), [CUBE], {"starts": [0, -3, 1], "ends": [100, -1, 3], "axes": [0, 2, 1]}),
    ("Slice", (7, 9), [CUBE], {"starts": [0, 1, 1], "ends": [2, 100, -1]}),
    ("Slice", (10, 11, 13), [CUBE, ints(0, 3), ints(2, -10), ints(0, 2), ints(1, -2)], {}),
    ("Split", (7, 11), [floats(2, 4)], {"axis": 1, "split": [1, 3]}),
    ("Split", (7, 11, 13, 17), [floats(2, 4)], {"axis": 1}),
    ("Split", (13, 17, 18), [floats(2, 4), ints(1, 3)], {"axis": 1}),
    ("Split", (18,), [floats(2, 5)], {"axis": 1, "num_outputs": 2}),
    *((f"Reduce{op}", opsets, [np.abs(CUBE)], attributes)
      for op, opsets in (("Sum", (7, 11, 12)), ("Mean", (7, 11, 17)), ("L2", (7, 11, 17)),
                         ("LogSumExp", (7, 13, 17)), ("Max", (7, 12, 17)))
      for attributes in ({"axes": [1]}, {"keepdims": 0})),
    *((f"Reduce{op}", (18, 20), [np.abs(CUBE), ints(-1, 0)], {}) for op in ("Sum", "Max", "Prod")),
    ("Squeeze", (7, 11), [floats(1, 3, 1, 2)], {"axes": [0, 2]}),
    ("Squeeze", (7, 11, 13), [floats(1, 3, 1, 2)], {}),
    ("Unsqueeze", (7, 11), [MATRIX], {"axes": [0, 3]}),
    ("BatchNormalization", (7, 8, 9, 13, 14, 15), [PICTURE, *CHANNELS], {"epsilon": 0.01}),
    ("BatchNormalization", (7, 8), [PICTURE, *CHANNELS], {"spatial": 1}),
    ("AveragePool", (7, 10, 11, 19, 22), [PICTURE], WINDOW),
    ("AveragePool", (7, 10, 11, 19, 22), [PICTURE], {**WINDOW, "count_include_pad": 1}),
    ("AveragePool", (10, 11, 19, 22), [PICTURE], {**WINDOW, "ceil_mode": 1}),
    ("AveragePool", (7, 10, 11, 19), [PICTURE], {"kernel_shape": [3, 2], "auto_pad": "SAME_LOWER"}),
    ("MaxPool", (7, 8, 10, 11, 12), [PICTURE], WINDOW),
    ("MaxPool", (10, 11, 12), [PICTURE],
     {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1, "dilations": [1, 2]}),
    ("LpPool", (7, 11, 18, 22), [PICTURE], {"kernel_shape": [3, 2], "p": 3}),
    *(("Upsample", (7,), [PICTURE], {"mode": mode, "scales": [1.0, 1.0, 2.0, 3.0]})
      for mode in ("nearest", "linear")),
    *((op, opsets, [PICTURE, np.array(scales, F32)], {"mode": mode}) for mode in ("nearest", "linear")
      for op, opsets, scales in (("Upsample", (9,), [1, 1, 2, 1.5]), ("Resize", (10,), [1, 1, 2, 1.5]),
                                 ("Resize", (10,), [1, 1, 0.5, 0.7]))),
    *(("Resize", (11,), [PICTURE, np.array([], F32), np.array([1, 1, *scales], F32)],
       {"mode": mode, "coordinate_transformation_mode": "tf_half_pixel_for_nn"})
      for mode in ("nearest", "linear") for scales in ((2, 1.5), (0.6, 0.5))),
    ("Resize", (11, 13, 18, 19), [PICTURE, np.array([], F32), np.array([], F32), ints(2, 4, 9, 4)],
     {"mode": "nearest"}),
    ("GroupNormalization", (18,), [PICTURE, floats(2), floats(2)], {"num_groups": 2}),
    ("GroupNormalization", (18,), [PICTURE.astype(F64), floats(2).astype(F64), floats(2).astype(F64)], {"num_groups": 2}),
    ("GroupNormalization", (21,), [PICTURE, floats(4), floats(4)], {"num_groups": 2}),
    ("OneHot", (9, 11), [ints(0, 2, -1, -4), np.array(4), np.array([0, 1], F32)], {}),
    ("Scatter", (9, 10), [floats(3, 3), ints(0, 2).reshape(1, 2), floats(1, 2)], {"axis": 1}),
    ("ScatterElements", (11, 13, 16, 18), [floats(3, 3), ints(0, 2).reshape(1, 2), floats(1, 2)], {"axis": 1}),
    ("ScatterElements", (16, 18), [floats(3, 3), ints(2, 2).reshape(1, 2), floats(1, 2)],
     {"axis": 1, "reduction": "add"}),
    ("QuantizeLinear", (10, 13, 19, 21, 23), [MATRIX, np.array(0.05, F32), np.array(3, np.uint8)], {}),
    ("QuantizeLinear", (13, 19, 21), [MATRIX, np.array([0.05, 0.1, 0.2], F32), np.array([3, 4, 5], np.int8)], {}),
    ("GridSample", (16,), [PICTURE, floats(2, 2, 3, 2) / 3], {"mode": "bicubic", "align_corners": 1}),
    ("GridSample", (20, 22), [PICTURE, floats(2, 2, 3, 2) / 3], {"mode": "cubic"}),
    ("RoiAlign", (10, 16), [PICTURE, np.array([[0, 0, 3, 3], [1, 1, 5, 5]], F32), ints(0, 1)],
     {"output_height": 2, "output_width": 2, "sampling_ratio": 2}),
    ("DFT", (17,), [floats(2, 5, 1)], {}),
    ("Gemm", (7, 9, 11, 13), [MATRIX, floats(3, 4), floats(4)], {"alpha": 0.5, "beta": 0.25}),
    ("Reshape", (7, 13, 14), [CUBE, ints(0, -1)], {}),
    ("DepthToSpace", (7, 11, 13), [floats(1, 8, 2, 2)], {"blocksize": 2}),
]
OUTPUTS = {"TopK": 2, "Split": 2}


def build(op, opset, operands, attributes, alone):
    """The node by itself, or between two that change nothing in a file that notes no shapes."""
    names = [f"i{i}" for i in range(len(operands))]
    outputs = [f"o{i}" for i in range(OUTPUTS.get(op, 1))]
    nodes = [helper.make_node(op, names, outputs, name="it", **attributes)]
    if not alone:
        nodes = [helper.make_node("Identity", ["x"], ["i0"]), *nodes, helper.make_node("Identity", ["o0"], ["y"])]
    initializers = [numpy_helper.from_array(array, name) for name, array in list(zip(names, operands))[1:]]
    element = helper.np_dtype_to_tensor_dtype(operands[0].dtype)
    operand = helper.make_tensor_value_info("i0" if alone else "x", element, operands[0].shape)
    results = [onnx.ValueInfoProto(name=name) for name in (outputs if alone else ["y", *outputs[1:]])]
    graph = helper.make_graph(nodes, "g", [operand], results, initializers)
    ir = 4 if opset < 10 else 7 if opset < 15 else 10
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir)
    inferred = onnx.shape_inference.infer_shapes(model)
    for output, known in zip(model.graph.output, inferred.graph.output):
        output.type.CopyFrom(known.type)
    return model, {model.graph.input[0].name: operands[0]}


def run_onnxruntime(model, feeds):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, feeds)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True, help="the program node-tests")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        for number, (op, opsets, operands, attributes) in enumerate(CASES):
            for opset in opsets:
                for alone in (True, False):
                    model, feeds = build(op, opset, operands, attributes, alone)
                    name = f"{number}_{op}_{opset}{'' if alone else '_between'}"
                    node_models.write_test(pathlib.Path(work, name), model, feeds, run_onnxruntime(model, feeds))
        results = node_models.run_tests(pathlib.Path(arguments.runner).resolve(), work, f"--relative={RELATIVE}",
                                        f"--absolute={ABSOLUTE}")
    failures = [f"{result['name']}: {result['message']}" for result in results if result["result"] != "pass"]
    print(f"{len(results) - len(failures)} of {len(results)} models as in ONNX Runtime")
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    sys.exit(main())
