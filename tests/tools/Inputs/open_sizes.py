"""Writes models whose sizes are open, and their data: open_sizes.py FOLDER"""

import pathlib
import struct
import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1
DOMAIN = (("", 18),)


def port(number, name, shape):
    return field(number, field(1, name) + field(2, tensor_type(FLOAT, shape)))


def constant(name, values):
    """A node without operands."""
    tensor = field(1, len(values)) + field(2, FLOAT) + field(9, struct.pack(f"<{len(values)}f", *values))
    return field(1, field(2, name) + field(3, "c") + field(4, "Constant") + field(5, field(1, "value") + field(5, tensor) + field(20, 4)))


def write_array(path, shape):
    count = 1
    for extent in shape:
        count *= extent
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple(shape)}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack(f"<{count}f", *range(count)))


def main():
    folder = pathlib.Path(sys.argv[1])
    sequence = ("batch", "time", 3)
    write_model(folder / "sequence.onnx", [node("negate", "Neg", ["x"], ["y"])], [port(11, "x", sequence), port(12, "y", sequence)], DOMAIN)
    write_array(folder / "sequence.npy", (2, 5, 3))
    write_model(folder / "nothing.onnx", [constant("y", (1, 2, 3))], [port(12, "y", (3,))], DOMAIN)
    # A product of wrong sizes, what follows from it, and a sum that is wrong, too.
    nodes = [node("product", "MatMul", ["x", "x"], ["a"]), node("negated", "Neg", ["a"], ["b"]), node("turned", "Transpose", ["b"], ["c"]),
             node("sum", "Add", ["x", "w"], ["d"]), node("joined", "Add", ["c", "d"], ["y"])]
    ports = [port(11, "x", (1, 3)), port(11, "w", (4,)), port(12, "y", ("m", "n"))]
    write_model(folder / "wrong.onnx", nodes, ports, DOMAIN)


if __name__ == "__main__":
    main()
