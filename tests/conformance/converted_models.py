#!/usr/bin/env python3
"""Converted models in other programs: do they compute our codes?

Every known model is converted. What became QCDQ, QDQ or quantized operators runs in ONNX Runtime with its optimizer off, cut behind every quantizer: each
layer gets our codes of the source model, so that one flipped code does not cascade. A code may differ only where it is ambiguous (see
qonnx_judge.py, which judges the source model on the same samples). What became MultiThreshold runs in qonnx's executor, whole.
A model that has no exact form in a format has to be refused with a line per node; such lines are counted, and which models may be
refused stands below.
"""

import re

import numpy as np
import onnx
from onnx import helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_onnx

import frame
import judging
from known_models import ONLY, chosen_models, comparison_inputs, is_chosen, title
from plain_runtime import open_session
from qonnx_judge import Judge

TOLERANCE = 2e-5
REFUSED = 3
# What a format cannot say of a model: a pattern that every line matches.
EXPECTED_REFUSALS = {}


class MaskingJudge(Judge):
    """Keeps which codes of every layer are ambiguous."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.masks = {}

    def count(self, node, judged, ours):
        super().count(node, judged, ours)
        self.masks.setdefault(node.output[0], []).append(judged.low != judged.high)

    def mask(self, name):
        return np.concatenate(self.masks[name]) if name in self.masks else None


def convert(qcompile, source, target, output, *options):
    """Exit code and lines of error."""
    done = qcompile.call("convert", source, f"--to={target}", "-o", output, *options)
    return done.returncode, [line for line in done.stderr.splitlines() if "error" in line or "more errors" in line]


def cut_behind_quantizers(model, judged):
    """Consumers of the tensors `judged` read inputs of the same names instead; these become outputs `NAME.judged`."""
    cut = onnx.ModelProto()
    cut.CopyFrom(model)
    for node in cut.graph.node:
        for i, name in enumerate(node.output):
            if name in judged:
                node.output[i] = name + ".judged"
    infos = {info.name: info for info in [*cut.graph.value_info, *cut.graph.output]}
    kept = [output for output in cut.graph.output if output.name not in judged]
    del cut.graph.output[:]
    cut.graph.output.extend(kept)
    for name in judged:
        cut.graph.input.append(infos[name])
        cut.graph.output.append(helper.make_tensor_value_info(name + ".judged", onnx.TensorProto.FLOAT, None))
    return cut


class Result:
    """Counts over the layers of one converted model."""

    def __init__(self):
        self.codes = self.differing = self.wrong = 0
        self.worst = 0.0

    def add(self, differing, ambiguous):
        self.codes += differing.size
        self.differing += int(differing.sum())
        self.wrong += int((differing & ~ambiguous).sum()) if ambiguous is not None else int(differing.sum())


def activations(model):
    """Tensors that a DequantizeLinear of computed codes gives."""
    constants = {tensor.name for tensor in model.graph.initializer}
    producers = {name: node for node in model.graph.node for name in node.output}

    def is_constant(name):
        node = producers.get(name)
        return name in constants or (node is not None and all(is_constant(i) for i in node.input if i))

    return [node.output[0] for node in model.graph.node
            if node.op_type == "DequantizeLinear" and not is_constant(node.input[0])]


def judge_in_runtime(model, inputs, traced, judge):
    """Runs the model, cut behind its quantizers, on our codes."""
    judged = [name for name in activations(model) if name in traced]
    session = open_session(cut_behind_quantizers(model, judged))
    result = Result()
    name = session.get_inputs()[0].name
    shapes = {i.name: [d if isinstance(d, int) else 1 for d in i.shape] for i in session.get_inputs()}
    batch = shapes[name][0]
    for start in range(0, len(inputs), batch):
        feed = {name: inputs[start:start + batch].reshape(shapes[name]).astype(np.float32)}
        for tensor in judged:
            whole = traced[tensor].reshape(len(inputs), -1)
            feed[tensor] = whole[start:start + batch].reshape(shapes[tensor])
        outputs = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed)))
        for tensor in judged:
            mask = judge.mask(tensor)
            ambiguous = None if mask is None else mask.reshape(len(inputs), -1)[start:start + batch]
            theirs = outputs[tensor + ".judged"].reshape(batch, -1)
            result.add(theirs != feed[tensor].reshape(batch, -1), ambiguous)
        for output, value in outputs.items():
            if not output.endswith(".judged") and output in traced:
                ours = traced[output].reshape(len(inputs), -1)[start:start + batch]
                result.worst = max(result.worst, distance(ours, value.reshape(ours.shape)))
    return result, len(judged)


def distance(ours, theirs):
    return float(np.max(np.abs(ours.astype(np.float64) - theirs) / np.maximum(1.0, np.abs(theirs)), initial=0.0))


def judge_in_executor(path, inputs, traced, codes, judge, samples=4):
    """Runs a model of MultiThreshold nodes whole in qonnx's executor."""
    wrapper = ModelWrapper(str(path))
    name = wrapper.graph.input[0].name
    shape = wrapper.get_tensor_shape(name)
    result, layers = Result(), set()
    for start in range(0, min(samples, len(inputs)), shape[0]):
        context = execute_onnx(wrapper, {name: inputs[start:start + shape[0]].reshape(shape).astype(np.float32)}, True)
        for node in wrapper.graph.node:
            tensor = node.output[0]
            if node.op_type != "MultiThreshold" or tensor not in codes:
                continue
            layers.add(tensor)
            ours = codes[tensor].reshape(len(inputs), -1)[start:start + shape[0]]
            mask = judge.mask(tensor)
            ambiguous = None if mask is None else mask.reshape(len(inputs), -1)[start:start + shape[0]]
            result.add(context[tensor].reshape(ours.shape) != ours, ambiguous)
        for output in wrapper.graph.output:
            ours = traced[output.name].reshape(len(inputs), -1)[start:start + shape[0]]
            result.worst = max(result.worst, distance(ours, context[output.name].reshape(ours.shape)))
    return result, len(layers)


def is_expected(target, known, lines):
    patterns = [pattern for (format_, name), pattern in EXPECTED_REFUSALS.items()
                if format_ == target and name in ("*", known.name)]
    return bool(lines) and bool(patterns) and all(
        any(re.search(pattern, line) for pattern in patterns) or "more errors" in line for line in lines)


def judge_model(qcompile, known, targets, samples, options):
    """Rows of the table, and failures."""
    rows, failures = [], []
    inputs = comparison_inputs(known, samples)
    outputs, traced, codes = qcompile.trace(known.path, inputs, "import")
    traced = {**traced, **outputs}
    judge = MaskingJudge(known.path.read_bytes(), len(inputs))
    judge.judge(inputs, traced, codes)
    for target in targets:
        converted = qcompile.work / f"{known.name.replace('/', '_')}_{target}.onnx"
        code, lines = convert(qcompile, known.path, target, converted, *options)
        if code != 0:
            rows.append((title(known), target, f"refused: {len(lines)} nodes", "", "", "", ""))
            if code != REFUSED or not is_expected(target, known, lines):
                failures.append(f"{known.name} to {target} ended with {code}: {' | '.join(lines)[:500]}")
            continue
        model = onnx.load(converted)
        onnx.checker.check_model(model) if target != "multithreshold" else None
        if target == "multithreshold":
            result, layers = judge_in_executor(converted, inputs, traced, codes, judge)
        else:
            known_domains = ("", "com.microsoft") if target == "qop" else ("",)
            left = sorted({node.op_type for node in model.graph.node if node.domain not in known_domains})
            if left:
                failures.append(f"{known.name} to {target}: operators left over: {left}")
                continue
            result, layers = judge_in_runtime(model, inputs, traced, judge)
        rows.append((title(known), target, layers, result.codes, result.differing, result.wrong, f"{result.worst:.2g}"))
        if result.wrong or not layers:
            failures.append(f"{known.name} to {target}: {result.wrong} codes of {layers} layers differ")
        if not result.worst <= TOLERANCE and not result.differing:
            failures.append(f"{known.name} to {target}: outputs differ by {result.worst:.3g}")
    return rows, failures


def judge_float_formats(qcompile, targets, skipped):
    """The recorded output of a model of float8 weights and inputs, by ONNX Runtime on what it becomes."""
    folder = judging.shared_folder() / "models" / "floatquant"
    source = folder / "qonnx_act_weight_fp8.onnx"
    rows, failures = [], []
    if not judging.available(source, skipped):
        return rows, failures
    for target in targets:
        output = qcompile.work / f"floatquant_{target}.onnx"
        code, lines = convert(qcompile, source, target, output)
        if code:
            failures.append(f"floatquant to {target} ended with {code}: {lines}")
            continue
        session = open_session(onnx.load(output))
        found = session.run(None, {session.get_inputs()[0].name: np.load(folder / "input.npy")})[0]
        recorded = np.load(folder / "output.npy")
        rows.append(("shared/floatquant", target, 1, found.size, int((found != recorded).sum()), 0, ""))
        if not np.array_equal(found, recorded):
            failures.append(f"floatquant to {target}: {int((found != recorded).sum())} recorded outputs differ")
    return rows, failures


def judge(run):
    targets = run.arguments.to.split(",")
    for known in chosen_models(run.arguments.only, run.skipped):
        with run.guard(known.name):
            run.note(*judge_model(run.qcompile, known, targets, run.arguments.samples, run.arguments.option))
    if is_chosen(run.arguments.only, "shared/floatquant"):
        run.note(*judge_float_formats(run.qcompile, [t for t in targets if t != "multithreshold"], run.skipped))


if __name__ == "__main__":
    frame.main(judge, __doc__, ONLY, frame.option("--to", default="qcdq,qdq,qop,multithreshold", help="formats"),
               frame.option("--samples", type=int, default=20, help="inputs per model"),
               frame.option("--option", action="append", default=[], help="passed to convert"),
               heads=("model", "format", "layers", "codes", "differing", "wrong", "outputs"))
