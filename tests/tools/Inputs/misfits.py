"""Writes a model of nodes whose operands do not fit: misfits.py FILE [unknown]

With an operator that nobody knows, and a node behind it."""

import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1


def main():
    ports = [field(number, field(1, name) + field(2, tensor_type(FLOAT, shape)))
             for number, name, shape in ((11, "a", (2, 3)), (11, "b", (4, 5)), (12, "p", ("m", "n")), (12, "s", ("m", "n")))]
    nodes = [node("product", "MatMul", ["a", "b"], ["p"]), node("turned", "Transpose", ["a"], ["t"]),
             node("sum", "Add", ["a", "b"], ["s"])]
    if len(sys.argv) > 2:
        nodes += [node("odd", "Frobnicate", ["a"], ["f"]), node("behind", "MatMul", ["f", "t"], ["m"])]
    write_model(sys.argv[1], nodes, ports, (("", 17),))


if __name__ == "__main__":
    main()
