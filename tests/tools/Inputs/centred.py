"""Writes a model that subtracts the mean of all samples: centred.py FILE"""

import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT = 1


def main():
    ports = [field(number, field(1, name) + field(2, tensor_type(FLOAT, ("batch", 3))))
             for number, name in ((11, "x"), (12, "y"))]
    nodes = [node("mean", "ReduceMean", ["x"], ["m"]), node("centre", "Sub", ["x", "m"], ["y"])]
    write_model(sys.argv[1], nodes, ports, (("", 18),))


if __name__ == "__main__":
    main()
