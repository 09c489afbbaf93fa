"""Writes a model with five kinds of things that are not supported, on 8 nodes and values: unsupported.py FILE"""

import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT, STRING = 1, 8


def main():
    nodes = [
        node("f1", "Frobnicate", ["x"], ["a"]), node("b1", "Beam", ["a"], ["b"], "my.ops"),
        node("f2", "Frobnicate", ["b"], ["c"]), node("r", "Relu", ["c"], ["d"]),
        node("f3", "Frobnicate", ["d"], ["e"]), node("b2", "Beam", ["e"], ["f"], "my.ops"),
        node("s", "Sample", ["f", "words", "many"], ["y"], "other.ops")]
    words = field(5, field(1, 1) + field(2, STRING) + field(6, "hello") + field(8, "words"))
    inputs = [field(11, field(1, "x") + field(2, tensor_type(FLOAT))),
              field(11, field(1, "many") + field(2, field(4, field(1, tensor_type(FLOAT)))))]
    output = field(12, field(1, "y") + field(2, tensor_type(FLOAT)))
    write_model(sys.argv[1], nodes, [words, *inputs, output], (("", 17), ("my.ops", 1), ("other.ops", 1)))


if __name__ == "__main__":
    main()
