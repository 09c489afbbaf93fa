#!/usr/bin/env python3
"""Generated models whose nodes call functions of the model, against ONNX Runtime and onnx' own inliner.

Functions call each other, take attributes with and without defaults, leave inputs and outputs out, have overloads and opset
imports of their own, hand inputs on, and use names that the model uses too. All numbers are small multiples of powers of two:
every sum is exact, and results must be equal to the bit. A quantized network in functions must give the integer operations
that the same network without functions gives. Functions at other opsets than the model are read by their own.
"""

import itertools

import numpy as np
import onnx
import onnx.inliner
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import frame
import judging
from plain_runtime import open_session

DOMAIN, OTHER = "local", "local.other"
OPSETS = (17, 18, 20, 21)
SIZE = 4
DEFAULT = 0.0625  # of an attribute
# What functions do to two tensors: operators that are the same in all of these opsets.
BINARY, UNARY = ("Add", "Sub", "Mul", "Max"), ("Neg", "Abs", "Relu")
# Opsets between which other operators differ.
OPSETS_APART = (9, 11, 13, 18, 21)


class Functions:
    """Random functions; each calls some that were made before it."""

    def __init__(self, rng, opset):
        self.rng, self.opset = rng, opset
        self.made = []

    def pick(self, choices):
        return choices[self.rng.integers(len(choices))]

    def leaky(self, value, out, name):
        """An attribute that refers to the function's own, with a default or without one."""
        node = helper.make_node("LeakyRelu", [value], [out], name=name)
        attribute = onnx.AttributeProto(name="alpha", type=onnx.AttributeProto.FLOAT)
        attribute.ref_attr_name = self.pick(("slope", "fall"))
        node.attribute.append(attribute)
        return node

    def call(self, function, inputs, outputs, name=""):
        attributes = {"slope": float(self.pick((0.5, 0.25, 2.0)))}
        if self.rng.integers(2):
            attributes["fall"] = 0.125
        node = helper.make_node(function.name, inputs, outputs, name=name, domain=function.domain, **attributes)
        node.overload = function.overload
        return node

    def add(self):
        # The third input may be absent: Clip takes that.
        nodes, values = [helper.make_node("Clip", ["x", "z"], ["bounded"])], ["x", "y", "bounded"]
        for i in range(self.rng.integers(2, 5)):
            out, name = f"v{i}", self.pick(("", f"step{i}"))
            kind = self.rng.integers(4)
            if kind == 0 and self.made:
                inputs = [self.pick(values), self.pick(values), *self.pick(([], ["low"], [""]))]
                nodes.append(self.call(self.pick(self.made), inputs, [out, f"{out}b"], name))
            elif kind == 1:
                nodes.append(self.leaky(self.pick(values), out, name))
            elif kind == 2:
                nodes.append(helper.make_node(self.pick(UNARY), [self.pick(values)], [out], name=name))
            else:
                nodes.append(helper.make_node(self.pick(BINARY), [self.pick(values), self.pick(values)], [out], name=name))
            # Values stay small, so that sums stay exact.
            nodes.append(helper.make_node("Clip", [out, "low", "high"], [f"{out}c"]))
            values.append(f"{out}c")
        bounds = [helper.make_node("Constant", [], [n], value=numpy_helper.from_array(np.float32(v)))
                  for n, v in (("low", -8), ("high", 8))]
        second = self.pick(values)
        # ONNX Runtime takes neither a function's input as its output nor a value as two of them.
        if second in ("x", "y", values[-1]):
            nodes.append(helper.make_node("Identity", [second], ["second"]))
            second = "second"
        number = len(self.made)
        overload = self.pick(("", "", "", "other")) if number else ""
        name = self.pick([f"F{number}", *(f.name for f in self.made if overload and f.overload != overload)])
        domain = self.pick((DOMAIN, OTHER))
        if any((f.name, f.domain, f.overload) == (name, domain, overload) for f in self.made):
            name = f"F{number}"
        imports = [helper.make_opsetid("", self.opset), helper.make_opsetid(DOMAIN, 1), helper.make_opsetid(OTHER, 1)]
        self.made.append(helper.make_function(
            domain, name, ["x", "y", "z"], [values[-1], second], bounds + nodes, imports, attributes=["slope"],
            attribute_protos=[helper.make_attribute("fall", DEFAULT)], overload=overload))


def make_model(seed):
    rng = np.random.default_rng(seed)
    opset = OPSETS[seed % len(OPSETS)]
    functions = Functions(rng, opset)
    for _ in range(rng.integers(1, 5)):
        functions.add()
    values, nodes = ["x"], []
    for i in range(rng.integers(1, 4)):
        inputs = [functions.pick(values), functions.pick(values), *functions.pick(([], ["bound"], [""]))]
        nodes.append(functions.call(functions.pick(functions.made), inputs, [f"v{i}", f"second{i}"],
                                    functions.pick(("", f"block{i}"))))
        values.append(f"v{i}")
    nodes.append(functions.call(functions.made[-1], [values[-1], "x"], ["out", "unused"], "last"))
    shape = [1, SIZE]
    graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                              [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)],
                              [numpy_helper.from_array(np.float32(-0.5), "bound")])
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(DOMAIN, 1), helper.make_opsetid(OTHER, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=10, functions=functions.made)


def run_onnxruntime(model, x):
    """Nothing for overloads: ONNX Runtime 1.31 does not know them, or takes another function of the name."""
    if any(function.overload for function in model.functions):
        return None
    return open_session(model).run(None, {"x": x})[0]


def run_onnx(model, x):
    """The reference evaluator behind the library's inliner: alone it takes no absent inputs. Both know no defaults."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    for nodes in (model.graph.node, *(function.node for function in model.functions)):
        for node in nodes:
            if node.domain and not any(attribute.name == "fall" for attribute in node.attribute):
                node.attribute.append(helper.make_attribute("fall", DEFAULT))
    return ReferenceEvaluator(onnx.inliner.inline_local_functions(model)).run(None, {"x": x})[0]


def judge_generated(qcompile, count):
    """Failures, and how often each judge had an answer."""
    failures, judged = [], {"onnxruntime": 0, "onnx": 0}
    for seed in range(count):
        model, name = make_model(seed), f"functions_{seed}"
        path = qcompile.work / f"{name}.onnx"
        onnx.save(model, path)
        x = (np.random.default_rng(seed).integers(-16, 17, (1, SIZE)) / 4).astype(np.float32)
        _, outputs = qcompile.run(path, x, "--backend=reference")
        ours = judging.only_output(outputs)
        for judge, run in (("onnxruntime", run_onnxruntime),
                           ("onnx", run_onnx)):
            theirs = run(model, x)
            if theirs is None:
                continue
            judged[judge] += 1
            if not np.array_equal(ours, theirs):
                failures.append(f"{name}: {ours.ravel()}, {judge} {theirs.ravel()}")
    print(", ".join(f"{n} of {count} models by {judge}" for judge, n in judged.items()))
    return failures + [f"{judge} judged {n} of {count} models" for judge, n in judged.items() if n < count / 2]


def make_quantized():
    """Two layers of a function each: quantized input, weights as codes, ReLU."""
    nodes = [helper.make_node("QuantizeLinear", ["x", "xs", "xz"], ["q"], name="q"),
             helper.make_node("DequantizeLinear", ["q", "xs", "xz"], ["xd"], name="d"),
             helper.make_node("DequantizeLinear", ["w", "ws"], ["wd"], name="weights"),
             helper.make_node("MatMul", ["xd", "wd"], ["sum"], name="matmul"),
             helper.make_node("Relu", ["sum"], ["y"], name="relu")]
    function = helper.make_function(DOMAIN, "Layer", ["x", "w", "ws", "xs", "xz"], ["y"], nodes,
                                    [helper.make_opsetid("", 21)])
    rng = np.random.default_rng(5)
    initializers = [numpy_helper.from_array(array, name) for name, array in (
        ("w0", rng.integers(-8, 8, (SIZE, SIZE)).astype(np.int8)), ("w1", rng.integers(-8, 8, (SIZE, SIZE)).astype(np.int8)),
        ("ws", np.float32(0.125)), ("xs", np.float32(0.25)), ("xz", np.int8(0)))]
    calls = [helper.make_node("Layer", [source, weights, "ws", "xs", "xz"], [out], name=out, domain=DOMAIN)
             for source, weights, out in (("x", "w0", "first"), ("first", "w1", "out"))]
    graph = helper.make_graph(calls, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, SIZE])],
                              [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, SIZE])], initializers)
    imports = [helper.make_opsetid("", 21), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=10, functions=[function])


def judge_quantized(qcompile):
    model, folder = make_quantized(), qcompile.work
    counts = {}
    for name, variant in (("functions", model), ("flat", onnx.inliner.inline_local_functions(model))):
        onnx.save(variant, folder / f"{name}.onnx")
        found = qcompile.report("check", folder / f"{name}.onnx")
        counts[name] = found["integer_operations"], found["float_operations"]
    print(f"integer and float operations: {counts['functions']} from functions, {counts['flat']} without")
    if counts["functions"] != counts["flat"] or counts["flat"][0] == 0:
        yield f"{counts['functions']} integer and float operations, expected {counts['flat']}"
    x = (np.random.default_rng(9).integers(-64, 65, (1, SIZE)) / 8).astype(np.float32)
    _, outputs = qcompile.run(folder / "functions.onnx", x)
    if not np.array_equal(judging.only_output(outputs), run_onnxruntime(model, x)):
        yield "the quantized network's result differs from ONNX Runtime's"


def spread(opset, prefix, source, out):
    """Nodes whose form depends on the opset: the maximum of every row, limited, as a column, with another column."""
    nodes, names = [], {}

    def constant(name, values):
        names[name] = f"{prefix}{name}"
        nodes.append(helper.make_node("Constant", [], [names[name]], value=numpy_helper.from_array(values)))
        return names[name]
    if opset < 18:
        nodes.append(helper.make_node("ReduceMax", [source], [f"{prefix}m"], axes=[1], keepdims=0))
    else:
        axes = constant("axes", np.array([1]))
        nodes.append(helper.make_node("ReduceMax", [source, axes], [f"{prefix}m"], keepdims=0))
    if opset < 11:
        nodes.append(helper.make_node("Clip", [f"{prefix}m"], [f"{prefix}l"], min=-2.0, max=2.0))
    else:
        limits = [constant(name, np.float32(value)) for name, value in (("low", -2), ("high", 2))]
        nodes.append(helper.make_node("Clip", [f"{prefix}m", *limits], [f"{prefix}l"]))
    if opset < 13:
        nodes.append(helper.make_node("Unsqueeze", [f"{prefix}l"], [f"{prefix}c"], axes=[1]))
    else:
        nodes.append(helper.make_node("Unsqueeze", [f"{prefix}l", constant("place", np.array([1]))], [f"{prefix}c"]))
    if opset < 11:
        nodes.append(helper.make_node("Pad", [f"{prefix}c"], [out], pads=[0, 1, 0, 0], value=0.25))
    else:
        pads = [constant("pads", np.array([0, 1, 0, 0])), constant("value", np.float32(0.25))]
        nodes.append(helper.make_node("Pad", [f"{prefix}c", *pads], [out]))
    return nodes


def judge_opsets(qcompile):
    """Functions at other opsets than the model, and than functions that call them: onnx reads each by its own."""
    x = (np.random.default_rng(3).integers(-16, 17, (SIZE, SIZE)) / 4).astype(np.float32)
    failures = []
    for outer, inner, own in itertools.product(OPSETS_APART, repeat=3):
        functions = [
            helper.make_function(DOMAIN, "Inner", ["x"], ["y"], spread(inner, "", "x", "y"),
                                 [helper.make_opsetid("", inner)]),
            helper.make_function(DOMAIN, "Outer", ["x"], ["y"],
                                 [helper.make_node("Inner", ["x"], ["h"], domain=DOMAIN), *spread(outer, "o_", "h", "y")],
                                 [helper.make_opsetid("", outer), helper.make_opsetid(DOMAIN, 1)])]
        nodes = [helper.make_node("Outer", ["x"], ["h"], domain=DOMAIN), *spread(own, "main_", "h", "y")]
        graph = helper.make_graph(nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [SIZE, 2])])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", own), helper.make_opsetid(DOMAIN, 1)],
                                  ir_version=10, functions=functions)
        path = qcompile.work / f"opsets_{outer}_{inner}_{own}.onnx"
        onnx.save(model, path)
        _, outputs = qcompile.run(path, x, "--backend=reference")
        ours, theirs = judging.only_output(outputs), ReferenceEvaluator(model).run(None, {"x": x})[0]
        if not np.array_equal(ours, theirs):
            failures.append(f"{path.stem}: {ours.ravel()}, onnx {theirs.ravel()}")
    print(f"{len(OPSETS_APART) ** 3} models whose functions have opsets of their own")
    return failures


def judge(run):
    run.failures += judge_generated(run.qcompile, run.arguments.count)
    run.failures += judge_quantized(run.qcompile)
    run.failures += judge_opsets(run.qcompile)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--count", type=int, default=100))
