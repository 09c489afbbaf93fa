"""Writes a convolution of pictures of unknown size: unknown_sizes.py FILE [BATCH HEIGHT]"""

import struct
import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1


def main():
    weights = field(5, b"".join(field(1, d) for d in (2, 3, 1, 1)) + field(2, FLOAT) + field(8, "w") +
                    field(9, struct.pack("<6f", *range(6))))
    batch, height = map(int, sys.argv[2:4]) if len(sys.argv) > 2 else ("batch", "height")
    shapes = {"x": (batch, 3, height, 4), "y": (batch, 2, height, 4)}
    ports = [field(number, field(1, name) + field(2, tensor_type(FLOAT, shapes[name])))
             for number, name in ((11, "x"), (12, "y"))]
    write_model(sys.argv[1], [node("conv", "Conv", ["x", "w"], ["y"])], [weights, *ports], (("", 17),))


if __name__ == "__main__":
    main()
