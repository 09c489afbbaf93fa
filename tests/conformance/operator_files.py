#!/usr/bin/env python3
"""What ONNX Runtime's quantizer writes of a network with concatenations, pools and activations, read and written back.

As quantized operators: every operator gets our codes and has to give ours in ONNX Runtime (its optimizer off), but for few that differ
by one step, which quantized_operators.py holds against the real numbers. The file goes to QONNX and back to quantized operators, there and
back again: the first return has the operators of the file, the second one the bytes of the first. As dynamically quantized products,
fused by ONNX Runtime's optimizer: the outputs of the file as it is.
"""

import collections

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantFormat, QuantType, quantize_dynamic, quantize_static

import frame
import judging
from cases import output_of
from formats import Samples
from plain_runtime import open_session
from round_trips import travel

SHAPE = (1, 3, 8, 8)
# Of 1000 codes, how many may lie on a rounding border that ONNX Runtime's float32 factors put on the other side.
MOST_DIFFERING = 2
# That is what a last bit of float32 is relative to outputs of about 1.
TOLERANCE = 1e-5


class Network:
    def __init__(self, rng):
        self.rng, self.nodes, self.initializers = rng, [], []

    def constant(self, name, values):
        self.initializers.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def weights(self, name, *shape):
        return self.constant(name, self.rng.normal(0, 1 / np.sqrt(np.prod(shape[1:])), shape).astype(np.float32))

    def node(self, op_type, inputs, output, **attributes):
        self.nodes.append(helper.make_node(op_type, inputs, [output], name=output, **attributes))
        return output

    def finish(self, result, shape):
        graph = helper.make_graph(self.nodes, "network", [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)],
                                  [helper.make_tensor_value_info(result, TensorProto.FLOAT, shape)], self.initializers)
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def make_pools(rng):
    net = Network(rng)
    left = net.node("Conv", ["x", net.weights("w0", 4, 3, 3, 3), net.weights("b0", 4)], "conv0", pads=[1, 1, 1, 1])
    left = net.node("LeakyRelu", [left], "leaky", alpha=0.125)
    right = net.node("Conv", ["x", net.weights("w1", 4, 3, 3, 3)], "conv1", pads=[1, 1, 1, 1])
    right = net.node("Sigmoid", [right], "sigmoid")
    joined = net.node("Concat", [left, right], "concat", axis=1)
    joined = net.node("MaxPool", [joined], "maxima", kernel_shape=[2, 2], strides=[1, 1], pads=[1, 1, 0, 0])
    pooled = net.node("AveragePool", [joined], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0])
    mean = net.node("GlobalAveragePool", [pooled], "mean")
    row = net.node("Reshape", [mean, net.constant("row", np.array([1, 8]))], "reshape")
    logits = net.node("Gemm", [row, net.weights("w2", 8, 5), net.weights("b2", 5)], "gemm")
    return net.finish(net.node("Softmax", [logits], "softmax", axis=-1), [1, 5])


def make_products(rng):
    net = Network(rng)
    row = net.node("Reshape", ["x", net.constant("row", np.array([3, 64]))], "reshape")
    hidden = net.node("MatMul", [row, net.weights("w0", 64, 16)], "product0")
    hidden = net.node("Relu", [net.node("Add", [hidden, net.weights("b0", 16)], "sum0")], "relu")
    return net.finish(net.node("MatMul", [hidden, net.weights("w1", 16, 4)], "product1"), [3, 4])


def write_optimized(model, path):
    """ONNX Runtime's own form of a model."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.optimized_model_filepath = str(path)
    onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def quantized_operators(model):
    return collections.Counter(node.op_type for node in model.graph.node if node.op_type.startswith("QLinear"))


def judge_nodes(model, codes):
    """Per operator type: codes, and those that differ from ONNX Runtime's on our codes; the largest difference."""
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    totals, worst = collections.defaultdict(lambda: [0, 0]), 0
    for node in model.graph.node:
        if not node.op_type.startswith("QLinear"):
            continue
        kind = constants[node.input[1 if node.op_type == "QLinearConcat" else 2]].dtype
        given = {name: constants[name] if name in constants else codes[name].astype(kind) for name in node.input if name}
        infos = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for name, v in given.items()]
        output = output_of(node.output[0], helper.np_dtype_to_tensor_dtype(kind))
        single = helper.make_model(helper.make_graph([node], "node", infos, [output]), ir_version=8,
                                   opset_imports=model.opset_import)
        found = open_session(single).run(None, given)[0].astype(int)
        difference = np.abs(found.ravel() - codes[node.output[0]].astype(int).ravel())
        totals[node.op_type][0] += difference.size
        totals[node.op_type][1] += int((difference != 0).sum())
        worst = max(worst, int(difference.max()))
    return totals, worst


def between_borders(model):
    """The model without the quantizer of its input and the dequantizer of its output."""
    out = onnx.ModelProto()
    out.CopyFrom(model)
    first, last = model.graph.node[0], model.graph.node[-1]
    kind = {t.name: t.data_type for t in model.graph.initializer}[first.input[2]]
    del out.graph.node[0], out.graph.node[-1], out.graph.input[:], out.graph.output[:]
    out.graph.input.append(helper.make_tensor_value_info(first.output[0], kind, SHAPE))
    out.graph.output.append(helper.make_tensor_value_info(last.input[0], kind, [1, 5]))
    return out


def check_travel(qcompile, path):
    """What goes wrong on the way to QONNX and back, twice."""
    files, code, message = travel(qcompile, path, ["qonnx", "qop", "qonnx", "qop"], qcompile.work, 4)
    if code:
        return [f"{path.name}: {message}"]
    failures = []
    wanted, back = quantized_operators(onnx.load(path)), quantized_operators(onnx.load(files[1]))
    if back != wanted:
        failures.append(f"{path.name}: expected {dict(wanted)}, found {dict(back)}")
    if files[1].read_bytes() != files[3].read_bytes():
        failures.append(f"{path.name}: the second return has other bytes")
    return failures


def check_optimized(qcompile, path, model, sample):
    """ONNX Runtime's own form of the file, channels last, gives what the file gives."""
    optimized = path.with_suffix(".optimized.onnx")
    write_optimized(model, optimized)
    found, wanted = (judging.only_output(qcompile.run(file, sample, "--backend=reference", "--stage=import")[1])
                     for file in (optimized, path))
    return [] if np.array_equal(found, wanted) else [f"{path.name}: optimized, the outputs differ"]


def check_operators(qcompile, rng, kind, rows):
    name = str(kind).rsplit(".", maxsplit=1)[-1]
    source, path = qcompile.work / "float.onnx", qcompile.work / f"{name}.onnx"
    onnx.save(make_pools(rng), source)
    samples = [rng.normal(0, 1, SHAPE).astype(np.float32) for _ in range(8)]
    quantize_static(str(source), str(path), Samples("x", samples), quant_format=QuantFormat.QOperator, activation_type=kind,
                    weight_type=QuantType.QInt8)
    model = onnx.load(path)
    failures, totals = [], collections.defaultdict(lambda: [0, 0])
    for sample in samples:
        _, _, codes = qcompile.trace(path, sample, "import")
        found, worst = judge_nodes(model, codes)
        for operator, (codes, differing) in found.items():
            totals[operator][0] += codes
            totals[operator][1] += differing
        if worst > 1:
            failures.append(f"{name}: codes differ by {worst} steps")
    rows += [[name, operator, *counts] for operator, counts in sorted(totals.items())]
    codes, differing = (sum(counts[i] for counts in totals.values()) for i in (0, 1))
    if differing * 1000 > MOST_DIFFERING * codes:
        failures.append(f"{name}: {differing} of {codes} codes differ")
    failures += check_optimized(qcompile, path, model, samples[0])
    onnx.save(between_borders(model), qcompile.work / f"{name}_codes.onnx")
    return failures + check_travel(qcompile, path) + check_travel(qcompile, qcompile.work / f"{name}_codes.onnx")


def check_dynamic(qcompile, rng, rows):
    source, path, fused = (qcompile.work / f"{name}.onnx" for name in ("products", "dynamic", "fused"))
    onnx.save(make_products(rng), source)
    quantize_dynamic(str(source), str(path), weight_type=QuantType.QInt8)
    write_optimized(onnx.load(path), fused)
    model, failures = onnx.load(fused), []
    operators = collections.Counter(node.op_type for node in model.graph.node)
    if not operators["DynamicQuantizeMatMul"]:
        return [f"the optimizer fused nothing: {dict(operators)}"]
    sample = rng.normal(0, 1, SHAPE).astype(np.float32)
    wanted = open_session(model).run(None, {"x": sample})[0]
    for stage in ("import", "normalise"):
        found = judging.only_output(qcompile.run(fused, sample, "--backend=reference", f"--stage={stage}")[1])
        worst = np.abs(found - wanted).max()
        rows.append(["dynamic", f"outputs at {stage}", wanted.size, int((found != wanted).sum())])
        if worst > TOLERANCE:
            failures.append(f"dynamic, stage {stage}: outputs differ by {worst:.3g}")
    return failures


def judge(run):
    for kind in (QuantType.QUInt8, QuantType.QInt8):
        run.failures += check_operators(run.qcompile, run.rng, kind, run.rows)
    run.failures += check_dynamic(run.qcompile, run.rng, run.rows)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.SEED, heads=["activations", "operator", "codes", "differing"])
