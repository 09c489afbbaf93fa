"""Writes models whose inputs are indices, masks and the like: indexed_models.py FOLDER

embedding.onnx   token 'ids' of 50 words, 'positions' shifted by 2 in a table of 10, a 'mask' of 64-bit integers
elements.onnx    GatherElements along a dimension of 3, ScatterND of pairs in 4x5
others.onnx      OneHot of depth 6, the axis of CumSum, a divisor of integers
contrary.onnx    one index for a table of 4 and, less 8, for another one of 4
"""

import pathlib
import struct
import sys

from onnx_wire import field, node, tensor_type, write_model

FLOAT, INT64 = 1, 7


def with_number(written, name, number):
    """The node with an integer attribute."""
    start = 1
    while written[start] & 128:
        start += 1
    return field(1, written[start + 1:] + field(5, field(1, name) + field(3, number) + field(20, 2)))


def floats(name, *shape):
    count = 1
    for extent in shape:
        count *= extent
    values = struct.pack(f"<{count}f", *(0.25 * (i % 7) for i in range(count)))
    return field(5, b"".join(field(1, d) for d in shape) + field(2, FLOAT) + field(8, name) + field(9, values))


def integers(name, shape, *values):
    return field(5, b"".join(field(1, d) for d in shape) + field(2, INT64) + field(8, name) +
                 field(9, struct.pack(f"<{len(values)}q", *values)))


def port(number, name, element, *shape):
    return field(number, field(1, name) + field(2, tensor_type(element, shape)))


def write(folder, name, nodes, *fields):
    write_model(folder / f"{name}.onnx", nodes, fields, (("", 17),))


def main():
    folder = pathlib.Path(sys.argv[1])
    write(folder, "embedding",
          [node("words", "Gather", ["table", "ids"], ["w"]), node("shift", "Add", ["positions", "two"], ["moved"]),
           node("flat", "Squeeze", ["moved"], ["line"]), node("places", "Gather", ["places_table", "line"], ["p"]),
           with_number(node("float", "Cast", ["mask"], ["m"]), "to", FLOAT), node("sum", "Add", ["w", "p"], ["s"]),
           node("masked", "Mul", ["s", "m"], ["y"])],
          floats("table", 50, 8), floats("places_table", 10, 8), integers("two", (1,), 2), port(11, "ids", INT64, 1, 6),
          port(11, "positions", INT64, 1, 6), port(11, "mask", INT64, 1, 6, 1), port(12, "y", FLOAT, 1, 6, 8))
    write(folder, "elements",
          [with_number(node("elements", "GatherElements", ["data", "index"], ["e"]), "axis", 1),
           node("scatter", "ScatterND", ["grid", "pairs", "e"], ["y"])],
          floats("data", 1, 3), floats("grid", 1, 4, 5), port(11, "index", INT64, 1, 7), port(11, "pairs", INT64, 1, 7, 3),
          port(12, "y", FLOAT, 1, 4, 5))
    write(folder, "others",
          [node("hot", "OneHot", ["label", "depth", "values"], ["h"]), node("running", "CumSum", ["h", "axis"], ["y"]),
           node("ratio", "Div", ["label", "divisor"], ["z"])],
          integers("depth", (), 6), floats("values", 2), port(11, "label", INT64, 1, 3), port(11, "axis", INT64, 1),
          port(11, "divisor", INT64, 1, 3), port(12, "y", FLOAT, 1, 3, 6), port(12, "z", INT64, 1, 3))
    write(folder, "contrary",
          [node("first", "Gather", ["table", "index"], ["a"]), node("less", "Sub", ["index", "eight"], ["shifted"]),
           node("second", "Gather", ["table", "shifted"], ["b"]), node("sum", "Add", ["a", "b"], ["y"])],
          floats("table", 4, 2), integers("eight", (), 8), port(11, "index", INT64, 1, 3), port(12, "y", FLOAT, 1, 3, 2))


if __name__ == "__main__":
    main()
