#!/usr/bin/env python3
"""Where other programs compute something else than the model says: our answer beside a derivation, and `compare` says which
layer they get wrong.

- ONNX Runtime's optimizer on KWS and TFC_1W2A: recorded with the optimizer off and on (record_onnxruntime.py).
- OpenVINO on KWS in QCDQ form goes wrong in the first MatMul: ours against float64, and the known count of right answers.
- IREE on unsigned QuantizeLinear, Clip, DequantizeLinear compares bytes as signed ones: codes above 127 become 0.
- hls4ml on networks with bipolar activations: ours against integer arithmetic.
"""

import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.qonnx_to_qcdq import QuantToQCDQ
from qonnx.util.cleanup import cleanup_model

import frame
import judging
import record_onnxruntime

sys.path.insert(0, str(judging.SHIPPED))
from qonnx_builder import Builder  # noqa: E402 (a folder of generators, not a package)

DIFFERENT = 4
# Right answers of qonnx's executor on 1000 recorded keywords.
KEYWORDS_RIGHT = 825


class Test:
    """A run whose statements are expected to hold."""

    def __init__(self, run):
        self.qcompile, self.work, self.failures = run.qcompile, run.folder, run.failures

    def expect(self, condition, text):
        if not condition:
            self.failures.append(text)

    def compare(self, model, inputs, recorded, *options):
        """`compare --recorded`: its exit code and JSON object."""
        record_onnxruntime.write(recorded, self.work / "recorded" / pathlib.Path(model).stem)
        np.save(self.work / "input.npy", inputs)
        done = self.qcompile.call("compare", model, "--input", self.work / "input.npy", "--recorded",
                                  self.work / "recorded" / pathlib.Path(model).stem, "--json", "-q", *options)
        if done.returncode not in (0, DIFFERENT):
            raise RuntimeError(f"qcompile compare ended with {done.returncode}: {done.stderr[-500:]}")
        return done.returncode, json.loads(done.stdout)

    def save(self, model, name):
        path = self.work / f"{name}.onnx"
        onnx.save(model, path)
        return path


def cleaned(path):
    """qonnx' own clean form of a model: its converter takes no other."""
    return cleanup_model(ModelWrapper(str(path)))


def without_bipolar_weights(wrapper):
    """Bipolar weights as floats: QCDQ has no one-bit type."""
    constants = {t.name: numpy_helper.to_array(t) for t in wrapper.graph.initializer}
    for node in list(wrapper.graph.node):
        if node.op_type == "BipolarQuant" and node.input[0] in constants:
            values, scale = (constants[name] for name in node.input)
            weights = np.where(values >= 0, scale, -scale).astype(np.float32)
            wrapper.graph.initializer.append(numpy_helper.from_array(weights, node.output[0]))
            wrapper.graph.node.remove(node)
    return wrapper


def test_onnxruntime(test, name, path, samples, node):
    """ONNX Runtime departs in no layer without its optimizer; with it, in the layer of `node`."""
    wrapper = cleaned(path)
    model = test.save(wrapper.model, name)
    qcdq = without_bipolar_weights(wrapper).transform(QuantToQCDQ()).model
    rows = []
    for level in ("disable", "all"):
        recorded, changed = record_onnxruntime.record(qcdq, samples, level)
        code, result = test.compare(model, samples, recorded, "--allow-ambiguous")
        departs = result["departs"]
        counts = {key: sum(row.get(key, 0) for row in result["tensors"] if row["codes"])
                  for key in ("elements", "differing", "ambiguous", "following", "departing")}
        rows.append([name, level, len(recorded), len(changed), *counts.values(), departs["nodes"][-1] if departs else "-"])
        test.expect(result["judged"] or not result["first"], f"{name} {level}: not judged")
        if level == "disable":
            test.expect(code == 0 and departs is None, f"{name}: departs without the optimizer: {departs}")
            test.expect(counts["departing"] == counts["following"] == 0, f"{name}: codes differ: {counts}")
        else:
            test.expect(code == DIFFERENT and departs is not None, f"{name}: the optimizer changed nothing ({code})")
            test.expect(departs and node in departs["nodes"], f"{name}: expected node {node}, found {departs}")
    return rows


def test_keywords_qcdq(test, path, samples, labels):
    """KWS in QCDQ form: the first product against float64, and as many right answers as qonnx' executor."""
    qcdq = cleaned(path).transform(QuantToQCDQ()).model
    model = test.save(qcdq, "kws_qcdq")
    _, values, _ = test.qcompile.trace(model, samples[:20], "normalise")
    product = next(node for node in qcdq.graph.node if node.op_type == "MatMul")
    left = values[product.input[0]].astype(np.float64).reshape(20, -1)
    # A constant is stored once per sample.
    right = values[product.input[1]].astype(np.float64).reshape(-1, *left.shape[1:], 256)[0]
    exact = left @ right
    # Each factor and the sum are rounded to float32.
    off = np.abs(values[product.output[0]].reshape(exact.shape) - exact) > 2.0 ** -22 * (np.abs(left) @ np.abs(right))
    test.expect(not off.any(), f"kws_qcdq: {int(off.sum())} of {off.size} products are wrong")
    for backend in ("reference", "cpu"):
        _, outputs = test.qcompile.run(model, samples, f"--backend={backend}")
        right_answers = int((judging.classes(judging.only_output(outputs), len(labels)) == labels).sum())
        test.expect(right_answers == KEYWORDS_RIGHT,
                    f"kws_qcdq on {backend}: {right_answers} right, expected {KEYWORDS_RIGHT}")


def test_unsigned_clip(test):
    """All 256 codes through Clip(0, 63); a signed comparison is what IREE computes, and `compare` names the Clip."""
    scale, highest = np.float32(0.25), 63
    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in (
        ("scale", scale), ("zero", np.uint8(0)), ("low", np.uint8(0)), ("high", np.uint8(highest)))]
    nodes = [helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"], "Quantize"),
             helper.make_node("Clip", ["q", "low", "high"], ["c"], "Clip"),
             helper.make_node("DequantizeLinear", ["c", "scale", "zero"], ["y"], "Dequantize")]
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 256]) for name in "xy"]
    graph = helper.make_graph(nodes, "clip", ports[:1], ports[1:], constants)
    model = test.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "clip")
    codes = np.arange(256, dtype=np.uint8)
    inputs = (codes * scale).astype(np.float32)[None]
    expected = (np.minimum(codes, highest) * scale).astype(np.float32)[None]
    for backend in ("reference", "cpu"):
        _, outputs = test.qcompile.run(model, inputs, f"--backend={backend}")
        test.expect(np.array_equal(outputs["y"], expected), f"clip on {backend}: {outputs['y'][0, [63, 64, 128, 255]]}")
    signed = np.maximum(np.minimum(codes.astype(np.int8), highest), 0).astype(np.float32)[None] * scale
    code, result = test.compare(model, inputs, {"y": signed})
    test.expect(code == DIFFERENT and result["departs"]["nodes"][-1] == "Dequantize", f"clip: {result['departs']}")
    row = next(row for row in result["tensors"] if row["name"] == "output y")
    # 128 codes become 0 where the right answer is 63.
    test.expect((row["differing"], row["departing"], row["worst"]) == (128, 128, 63 * 0.25), f"clip: {row}")


def test_bipolar(test):
    """Two layers of bipolar weights and activations: signs of integer sums."""
    builder = Builder("bipolar", [1, 96])
    random = np.random.RandomState(5)
    signs = [random.choice([-1.0, 1.0], shape).astype(np.float32) for shape in ((96, 40), (40, 10))]
    shift = random.randint(-5, 6, 40).astype(np.float32) + np.float32(0.5)  # no sum lies on the border
    hidden = builder.node("MatMul", [builder.bipolar("x"), builder.weight((96, 40), values=signs[0])])
    hidden = builder.bipolar(builder.node("Add", [hidden, builder.constant(shift)]))
    output = builder.node("MatMul", [hidden, builder.weight((40, 10), values=signs[1])])
    model = test.save(builder.output(output, [1, 10]).model(), "bipolar")
    inputs = random.uniform(-1, 1, (64, 96)).astype(np.float32)
    first = np.where(inputs >= 0, 1, -1) @ signs[0].astype(np.int64)
    expected = (np.where(first + shift >= 0, 1, -1) @ signs[1].astype(np.int64)).astype(np.float32)
    for backend in ("reference", "cpu", "imc"):
        _, outputs = test.qcompile.run(model, inputs, f"--backend={backend}")
        found = judging.only_output(outputs).reshape(expected.shape)
        test.expect(np.array_equal(found, expected), f"bipolar on {backend}: {int((found != expected).sum())} differ")


def judge(run):
    test, shared, most = Test(run), judging.shared_folder(), run.arguments.samples
    test_unsigned_clip(test)
    test_bipolar(test)
    keywords = shared / "models" / "kws_w3a3_mlperf_tiny.onnx"
    if judging.available(keywords, run.skipped):
        samples, labels = judging.keywords(shared / "data")
        run.rows += test_onnxruntime(test, "kws", keywords, samples[:most], "MatMul_0")
        test_keywords_qcdq(test, keywords, samples, labels)
    digits = shared / "models" / "tfc_1w2a.onnx"
    if judging.available(digits, run.skipped):
        pictures, _ = judging.mnist(shared / "data")
        # The optimizer folds batch norms into products.
        run.rows += test_onnxruntime(test, "tfc_1w2a", digits, pictures[:most], "BatchNormalization_0")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--samples", type=int, default=100),
               heads=["model", "optimizer", "tensors", "left out", "codes", "differ", "ambiguous", "follow", "depart", "departs at"])
