#!/usr/bin/env python3
"""Changed models: the integer form and the cpu backend must compute what the model says, or refuse it; nothing may crash or hang.

Models of a manifest and shipped ones get one to three random changes: other constants, attributes and operators, operations put
in or taken out, values connected otherwise. Random inputs then go through the model as written, its integer form and the backend.
"""

import collections
import json
import pathlib
import random
import subprocess

import numpy as np
import onnx
from onnx import AttributeProto, helper, numpy_helper

import frame
import judging

UNARY = ("Relu", "Neg", "Abs", "Sigmoid", "Tanh", "Identity", "Floor", "Ceil", "Round", "Sign", "Exp", "Softplus", "Elu", "Selu",
         "LeakyRelu", "HardSigmoid", "HardSwish", "Gelu", "Softsign", "Erf", "Sqrt", "Reciprocal", "Mish", "Celu")
BINARY = ("Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "PRelu")
FLOATS = (0.0, -0.0, 1.0, -1.0, 0.5, 0.25, 1e-45, 3.4e38, 1e-7, 127.5, -128.0, float("inf"), float("nan"), 0.1, 1 / 3, 7.0, 16777217.0)
INTEGERS = (0, 1, -1, 2, 3, 4, 7, 8, 15, 16, 31, 127, 128, 255, -127, -128)
ROUNDINGS = (b"ROUND", b"FLOOR", b"CEIL", b"UP", b"DOWN", b"HALF_UP", b"HALF_DOWN", b"ROUND_TO_ZERO")
LIMIT_SECONDS = 60
REFUSALS = range(1, 6)  # bad usage, models and files
# The compiler says that a sum could not be kept exact.
INEXACT = "QC-P003"


class Mutator:
    """Random changes of one model."""

    def __init__(self, model, seed):
        self.graph, self.random = model.graph, random.Random(seed)

    def mutate(self):
        change = self.random.choice((self.change_constant, self.change_constant, self.change_attribute, self.change_operator,
                                     self.insert, self.insert, self.remove, self.reconnect))
        change()

    def change_constant(self):
        tensor = self.pick(self.graph.initializer)
        array = numpy_helper.to_array(tensor).copy() if tensor else np.zeros(0)
        if array.size == 0 or array.dtype.kind not in "fiu":
            return
        flat, at = array.reshape(-1), self.random.randrange(array.size)
        with np.errstate(all="ignore"):
            if array.dtype.kind == "f":
                flat[at] = self.pick(FLOATS) if self.random.random() < 0.5 else flat[at] * self.pick((-1, 2, 0.5, 1.0000001, 100))
            else:
                limits = np.iinfo(array.dtype)
                flat[at] = min(max(self.pick(INTEGERS), limits.min), limits.max)
        tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))

    def change_attribute(self):
        attribute = self.pick([a for node in self.graph.node for a in node.attribute])
        if attribute is None:
            return
        if attribute.type == AttributeProto.INT:
            attribute.i = self.pick(INTEGERS)
        elif attribute.type == AttributeProto.FLOAT:
            attribute.f = self.pick(FLOATS)
        elif attribute.type == AttributeProto.INTS and attribute.ints:
            attribute.ints[self.random.randrange(len(attribute.ints))] = self.pick(INTEGERS)
        elif attribute.s in ROUNDINGS:
            attribute.s = self.pick(ROUNDINGS)

    def change_operator(self):
        node = self.pick(self.graph.node)
        if node is not None and node.op_type in UNARY:
            node.op_type = self.pick(UNARY)
            del node.attribute[:]
        elif node is not None and node.op_type in BINARY:
            node.op_type = self.pick(BINARY)

    def insert(self):
        """A pointwise operation of a value and nothing, a constant or itself."""
        node = self.pick([node for node in self.graph.node if node.input and node.input[0]])
        if node is None:
            return
        source, name = node.input[0], f"inserted_{len(self.graph.node)}"
        other = self.random.randrange(5)
        operands = [source] if other < 3 else [source, source]
        if other == 4:
            self.graph.initializer.append(numpy_helper.from_array(np.array(self.pick(FLOATS), np.float32), f"{name}.constant"))
            operands[self.random.randrange(2)] = f"{name}.constant"
        operator = self.pick(UNARY if len(operands) == 1 else BINARY)
        node.input[0] = name
        self.graph.node.insert(list(self.graph.node).index(node), helper.make_node(operator, operands, [name], name=name))

    def remove(self):
        node = self.pick([node for node in self.graph.node if node.input and node.output])
        if node is None or node.output[0] in [output.name for output in self.graph.output]:
            return
        for user in self.graph.node:
            for i, name in enumerate(user.input):
                if name == node.output[0]:
                    user.input[i] = node.input[0]
        self.graph.node.remove(node)

    def reconnect(self):
        node = self.pick([node for node in self.graph.node if node.input])
        values = [v.name for v in list(self.graph.input) + list(self.graph.initializer)]
        values += [name for other in self.graph.node for name in other.output]
        if node is not None and values:
            node.input[self.random.randrange(len(node.input))] = self.pick(values)

    def pick(self, items):
        return self.random.choice(items) if len(items) else None


def compare(qcompile, model, sides, seed):
    """What a comparison found: same, inexact, refused, or a fault with its message."""
    try:
        done = qcompile.call("compare", model, *sides, "--random", 12, "--seed", seed, "--json", timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        return f"still running after {LIMIT_SECONDS} s"
    if "without a message" in done.stderr or done.returncode not in (0, *REFUSALS):
        return f"exit code {done.returncode}: {done.stderr[-300:]}"
    try:
        first = json.loads(done.stdout)["first"]
    except (json.JSONDecodeError, KeyError):
        return "refused" if done.returncode else f"no comparison: {done.stdout[-300:]}"
    if not first:
        return "same"
    return "inexact" if INEXACT in done.stderr else f"'{first}' differs"


def judge(run):
    asked, found = run.arguments, collections.Counter()
    files = sorted(asked.manifest.parent.glob("*.onnx")) + [judging.SHIPPED / "digits_w2a2.onnx"]
    path = run.folder / "model.onnx"
    for seed in range(asked.seed * 1_000_000, asked.seed * 1_000_000 + asked.count):
        choice = random.Random(seed)
        source = choice.choice(files)
        try:
            model = onnx.load(source)
        except Exception:  # those that are no models
            continue
        mutator = Mutator(model, seed)
        for _ in range(choice.choice((1, 1, 2, 3))):
            mutator.mutate()
        path.write_bytes(model.SerializeToString())
        for sides in (["--stage=bound", "--against=import"], ["--backend=cpu", "--against=bound"]):
            verdict = compare(run.qcompile, path, sides, seed)
            known = verdict in ("same", "inexact", "refused")
            found[verdict if known else "fault"] += 1
            if not known:
                run.failures.append(f"seed {seed}, {source.name} ({' '.join(sides)}): {verdict}")
                if asked.keep:
                    asked.keep.mkdir(parents=True, exist_ok=True)
                    (asked.keep / f"{seed}.onnx").write_bytes(path.read_bytes())
            if verdict == "refused":
                break
    print(", ".join(f"{count} {verdict}" for verdict, count in sorted(found.items())))


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.SEED, frame.option("--manifest", required=True, type=pathlib.Path),
               frame.option("--count", type=int, default=200),
               frame.option("--keep", type=pathlib.Path, help="folder for models with faults"))
