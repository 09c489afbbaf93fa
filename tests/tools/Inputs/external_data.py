"""Writes a chain of products whose weights lie in a file beside it, right and wrong: external_data.py FOLDER

good.onnx      the shape of the first node lies there, too
missing.onnx   the file is not there
cut.onnx       the file ends in the second of three weights
length.onnx    a length that is none of the tensor
folder.onnx    the file is a folder
branch.onnx    the file of three weights in a branch, and of a constant, is not there
"""

import os
import pathlib
import struct
import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT, INT64, EXTERNAL = 1, 7, 1
SIDE = 8
SIZE = 4 * SIDE * SIDE


def external(name, element, dims, location, offset, length):
    entries = {"location": location, "offset": str(offset), "length": str(length)}
    return field(5, b"".join(field(1, d) for d in dims) + field(2, element) + field(8, name) +
                 b"".join(field(13, field(1, key) + field(2, value)) for key, value in entries.items()) + field(14, EXTERNAL))


def write(folder, name, size=SIZE, location=None):
    location = location or f"{name}.bin"
    tensors = [external("shape", INT64, (2,), location, 0, 16)]
    nodes = [node("first", "Reshape", ["x", "shape"], ["m0"])]
    for i in range(3):
        tensors.append(external(f"w{i}", FLOAT, (SIDE, SIDE), location, 64 + i * SIZE, size))
        nodes.append(node(f"layer{i}", "MatMul", [f"m{i}", f"w{i}"], [f"m{i + 1}"]))
    ports = [field(11, field(1, "x") + field(2, tensor_type(FLOAT, (1, 2 * SIDE)))),
             field(12, field(1, "m3") + field(2, tensor_type(FLOAT, (2, SIDE))))]
    write_model(folder / f"{name}.onnx", nodes, [*tensors, *ports], (("", 17),))


def attribute(name, number, content, kind):
    return field(5, field(1, name) + field(number, content) + field(20, kind))


def write_branch(folder):
    """A branch that a constant chooses, with weights of its own; the other one has none."""
    tensors, nodes, last = b"", b"", "x"
    for i in range(3):
        tensors += external(f"w{i}", FLOAT, (SIDE, SIDE), "branch.bin", i * SIZE, SIZE)
        nodes += node(f"layer{i}", "MatMul", [last, f"w{i}"], [f"b{i}"])
        last = f"b{i}"
    port = tensor_type(FLOAT, (2, SIDE))
    taken = nodes + field(2, "taken") + tensors + field(12, field(1, last) + field(2, port))
    other = node("idle", "Identity", ["x"], ["o"]) + field(2, "other") + field(12, field(1, "o") + field(2, port))
    condition = field(5, field(2, 9) + field(8, "yes") + field(9, b"\1"))
    branch = node("choice", "If", ["yes"], ["y"])
    graphs = attribute("then_branch", 6, taken, 5) + attribute("else_branch", 6, other, 5)
    constant = attribute("value", 5, contents(external("", FLOAT, (SIDE, SIDE), "branch.bin", 0, SIZE)), 4)
    write_model(folder / "branch.onnx", [with_attributes(branch, graphs), with_attributes(node("k", "Constant", [], ["c"]), constant),
                                         node("sum", "MatMul", ["y", "c"], ["z"])],
                [condition, field(11, field(1, "x") + field(2, port)), field(12, field(1, "z") + field(2, port))], (("", 17),))


def contents(message):
    """What a field has behind its number and length."""
    start = 1
    while message[start] & 128:
        start += 1
    return message[start + 1:]


def with_attributes(written, attributes):
    return field(1, contents(written) + attributes)


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "sub").mkdir()
    for name in ("good", "missing", "cut"):
        write(folder, name)
    write(folder, "length", SIZE - 4, "good.bin")
    write(folder, "folder", location="sub")
    write_branch(folder)
    for name in ("good", "cut"):
        (folder / f"{name}.bin").write_bytes(struct.pack("<2q", 2, SIDE))
    os.truncate(folder / "good.bin", 64 + 3 * SIZE)
    os.truncate(folder / "cut.bin", 64 + SIZE + 1)


if __name__ == "__main__":
    main()
