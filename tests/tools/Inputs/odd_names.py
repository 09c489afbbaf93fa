"""Writes a model whose names break lines, steer terminals, look like markup or are no UTF-8: odd_names.py FILE"""

import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1
NAMES = ["line\nbreak", "esc\x1b[31m", "<script>alert(1)</script>", "a \"quoted\" & 'quoted' name", "ünïcødé " + "汉" * 20,
         b"bytes\xff\xfe"]


def main():
    ports = [field(11, field(1, "x") + field(2, tensor_type(FLOAT, (1, 2)))),
             field(12, field(1, f"v{len(NAMES)}") + field(2, tensor_type(FLOAT, (1, 2))))]
    weights = field(5, field(1, 2) + field(1, 2) + field(2, FLOAT) + field(8, "w") + field(9, b"\0\0\x80\x3f" * 4))
    nodes = [node(name, "MatMul", [f"v{i}" if i else "x", "w"], [f"v{i + 1}"]) for i, name in enumerate(NAMES)]
    if len(sys.argv) > 2:  # one more whose operator nobody knows
        nodes.append(node("no\nsuch", "Fro\tb", ["x"], ["unused"]))
    write_model(sys.argv[1], nodes, [weights, *ports], (("", 17),))


if __name__ == "__main__":
    main()
