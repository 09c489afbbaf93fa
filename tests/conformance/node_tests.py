#!/usr/bin/env python3
"""The node tests of the ONNX release against our reference evaluator, for the operators listed below.

Operands become constants (shapes may depend on them), many tests are merged into one model, and a batch that does not
run is tried test by test. Floats must lie within 1e-5 of the recorded ones, relative to their size where that is above
1; everything else must be equal. Element types that the project does not have are left out, and so are the tests in
LEFT_OUT, each with its reason.
"""

import argparse
import collections
import pathlib
import sys
import tarfile
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import judging

ARCHIVE = "onnx-node-tests-1.22.0.tar.xz"
TOLERANCE = 1e-5
BATCH = 60

OPERATORS = set("""
    Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Celu Clip Concat Constant ConstantOfShape Conv
    ConvTranspose DepthToSpace Div Dropout Elu Equal Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gelu
    Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual HardSigmoid HardSwish Identity LayerNormalization
    LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Min Mish Mul Neg Not Or PRelu Pad Pow Range Reciprocal
    ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Resize Round Selu Shape Sigmoid Sign Slice Softmax Softplus
    Softsign SpaceToDepth Split Sqrt Squeeze Sub Swish Tanh ThresholdedRelu Tile TopK Transpose Unsqueeze Upsample Where
    """.split())

# Beginnings of names, with the reason.
LEFT_OUT = {
    "test_training_dropout": "training mode",
    "test_dropout_default_mask_ratio": "training mode",
    "test_batchnorm_epsilon_training_mode": "training mode",
    "test_batchnorm_example_training_mode": "training mode",
    "test_averagepool_2d_ceil_last_window_starts_on_pad": "recorded with four digits only",
    "test_nllloss_NCd1d2d3d4d5_mean_weight_expanded": "a long float sum, recorded in another order",
    "test_pow_types_int32_float32": "an integer base with a float exponent is refused",
    "test_pow_types_int64_float32": "an integer base with a float exponent is refused",
    "test_resize_downsample_scales_cubic_antialias": "antialiasing is refused",
    "test_resize_downsample_scales_linear_antialias": "antialiasing is refused",
    "test_resize_downsample_sizes_cubic_antialias": "antialiasing is refused",
    "test_resize_downsample_sizes_linear_antialias": "antialiasing is refused",
}

ELEMENT_TYPES = {TensorProto.FLOAT, TensorProto.INT8, TensorProto.INT16, TensorProto.INT32, TensorProto.INT64,
                 TensorProto.UINT8, TensorProto.UINT16, TensorProto.UINT32, TensorProto.BOOL}


class NodeTest:
    """One test: a model whose inputs have become initializers, and what it must give."""

    def __init__(self, name, model, inputs, outputs):
        self.name = name
        self.opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=1)
        self.nodes, self.initializers = list(model.graph.node), list(model.graph.initializer)
        self.outputs = []
        for value, tensor in zip(model.graph.input, inputs):
            tensor.name = value.name
            self.initializers.append(tensor)
        for value, tensor in zip(model.graph.output, outputs):
            self.outputs.append((value, numpy_helper.to_array(tensor)))

    def renamed(self, prefix):
        """Copies of the nodes, initializers and outputs under names of their own."""
        nodes, initializers, outputs = [], [], []
        for node in self.nodes:
            copy = onnx.NodeProto()
            copy.CopyFrom(node)
            copy.name = f"{prefix}{self.name}"
            copy.input[:] = [name and prefix + name for name in node.input]
            copy.output[:] = [name and prefix + name for name in node.output]
            nodes.append(copy)
        for tensor in self.initializers:
            copy = onnx.TensorProto()
            copy.CopyFrom(tensor)
            copy.name = prefix + tensor.name
            initializers.append(copy)
        for value, _ in self.outputs:
            copy = onnx.ValueInfoProto()
            copy.CopyFrom(value)
            copy.name = prefix + value.name
            outputs.append(copy)
        return nodes, initializers, outputs


def read_tests(archive):
    """All tests of the archive that are ours; the others are counted by reason."""
    files = collections.defaultdict(dict)
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = pathlib.PurePosixPath(member.name).parts
            if member.isfile() and "node" in parts:
                at = parts.index("node")
                files[parts[at + 1]]["/".join(parts[at + 2:])] = tar.extractfile(member).read()
    tests, skipped = [], collections.Counter()
    for name, contents in sorted(files.items()):
        reason = next((why for start, why in LEFT_OUT.items() if name.startswith(start)), None)
        test = None if reason else make_test(name, contents)
        if test is None:
            skipped[reason or "other operators or element types"] += 1
        else:
            tests.append(test)
    return tests, skipped


def make_test(name, contents):
    if "model.onnx" not in contents:
        return None
    model = onnx.load_from_string(contents["model.onnx"])
    if not model.graph.node or any(n.op_type not in OPERATORS or n.domain for n in model.graph.node):
        return None
    if any(a.type in (a.GRAPH, a.GRAPHS) for n in model.graph.node for a in n.attribute):
        return None
    for value in [*model.graph.input, *model.graph.output]:
        if not value.type.HasField("tensor_type") or value.type.tensor_type.elem_type not in ELEMENT_TYPES:
            return None

    def tensors(kind, count):
        result = []
        for i in range(count):
            tensor = TensorProto()
            tensor.ParseFromString(contents[f"test_data_set_0/{kind}_{i}.pb"])
            result.append(tensor)
        return result

    return NodeTest(name, model, tensors("input", len(model.graph.input)), tensors("output", len(model.graph.output)))


def merge(tests):
    """One model of many tests of one opset. Its only input goes to an output of its own."""
    feed = helper.make_tensor_value_info("feed", TensorProto.FLOAT, [1])
    nodes = [helper.make_node("Identity", ["feed"], ["fed"])]
    initializers, outputs = [], [helper.make_tensor_value_info("fed", TensorProto.FLOAT, [1])]
    for i, test in enumerate(tests):
        parts = test.renamed(f"t{i}_")
        nodes += parts[0]
        initializers += parts[1]
        outputs += parts[2]
    graph = helper.make_graph(nodes, "tests", [feed], outputs, initializers)
    return helper.make_model(graph, ir_version=10, opset_imports=[helper.make_opsetid("", tests[0].opset)])


def run(qcompile, tests):
    """The failures of a batch: (test, message)."""
    path = qcompile.work / "tests.onnx"
    onnx.save(merge(tests), path)
    try:
        _, outputs = qcompile.run(path, np.zeros(1, np.float32), "--backend=reference", "--stage=import")
    except RuntimeError as error:
        if len(tests) == 1:
            return [(tests[0], str(error))]
        half = len(tests) // 2
        return run(qcompile, tests[:half]) + run(qcompile, tests[half:])
    failures = []
    for i, test in enumerate(tests):
        for value, expected in test.outputs:
            problem = compare(outputs.get(f"t{i}_{value.name}"), expected)
            if problem:
                failures.append((test, f"{value.name}: {problem}"))
    return failures


def compare(found, expected):
    if found is None:
        return "missing"
    if found.shape == (1, *expected.shape):  # the command stacks what has no dimension for its one sample
        found = found[0]
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return f"expected {expected.dtype}{list(expected.shape)}, found {found.dtype}{list(found.shape)}"
    if expected.dtype != np.float32:
        return None if np.array_equal(found, expected) else f"{np.sum(found != expected)} elements differ"
    both_nan = np.isnan(found) & np.isnan(expected)
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(found.astype(np.float64) - expected) / np.maximum(1.0, np.abs(expected))
    near = both_nan | (found == expected) | (distance <= TOLERANCE)
    return None if near.all() else f"{np.sum(~near)} elements differ, by up to {np.nanmax(distance):.3g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True)
    parser.add_argument("--only", default="", help="tests whose names contain this")
    arguments = parser.parse_args()
    missing = []
    archive = judging.shared_folder() / "data" / ARCHIVE
    if not judging.available(archive, missing):
        return judging.exit_code([], missing)
    tests, skipped = read_tests(archive)
    tests = [test for test in tests if arguments.only in test.name]
    by_opset = collections.defaultdict(list)
    for test in tests:
        by_opset[test.opset].append(test)
    failures = []
    with tempfile.TemporaryDirectory() as work:
        qcompile = judging.Qcompile(arguments.qcompile, work)
        for _, group in sorted(by_opset.items()):
            for start in range(0, len(group), BATCH):
                failures += run(qcompile, group[start:start + BATCH])
    operators = {node.op_type for test in tests for node in test.nodes}
    print(f"{len(tests)} tests of {len(operators)} operators: {' '.join(sorted(operators))}")
    for reason, count in sorted(skipped.items()):
        print(f"left out: {count} ({reason})")
    return judging.exit_code([f"{test.name}: {message}" for test, message in failures], missing)


if __name__ == "__main__":
    sys.exit(main())
