"""Writes a node that its function body replaces: attention.py FILE"""

import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1


def main():
    ports = [field(number, field(1, name) + field(2, tensor_type(FLOAT, (1, 2, 3, 4))))
             for number, name in ((11, "q"), (11, "k"), (11, "v"), (12, "y"))]
    write_model(sys.argv[1], [node("att", "Attention", ["q", "k", "v"], ["y"])], ports, (("", 23),))


if __name__ == "__main__":
    main()
