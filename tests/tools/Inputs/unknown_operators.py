"""Writes a network with operators that nobody knows between its layers: unknown_operators.py FILE"""

import struct
import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1


def weights(name, *dims):
    count = 1
    for extent in dims:
        count *= extent
    return field(5, b"".join(field(1, d) for d in dims) + field(2, FLOAT) + field(8, name) +
                 field(9, struct.pack(f"<{count}f", *range(count))))


def value(number, name, *shape):
    return field(number, field(1, name) + field(2, tensor_type(FLOAT, shape)))


def main():
    nodes = [
        node("conv", "Conv", ["x", "w"], ["a"]),
        node("beam", "Beam", ["a", "unused"], ["b"], "my.ops"),  # the file notes the type of b
        node("flat", "Flatten", ["b"], ["c"]),
        node("fc", "MatMul", ["c", "v"], ["d"]),
        node("pick", "Frobnicate", ["d"], ["i"]),                # indices, by what Gather takes
        node("gather", "Gather", ["d", "i"], ["e"]),
        node("gelu", "Gelu", ["e"], ["f"], "com.microsoft"),
        node("last", "MatMul", ["f", "v"], ["y"])]
    write_model(sys.argv[1], nodes, [
        weights("w", 2, 3, 1, 1), weights("v", 8, 8), weights("unused", 5), value(11, "x", 1, 3, 2, 2), value(12, "y", 8, 8),
        value(13, "b", 1, 2, 2, 2)], (("", 17), ("my.ops", 1), ("com.microsoft", 1)))


if __name__ == "__main__":
    main()
