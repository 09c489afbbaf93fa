#!/usr/bin/env python3
"""Single-input latency of the cpu backend beside ONNX Runtime, in one run on one pinned core.

usage: latency.py --qcompile BUILD/bin/qcompile MODEL.onnx [--repeats N]

ONNX Runtime has no QONNX operators, so its model is the same network with the quantizers of constants computed and the
others written with standard operators (BipolarQuant as a comparison and a choice, Quant as divide, round, clip, multiply).
Prints minimum and median of both in microseconds per call, and the ratio.
"""

import argparse
import os
import pathlib
import subprocess
import tempfile
import time

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper


def bounds(bits, signed, narrow):
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return (low + 1, high) if signed and narrow else (low, high - (1 if narrow and not signed else 0))


class StandardOperators:
    """Rewrites QONNX quantizers (rounding half to even, zero point 0) with standard operators."""

    def __init__(self, model):
        self.model = model
        self.constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
        self.nodes = []

    def constant(self, name, value):
        self.model.graph.initializer.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def emit(self, operator, inputs, output):
        self.nodes.append(helper.make_node(operator, inputs, [output]))

    def bipolar(self, node):
        x, scale, out = node.input[0], self.constants[node.input[1]], node.output[0]
        if x in self.constants:
            self.constants[out] = np.where(self.constants[x] >= 0, scale, -scale).astype(np.float32)
            self.constant(out, self.constants[out])
            return
        zero, plus = self.constant(out + "_zero", 0), self.constant(out + "_plus", scale)
        minus = self.constant(out + "_minus", -scale)
        self.emit("GreaterOrEqual", [x, zero], out + "_reached")
        self.emit("Where", [out + "_reached", plus, minus], out)

    def quant(self, node):
        attributes = {a.name: a for a in node.attribute}
        flag = lambda name, default: attributes[name].i if name in attributes else default
        x, scale, out = node.input[0], self.constants[node.input[1]], node.output[0]
        low, high = bounds(int(self.constants[node.input[3]]), flag("signed", 1), flag("narrow", 0))
        if x in self.constants:
            codes = np.clip(np.round(self.constants[x] / scale), low, high)
            self.constants[out] = (codes * scale).astype(np.float32)
            self.constant(out, self.constants[out])
            return
        step = self.constant(out + "_scale", scale)
        self.emit("Div", [x, step], out + "_ratio")
        self.emit("Round", [out + "_ratio"], out + "_rounded")
        self.emit("Clip", [out + "_rounded", self.constant(out + "_low", low), self.constant(out + "_high", high)],
                  out + "_codes")
        self.emit("Mul", [out + "_codes", step], out)

    def rewrite(self):
        for node in self.model.graph.node:
            if node.op_type == "BipolarQuant":
                self.bipolar(node)
            elif node.op_type == "Quant":
                self.quant(node)
            else:
                self.nodes.append(node)
        nodes = list(self.nodes)
        del self.model.graph.node[:]
        self.model.graph.node.extend(nodes)
        # Initializers repeated as inputs would keep the peer from folding them.
        initialized = {t.name for t in self.model.graph.initializer}
        inputs = [i for i in self.model.graph.input if i.name not in initialized]
        del self.model.graph.input[:]
        self.model.graph.input.extend(inputs)
        for entry in self.model.opset_import:
            if entry.domain == "":
                entry.version = max(entry.version, 12)
        return self.model


def measure_peer(path, sample, repeats):
    model = onnx.load(path)
    opset = next((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), 9)
    if opset < 12:
        # Only numbers change between these versions for the operators of these networks, but for axes of Unsqueeze.
        assert not any(n.op_type in ("Squeeze", "ReduceSum") for n in model.graph.node)
    model = StandardOperators(model).rewrite()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    feed = {session.get_inputs()[0].name: sample.reshape(session.get_inputs()[0].shape)}
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        for _ in range(100):
            session.run(None, feed)
        times.append((time.perf_counter() - start) * 1e4)
    return min(times), sorted(times)[len(times) // 2]


def measure_ours(qcompile, path, sample, repeats, work):
    artifact = work / path.stem
    subprocess.run([qcompile, "-q", path, "-o", artifact], check=True)
    name = next(artifact.glob("*.h")).stem
    source = pathlib.Path(__file__).with_suffix(".c")
    program = work / "latency"
    subprocess.run(["cc", "-O2", f"-DMODEL={name}", "-include", artifact / f"{name}.h", source,
                    artifact / f"{name}.so", f"-Wl,-rpath,{artifact}", "-o", program], check=True)
    sample.astype(np.float32).tofile(work / "input.f32")
    out = subprocess.run([program, artifact / "weights" / f"{name}.bin", work / "input.f32", str(repeats)],
                         check=True, capture_output=True, text=True).stdout.split()
    return float(out[0]), float(out[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--qcompile", required=True)
    parser.add_argument("--repeats", type=int, default=50)
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    graph = onnx.load(options.model).graph
    initialized = {t.name for t in graph.initializer}
    port = next(i for i in graph.input if i.name not in initialized)
    shape = [max(d.dim_value, 1) for d in port.type.tensor_type.shape.dim]
    sample = np.random.default_rng(0).random(shape, dtype=np.float32)
    with tempfile.TemporaryDirectory() as folder:
        ours = measure_ours(options.qcompile, options.model, sample, options.repeats, pathlib.Path(folder))
    peer = measure_peer(options.model, sample, options.repeats)
    print(f"{'':14}{'min us':>10}{'median us':>12}")
    print(f"{'qcompile cpu':14}{ours[0]:10.3f}{ours[1]:12.3f}")
    print(f"{'ONNX Runtime':14}{peer[0]:10.3f}{peer[1]:12.3f}   (Python call, one thread)")
    print(f"ratio of minima {peer[0] / ours[0]:.1f}")


if __name__ == "__main__":
    main()
