#!/usr/bin/env python3
"""Scales in blocks: QuantizeLinear and DequantizeLinear of every element type, there and back.

One model per element type: activations and constant codes with scales and zero points in blocks along every dimension, of lengths that do
and do not divide it. The model, what it becomes as QDQ, and what its QONNX form becomes as QDQ give the same numbers, bit for bit,
on the evaluator and in ONNX Runtime with its optimizer off; inputs lie on rounding borders, beside them and far outside. The second
journey to QONNX and back gives the bytes of the first.
"""


import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import frame
from plain_runtime import compute
from round_trips import travel

SHAPE = (2, 6, 5)
INTEGERS = {TensorProto.INT2: (-2, 1), TensorProto.UINT2: (0, 3), TensorProto.INT4: (-8, 7), TensorProto.UINT4: (0, 15),
            TensorProto.INT8: (-128, 127), TensorProto.UINT8: (0, 255), TensorProto.INT16: (-32768, 32767),
            TensorProto.UINT16: (0, 65535)}
FLOATS = (TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E5M2, TensorProto.FLOAT8E4M3FNUZ, TensorProto.FLOAT8E5M2FNUZ)
# Along every dimension: single elements, a length that divides it, one that does not, all of it.
BLOCKS = ((0, 1), (0, 2), (1, 2), (1, 4), (1, 6), (2, 1), (2, 3))


class Model:
    def __init__(self, rng, kind):
        self.rng, self.kind = rng, kind
        self.nodes, self.initializers, self.outputs = [], [], []

    def constant(self, name, values, kind=TensorProto.FLOAT):
        values = np.asarray(values)
        if kind == TensorProto.FLOAT:
            self.initializers.append(numpy_helper.from_array(values.astype(np.float32), name))
        else:
            self.initializers.append(helper.make_tensor(name, kind, values.shape, values.ravel().tolist()))
        return name

    def parameters(self, prefix, axis, block):
        shape = list(SHAPE)
        shape[axis] = -(-shape[axis] // block)
        # Powers of two put inputs on borders; others do not.
        scale = np.exp2(self.rng.integers(-3, 2, shape)) * self.rng.choice([1, 1.37], shape)
        low, high = INTEGERS.get(self.kind, (0, 0))
        zero = self.rng.integers(low, high + 1, shape)
        return [self.constant(f"{prefix}_scale", scale), self.constant(f"{prefix}_zero", zero, self.kind)]

    def add(self, axis, block):
        where = {"axis": axis, "block_size": block}
        prefix = f"along{axis}_by{block}"
        parameters = self.parameters(prefix, axis, block)
        self.nodes += [helper.make_node("QuantizeLinear", ["x", *parameters], [f"{prefix}_q"], **where),
                       helper.make_node("DequantizeLinear", [f"{prefix}_q", *parameters], [f"{prefix}_y"], **where)]
        low, high = INTEGERS.get(self.kind, (-16, 16))
        codes = self.constant(f"{prefix}_w", self.rng.integers(low, high + 1, SHAPE), self.kind)
        parameters = self.parameters(f"{prefix}_w", axis, block)
        self.nodes += [helper.make_node("DequantizeLinear", [codes, *parameters], [f"{prefix}_v"], **where),
                       helper.make_node("Mul", ["x", f"{prefix}_v"], [f"{prefix}_p"])]
        self.outputs += [f"{prefix}_y", f"{prefix}_p"]

    def build(self):
        for axis, block in BLOCKS:
            self.add(axis, block)
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in self.outputs]
        graph = helper.make_graph(self.nodes, "blocks", [x], outputs, self.initializers)
        small = self.kind in (TensorProto.INT2, TensorProto.UINT2)
        return helper.make_model(graph, ir_version=13 if small else 10,
                                 opset_imports=[helper.make_opsetid("", 25 if small else 21)])


def differing(found, wanted):
    return sum(int(np.sum(found[name].reshape(wanted[name].shape) != wanted[name])) for name in wanted)


def check(qcompile, rng, kind):
    """A row of the table, and failures."""
    name = TensorProto.DataType.Name(kind).lower()
    model = Model(rng, kind).build()
    source = qcompile.work / f"{name}.onnx"
    onnx.save(model, source)
    x = rng.choice([0.25, 0.5, 1, 1.37, 1000], SHAPE) * rng.integers(-40, 41, SHAPE)
    x = np.where(rng.random(SHAPE) < 0.3, np.nextafter(np.float32(x), np.float32(0)), np.float32(x))
    wanted = compute(model, {"x": x})
    elements = sum(value.size for value in wanted.values())
    failures, row = [], [name, elements]
    _, found = qcompile.run(source, x, "--backend=reference", "--stage=import")
    row.append(differing(found, wanted))
    for route in (["qdq"], ["qonnx", "qdq", "qonnx", "qdq"]):
        files, code, message = travel(qcompile, source, route, qcompile.work, 4, small_types=True)
        if code:
            return row, [f"{name}: {message}"]
        row.append(differing(compute(onnx.load(files[min(1, len(files) - 1)]), {"x": x}), wanted))
        if len(files) > 1 and files[1].read_bytes() != files[3].read_bytes():
            failures.append(f"{name}: the second return has other bytes")
    if any(row[2:]):
        failures.append(f"{name}: {sum(row[2:])} elements differ")
    return row, failures


def judge(run):
    for kind in (*INTEGERS, *FLOATS):
        row, failures = check(run.qcompile, run.rng, kind)
        run.note([row], failures)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.SEED, heads=["type", "elements", "as imported", "as qdq", "qonnx and back"])
