#!/usr/bin/env python3
"""Whether `compare` tells roundings from departures, operator by operator: ONNX Runtime without its optimizer as a witness.

Each model is one operator on floats, with a quantizer behind it. ONNX Runtime adds in its own order and has its own
exponentials, so that many results differ in their last bits: none may be called a departure, nor one without a bound,
whether the operator's own result is recorded or the quantizer's alone. Then one element is moved by 2^-9 of the largest,
and one code by one step: both have to be departures.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import judging
import record_onnxruntime

DIFFERENT = 4
SAMPLES = 8
OPSET = 21
STEP = 2.0**-9  # of the largest element: a difference that is no rounding


def single(op, shape, constants=(), low=-3.0, high=3.0, **attributes):
    """One operator on x and its constants c0, c1, ..., giving y."""
    names = [f"c{i}" for i in range(len(constants))]
    return chain(shape, constants, helper.make_node(op, ["x", *names], ["y"], name="op", **attributes), low=low, high=high)


def chain(shape, constants, *nodes, low=-3.0, high=3.0):
    """Several operators, of which the last gives y."""
    return {"shape": shape, "constants": constants, "nodes": nodes, "range": (low, high), "recorded": ["y"], "open": False,
            "step": STEP}


def typed(element, shape, constants, node):
    """An operator on x in another float type; its result d is recorded beside y. Some programs round every sum to half
    precision, so that there is no bound where others do not, and two units are no departure.
    """
    cast, is_half = helper.make_node, element == TensorProto.FLOAT16
    converted = [np.asarray(value, helper.tensor_dtype_to_np_dtype(element)) if value.dtype == np.float32 else value
                 for value in constants]
    case = chain(shape, converted, cast("Cast", ["x"], ["t"], to=element), node,
                 cast("Cast", ["d"], ["y"], to=TensorProto.FLOAT))
    return case | {"recorded": ["d", "y"], "open": is_half, "step": 2.0**-5 if is_half else STEP}


def integers(*values):
    return np.array(values, np.int64)


def make_cases(random):
    """By name, the operators that have a bound."""
    def normal(*shape):
        return random.normal(size=shape).astype(np.float32)

    cases = {f"{op}": single(op, [1, 300]) for op in
             ("Sigmoid", "Tanh", "Erf", "Exp", "Softplus", "Softsign", "Gelu", "Mish", "Elu", "Selu", "Celu", "HardSigmoid",
              "HardSwish", "Sin", "Cos", "Atan", "Sinh", "Cosh", "Asinh", "LeakyRelu", "Abs", "Neg")}
    cases |= {op: single(op, [1, 300], low=0.01, high=4.0) for op in ("Log", "Sqrt", "Reciprocal")}
    cases |= {op: single(op, [1, 300], low=-0.99, high=0.99) for op in ("Asin", "Acos", "Atanh", "Tan")}
    cases["Acosh"] = single("Acosh", [1, 300], low=1.01, high=9.0)
    cases["Gelu tanh"] = single("Gelu", [1, 300], approximate="tanh")
    cases["Pow"] = single("Pow", [1, 300], [np.float32(2.7)], low=0.01, high=4.0)
    cases["Mul"] = single("Mul", [1, 300], [normal(300)])
    cases["Div"] = single("Div", [1, 300], [np.abs(normal(300)) + np.float32(0.1)])
    cases["Add"] = single("Add", [1, 300], [normal(300)])
    cases["PRelu"] = single("PRelu", [1, 300], [np.abs(normal(300))])
    for name, op in (("Softmax", "Softmax"), ("LogSoftmax", "LogSoftmax")):
        cases[name] = single(op, [1, 4, 97], axis=-1)
        cases[name + " axis 1"] = single(op, [1, 97, 4], axis=1, low=-20.0, high=20.0)
    cases["LayerNormalization"] = single("LayerNormalization", [1, 6, 200], [normal(200), normal(200)])
    cases["LayerNormalization without bias"] = single("LayerNormalization", [1, 6, 20], [normal(6, 20)], axis=1)
    # A mean that is ten deviations away: the difference of squares cancels.
    cases["LayerNormalization off centre"] = single("LayerNormalization", [1, 6, 200], [normal(200), normal(200)],
                                                    low=8, high=12)
    cases["InstanceNormalization"] = single("InstanceNormalization", [1, 5, 9, 9], [normal(5), normal(5)])
    cases["GroupNormalization"] = single("GroupNormalization", [1, 6, 9, 9], [normal(6), normal(6)], num_groups=3)
    cases["BatchNormalization"] = single("BatchNormalization", [1, 5, 9, 9],
                                         [normal(5), normal(5), normal(5), np.abs(normal(5)) + np.float32(0.1)])
    cases["MeanVarianceNormalization"] = single("MeanVarianceNormalization", [1, 5, 9, 9])
    cases["LpNormalization"] = single("LpNormalization", [1, 6, 77])
    cases["LpNormalization 1"] = single("LpNormalization", [1, 77, 6], axis=1, p=1)
    cases["LRN"] = single("LRN", [1, 12, 5, 5], size=5, alpha=0.3, beta=0.75, bias=1.5)
    for op in ("ReduceSum", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp", "ReduceMax"):
        cases[op] = single(op, [1, 7, 300], [integers(2)], keepdims=0)
    cases["ReduceLogSum"] = single("ReduceLogSum", [1, 7, 300], [integers(2)], low=0.1, high=2.0)
    cases["ReduceProd"] = single("ReduceProd", [1, 40, 30], [integers(2)], low=0.7, high=1.4)
    cases["Conv"] = single("Conv", [1, 8, 9, 9], [normal(6, 8, 3, 3), normal(6)], pads=[1] * 4)
    cases["ConvTranspose"] = single("ConvTranspose", [1, 8, 9, 9], [normal(8, 6, 3, 3)], strides=[2, 2])
    cases["MatMul"] = single("MatMul", [1, 6, 200], [normal(200, 30)])
    cases["Gemm"] = single("Gemm", [1, 200], [normal(200, 30), normal(30)], alpha=0.5, beta=0.3)
    cases["Einsum"] = single("Einsum", [1, 6, 200], [normal(200, 30)], equation="bik,kj->bij")
    cases["CumSum"] = single("CumSum", [1, 300], [integers(1)])
    cases["Sum"] = single("Sum", [1, 300], [normal(300), normal(300), normal(300)])
    cases["Mean"] = single("Mean", [1, 300], [normal(300), normal(300), normal(300)])
    cases["AveragePool"] = single("AveragePool", [1, 6, 12, 12], kernel_shape=[5, 5])
    cases["GlobalAveragePool"] = single("GlobalAveragePool", [1, 40, 12, 12])
    cases["LpPool"] = single("LpPool", [1, 6, 12, 12], kernel_shape=[5, 5])
    cases["GlobalLpPool"] = single("GlobalLpPool", [1, 40, 12, 12])
    nothing = np.array([], np.float32)
    for mode in ("linear", "cubic"):
        cases[f"Resize {mode}"] = single("Resize", [1, 3, 9, 9], [nothing, np.float32([1, 1, 2.3, 1.7])], mode=mode)
    cases["LayerNormalization float16"] = typed(TensorProto.FLOAT16, [1, 6, 200], [normal(200)], helper.make_node(
        "LayerNormalization", ["t", "c0"], ["d"], name="op"))
    cases["Resize nearest"] = single("Resize", [1, 3, 9, 9], [nothing, np.float32([1, 1, 2, 2])], mode="nearest")
    # Only y and the codes behind it are recorded: intervals go through all of them.
    node = helper.make_node
    cases["attention block"] = chain(
        [1, 12, 64], [normal(64), normal(64), normal(64, 64), normal(64, 64), np.float32(0.03)],
        node("LayerNormalization", ["x", "c0", "c1"], ["n"]), node("MatMul", ["n", "c2"], ["k"]),
        node("MatMul", ["n", "c3"], ["v"]), node("Transpose", ["k"], ["kt"], perm=[0, 2, 1]),
        node("MatMul", ["n", "kt"], ["s"]), node("Mul", ["s", "c4"], ["scaled"]),
        node("Softmax", ["scaled"], ["p"]), node("MatMul", ["p", "v"], ["a"]), node("Add", ["x", "a"], ["r"]),
        node("Gelu", ["r"], ["y"])) | {"step": 2.0**-4}  # intervals widen on their way
    cases["squares"] = chain(
        [1, 6, 200], [integers(2), np.float32(2), np.float32(1e-3)], node("Sigmoid", ["x"], ["g"]),
        node("Mul", ["x", "g"], ["h"]), node("Pow", ["h", "c1"], ["square"]),
        node("ReduceMean", ["square", "c0"], ["mean"]), node("Add", ["mean", "c2"], ["shifted"]),
        node("Sqrt", ["shifted"], ["root"]), node("Div", ["h", "root"], ["t"]), node("Tanh", ["t"], ["y"]))
    for element, name in ((TensorProto.DOUBLE, "double"), (TensorProto.FLOAT16, "float16")):
        for op, shape, constants in (("MatMul", [1, 6, 200], [normal(200, 30)]), ("Softmax", [1, 4, 97], []),
                                     ("ReduceSum", [1, 7, 300], [integers(2)]), ("Exp", [1, 300], []),
                                     ("Sigmoid", [1, 300], []), ("Mul", [1, 300], [normal(300)])):
            names = ["t", *(f"c{i}" for i in range(len(constants)))]
            cases[f"{op} {name}"] = typed(element, shape, constants, node(op, names, ["d"], name="op"))
    return cases


def make_open_cases(random):
    """By name, operators without a bound."""
    weights = [(random.normal(size=shape) / 4).astype(np.float32) for shape in ((1, 64, 20), (1, 64, 16))]
    nodes = (helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
             helper.make_node("LSTM", ["t", "c0", "c1"], ["l"], name="op", hidden_size=16),
             helper.make_node("Tanh", ["l"], ["y"]))
    return {"LSTM": chain([1, 30, 20], weights, *nodes)}


class Case:
    """A model, inputs, and what ONNX Runtime computes."""

    def __init__(self, work, name, case, random):
        self.work, self.name = work, name
        self.recorded, self.is_open, self.step = case["recorded"], case["open"], case["step"]
        nodes = list(case["nodes"])
        model = self.build(case, nodes, "y")
        self.inputs = random.uniform(*case["range"], (SAMPLES, *case["shape"][1:])).astype(np.float32)
        largest = np.abs(self.run(model)["y"]).max()
        # The quantizer's own grid has 101 steps to the largest result.
        self.scale = np.float32(largest / 101)
        scale = numpy_helper.from_array(self.scale, "scale"), numpy_helper.from_array(np.int8(0), "zero")
        quantizer = helper.make_node("QuantizeLinear", ["y", "scale", "zero"], ["q"], name="quantizer")
        dequantizer = helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["out"], name="dequantizer")
        self.model = self.build(case, [*nodes, quantizer, dequantizer], "out", scale)
        self.path = work / "model.onnx"
        onnx.save(self.model, self.path)
        np.save(work / "input.npy", self.inputs)

    @staticmethod
    def build(case, nodes, output, more=()):
        constants = [numpy_helper.from_array(np.asarray(value), f"c{i}") for i, value in enumerate(case["constants"])]
        graph = helper.make_graph(
            nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, case["shape"])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], [*constants, *more])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)

    def run(self, model, extra=()):
        recorder = record_onnxruntime.Recorder(model, self.inputs, "disable")
        return recorder.run(extra)

    def compare(self, binary, recorded):
        """Verdicts by tensor."""
        np.savez(self.work / "recorded.npz", **recorded)
        command = [binary, "compare", str(self.path), "--input", str(self.work / "input.npy"), "--recorded",
                   str(self.work / "recorded.npz"), "--json", "-q"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=judging.TIMEOUT_SECONDS, check=False)
        if done.returncode not in (0, DIFFERENT):
            raise RuntimeError(f"qcompile compare ended with {done.returncode}: {done.stderr[-500:]}")
        return {t["name"]: t for t in json.loads(done.stdout)["tensors"]}


def count(tensors, what):
    return sum(t.get(what, 0) for t in tensors.values())


def judge(binary, case, failures):
    """A row: differing elements, and what they are called."""
    recorded = case.run(case.model, case.recorded)
    tensors = case.compare(binary, recorded)
    row = [case.name] + [count(tensors, what) for what in ("differing", "ambiguous", "following", "unbounded", "departing")]
    if row[-1] or (row[-2] and not case.is_open):
        failures.append(f"{case.name}: ONNX Runtime's roundings are called departures or have no bound: {row}")
    # Without the operator's own result: the quantizer's interval holds what its rounding may do.
    tensors = case.compare(binary, {"out": recorded["out"]})
    if count(tensors, "departing") or (count(tensors, "unbounded") and not case.is_open):
        failures.append(f"{case.name}: codes behind it are called departures or have no bound")
    # One element, and one code, that are off.
    for tensor, place, step in (("y", 3, np.abs(recorded["y"]).max() * case.step), ("out", 5, case.scale)):
        moved = {name: values.copy() for name, values in recorded.items()}
        moved[tensor].flat[place] -= np.copysign(np.float32(step), moved[tensor].flat[place])
        found = case.compare(binary, moved)[{"out": "output out"}.get(tensor, tensor)]
        if found.get("departing") != 1:
            failures.append(f"{case.name}: an element of '{tensor}' that is off is no departure: {found}")
    return row


def judge_open(binary, case, failures):
    """Differences of which nothing is known are called that."""
    tensors = case.compare(binary, case.run(case.model, ["y"]))
    row = [case.name] + [count(tensors, what) for what in ("differing", "ambiguous", "following", "unbounded", "departing")]
    if row[-1] or not row[-2]:
        failures.append(f"{case.name}: expected differences without a bound and no departure: {row}")
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--only", default="", help="part of a case's name")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    onnxruntime.set_default_logger_severity(3)
    random = np.random.RandomState(arguments.seed)
    failures, rows = [], []
    with tempfile.TemporaryDirectory() as folder:
        for make, check in ((make_cases, judge), (make_open_cases, judge_open)):
            for name, case in make(random).items():
                if arguments.only in name:
                    rows.append(check(arguments.qcompile, Case(pathlib.Path(folder), name, case, random), failures))
    judging.print_table(["operator", "differ", "ambiguous", "follow", "no bound", "depart"], rows)
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    sys.exit(main())
