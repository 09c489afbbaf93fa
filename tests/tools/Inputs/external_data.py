"""Writes a chain of products whose weights lie in a file beside it, right and wrong: external_data.py FOLDER

good.onnx      the shape of the first node lies there, too
missing.onnx   the file is not there
cut.onnx       the file ends in the second of three weights
length.onnx    a length that is none of the tensor
folder.onnx    the file is a folder
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


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "sub").mkdir()
    for name in ("good", "missing", "cut"):
        write(folder, name)
    write(folder, "length", SIZE - 4, "good.bin")
    write(folder, "folder", location="sub")
    for name in ("good", "cut"):
        (folder / f"{name}.bin").write_bytes(struct.pack("<2q", 2, SIDE))
    os.truncate(folder / "good.bin", 64 + 3 * SIZE)
    os.truncate(folder / "cut.bin", 64 + SIZE + 1)


if __name__ == "__main__":
    main()
