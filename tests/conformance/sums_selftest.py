#!/usr/bin/env python3
"""Holds qonnx_sums against ONNX Runtime on small integers, which float32 adds exactly, over random geometries."""

import unittest

import numpy as np
from onnx import TensorProto, helper

from plain_runtime import open_session
from qonnx_sums import Term, maxima, sum_of

GEOMETRIES = 60


def run(node, *operands):
    """The outputs of one node in ONNX Runtime."""
    feeds = dict(zip(node.input, operands))
    types = {np.dtype(np.float32): TensorProto.FLOAT, np.dtype(np.int64): TensorProto.INT64}
    inputs = [helper.make_tensor_value_info(name, types[a.dtype], a.shape) for name, a in feeds.items()]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in node.output]
    model = helper.make_model(helper.make_graph([node], "one", inputs, outputs), ir_version=10,
                              opset_imports=[helper.make_opsetid("", 18)])
    return open_session(model).run(None, feeds)[0]


class Geometry:
    """Kernel, stride, dilation and padding of one random convolution or pool, of one or two dimensions."""

    def __init__(self, seed):
        self.random = np.random.RandomState(seed)
        self.rank = self.pick(1, 2)
        self.kernel, self.strides, self.dilations = (self.picks(1, most) for most in (4, 3, 2))
        self.sizes = self.picks(8, 13)
        self.pads = [int(self.random.randint(0, k)) for k in [*self.kernel, *self.kernel]]
        self.groups, self.channels, self.filters = self.pick(1, 3), self.pick(1, 3), self.pick(1, 3)

    def pick(self, low, high):
        return int(self.random.randint(low, high + 1))

    def picks(self, low, high):
        return [self.pick(low, high) for _ in range(self.rank)]

    def integers(self, *shape):
        return self.random.randint(-8, 9, shape).astype(np.float32)

    def attributes(self, **more):
        found = {"kernel_shape": self.kernel, "strides": self.strides, "dilations": self.dilations, **more}
        mode = ("NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER")[self.pick(0, 4)]
        # ONNX Runtime takes no automatic padding together with dilation.
        if mode == "NOTSET" or any(d > 1 for d in self.dilations):
            return {**found, "pads": self.pads}
        return {**found, "auto_pad": mode}


class SumsTest(unittest.TestCase):

    def check(self, node, data, *others, axes=None):
        expected = run(node, data, *others)
        terms = [Term(a.astype(np.float64)) for a in (data, *others) if a.dtype == np.float32]
        total = sum_of(node, terms, expected.shape, axes)
        if "Average" in node.op_type or "Mean" in node.op_type:
            np.testing.assert_allclose(total.center, expected, 1e-6, 1e-6, err_msg=str(node))
        else:
            np.testing.assert_array_equal(total.center, expected, err_msg=str(node))
        self.assertTrue((total.size >= np.abs(total.center) * (1 - 1e-12)).all())

    def test_convolutions(self):
        for seed in range(GEOMETRIES):
            g = Geometry(seed)
            node = helper.make_node("Conv", ["x", "w", "b"], ["y"], **g.attributes(group=g.groups))
            self.check(node, g.integers(2, g.groups * g.channels, *g.sizes),
                       g.integers(g.groups * g.filters, g.channels, *g.kernel), g.integers(g.groups * g.filters))

    def test_transposed_convolutions(self):
        for seed in range(GEOMETRIES):
            g = Geometry(seed)
            # What is added at the end must be less than the stride.
            extra = [g.pick(0, s - 1) for s in g.strides]
            attributes = g.attributes(group=g.groups, output_padding=extra)
            if attributes.get("auto_pad", "NOTSET").startswith("SAME"):
                del attributes["output_padding"]
            if any(k < s for k, s in zip(g.kernel, g.strides)) and "auto_pad" in attributes:
                continue  # ONNX Runtime would have to pad less than nothing
            node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], **attributes)
            self.check(node, g.integers(2, g.groups * g.channels, *g.sizes),
                       g.integers(g.groups * g.channels, g.filters, *g.kernel))

    def test_average_pools(self):
        for seed in range(GEOMETRIES):
            g = Geometry(seed)
            attributes = g.attributes(count_include_pad=g.pick(0, 1))
            del attributes["dilations"]
            g.dilations = [1] * g.rank
            self.check(helper.make_node("AveragePool", ["x"], ["y"], **attributes), g.integers(2, 3, *g.sizes))

    def test_maximum_pools(self):
        for seed in range(GEOMETRIES):
            g = Geometry(seed)
            node, data = helper.make_node("MaxPool", ["x"], ["y"], **g.attributes()), g.integers(2, 3, *g.sizes)
            expected = run(node, data)
            np.testing.assert_array_equal(maxima(node, data.astype(np.float64), expected.shape), expected)

    def test_reductions(self):
        data, axes = Geometry(1).integers(2, 3, 4, 5), [2, -1]
        self.check(helper.make_node("GlobalAveragePool", ["x"], ["y"]), data)
        for keep in (0, 1):
            self.check(helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=keep), data, np.array(axes),
                       axes=axes)
            self.check(helper.make_node("ReduceSum", ["x", "axes"], ["y"], keepdims=keep), data, np.array(axes),
                       axes=axes)

    def test_products_and_joins(self):
        g = Geometry(2)
        self.check(helper.make_node("MatMul", ["x", "w"], ["y"]), g.integers(2, 3, 4), g.integers(4, 5))
        for turn_a, turn_b in ((0, 0), (0, 1), (1, 0), (1, 1)):
            node = helper.make_node("Gemm", ["x", "w", "b"], ["y"], transA=turn_a, transB=turn_b, alpha=2.0, beta=0.5)
            self.check(node, g.integers(*((4, 3) if turn_a else (3, 4))), g.integers(*((5, 4) if turn_b else (4, 5))),
                       g.integers(5))
        for join in ("Add", "Sub"):
            self.check(helper.make_node(join, ["x", "w"], ["y"]), g.integers(2, 3, 4), g.integers(3, 1))

    def test_grain_of_an_average(self):
        node = helper.make_node("GlobalAveragePool", ["x"], ["y"])
        four = sum_of(node, [Term(np.full((1, 1, 2, 2), 3.0))], (1, 1, 1, 1))
        three = sum_of(node, [Term(np.full((1, 1, 1, 3), 3.0))], (1, 1, 1, 1))
        self.assertEqual(four.grain, 0.25)
        self.assertLess(three.grain, 2.0 ** -40)


if __name__ == "__main__":
    unittest.main()
