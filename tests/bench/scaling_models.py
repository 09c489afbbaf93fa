"""Models of any number of nodes, by topology: what grows faster than they do shows in one of them."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"
WIDTH = 4


class Graph:
    """Nodes on tensors of [1, WIDTH] floats, from `v0` on."""

    def __init__(self):
        self.nodes, self.outputs = [], []
        self.constants = [numpy_helper.from_array(np.array(value, dtype=np.float32), name)
                          for name, value in (("one", 1), ("scale", 0.5), ("zero", 0), ("bits", 4),
                                              ("weights", np.eye(WIDTH)))]
        self.constants.append(numpy_helper.from_array(np.array(0, dtype=np.int8), "zero8"))

    def add(self, kind, *inputs, domain="", **attributes):
        name = f"v{len(self.nodes) + 1}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=f"n{len(self.nodes)}", domain=domain,
                                           **attributes))
        return name

    def quantize(self, value):
        return self.add("Quant", value, "scale", "zero", "bits", domain=QONNX, signed=1, narrow=0,
                        rounding_mode="ROUND")

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
        return name

    def model(self, *outputs, width=WIDTH):
        def info(name, columns):
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, columns])
        graph = helper.make_graph(self.nodes, "scaling", [info("v0", WIDTH)], [info(name, width) for name in outputs],
                                  self.constants)
        return helper.make_model(graph, ir_version=10,
                                 opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid(QONNX, 1)])


def chain(count):
    """Quantizers and additions by turns."""
    graph, value = Graph(), "v0"
    for i in range(count):
        value = graph.add("Add", value, "one") if i % 2 else graph.quantize(value)
    return graph.model(value)


def floats(count):
    """Pointwise operations that no quantizer follows."""
    graph, value = Graph(), "v0"
    for i in range(count):
        value = graph.add("Add", value, "one") if i % 2 else graph.add("Relu", value)
    return graph.model(value)


def tail(count):
    """The same behind a quantizer and before another one."""
    graph = Graph()
    value = graph.quantize("v0")
    for i in range(count - 2):
        value = graph.add("Add", value, "one") if i % 2 else graph.add("Relu", value)
    return graph.model(graph.quantize(value))


def taps(count):
    """A float chain with a quantizer at every link."""
    graph, value, last = Graph(), "v0", None
    for _ in range(count // 3):
        value = graph.add("Relu", value)
        quantized = graph.quantize(value)
        last = graph.add("Max", last, quantized) if last else quantized
    return graph.model(last or graph.add("Relu", value))


def wide(count):
    """One value with many users, which meet in one node."""
    graph = Graph()
    values = [graph.quantize("v0") if i % 2 else graph.add("Relu", "v0") for i in range(max(count - 1, 1))]
    return graph.model(graph.add("Sum", *values))


def diamonds(count):
    """Every value is used twice, so that the paths double with every node."""
    graph, value = Graph(), "v0"
    for i in range(count):
        value = graph.add("Max" if i % 2 else "Mul", value, value)
    return graph.model(value)


def quantized_diamonds(count):
    """The same of quantized values that are put together and cut again."""
    graph = Graph()
    value = graph.quantize("v0")
    starts, ends, axes = (graph.constant(name, [number]) for name, number in (("start", 0), ("end", WIDTH), ("axis", 1)))
    for _ in range(count // 2):
        value = graph.add("Concat", value, value, axis=1)
        value = graph.add("Slice", value, starts, ends, axes)
    return graph.model(value)


def float_diamonds(count):
    """The same of what no integers stand for (its zero point is none), before a sum."""
    graph = Graph()
    graph.constants.append(numpy_helper.from_array(np.array(0.5, dtype=np.float32), "half"))
    value = graph.add("Quant", "v0", "scale", "half", "bits", domain=QONNX, signed=1, narrow=0, rounding_mode="ROUND")
    starts, ends, axes = (graph.constant(name, [number]) for name, number in (("start", 0), ("end", WIDTH), ("axis", 1)))
    for _ in range(count // 2):
        value = graph.add("Concat", value, value, axis=1)
        value = graph.add("Slice", value, starts, ends, axes)
    return graph.model(graph.add("Add", value, value))


def residual(count):
    """Sums of a quantized value and a quantizer of it."""
    graph = Graph()
    value = graph.quantize("v0")
    for _ in range(count // 3):
        branch = graph.quantize(graph.add("Relu", value))
        value = graph.quantize(graph.add("Add", value, branch))
    return graph.model(value)


def layers(count):
    """Products with quantized weights, norms, and quantizers."""
    graph = Graph()
    value = graph.quantize("v0")
    weights = graph.quantize("weights")
    for _ in range(count // 4):
        value = graph.add("MatMul", value, weights)
        value = graph.add("Mul", value, "scale")
        value = graph.quantize(graph.add("Relu", value))
    return graph.model(value)


def pairs(count):
    """QuantizeLinear, DequantizeLinear, and what stands between pairs."""
    graph, value = Graph(), "v0"
    for _ in range(max(count // 3, 1)):
        value = graph.add("QuantizeLinear", value, "scale", "zero8")
        value = graph.add("DequantizeLinear", value, "scale", "zero8")
        value = graph.add("Relu", value)
    return graph.model(value)


def moves(count):
    """Pointwise operations and rearrangements by turns, between two quantizers."""
    graph = Graph()
    value = graph.quantize("v0")
    shape = graph.constant("shape", [1, WIDTH])
    for i in range(count):
        value = graph.add("Reshape", value, shape) if i % 2 else graph.add("Relu", value)
    return graph.model(graph.quantize(value))


TOPOLOGIES = {make.__name__: make for make in (chain, floats, tail, taps, wide, diamonds, quantized_diamonds, float_diamonds,
                                               residual, layers, pairs, moves)}


def loop(count):
    """A Loop of one addition, as often."""
    trips = numpy_helper.from_array(np.array(count, dtype=np.int64), "trips")
    body = helper.make_graph(
        [helper.make_node("Add", ["sum", "v0"], ["next"]), helper.make_node("Identity", ["goes"], ["on"])], "body",
        [helper.make_tensor_value_info("step", TensorProto.INT64, []),
         helper.make_tensor_value_info("goes", TensorProto.BOOL, []),
         helper.make_tensor_value_info("sum", TensorProto.FLOAT, [1, WIDTH])],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, []),
         helper.make_tensor_value_info("next", TensorProto.FLOAT, [1, WIDTH])])
    graph = Graph()
    graph.constants.append(trips)
    return graph.model(graph.add("Loop", "trips", "", "v0", body=body))


TOPOLOGIES["loop"] = loop


def save(topology, count, path):
    onnx.save(TOPOLOGIES[topology](count), path)
