#!/usr/bin/env python3
"""The same networks in several formats of quantization.

QONNX models written as QCDQ and QDQ have to give the very outputs of the originals, on the evaluator before and after all
passes and on the processor, bit for bit. Models that ONNX Runtime's own quantizer writes, as pairs and as quantized operators,
have to agree with ONNX Runtime (its optimizer off): equal codes but for those on rounding borders, which are counted.
"""


import numpy as np
import onnx
import onnx.version_converter
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

import frame
import judging
import known_models
import qdq_writer
from plain_runtime import open_session

STYLES = ("clip", "small", "biased")
WAYS = {"evaluator, as imported": ("--backend=reference", "--stage=import"),
        "evaluator, integers": ("--backend=reference", "--stage=bound"),
        "processor": ("--backend=cpu",)}
ANSWERS = ("tfc_1w1a", "tfc_1w2a", "kws_w3a3_mlperf_tiny")  # models whose data has labels
# Quantized operators are those of two vocabularies; all of them become floats between quantizers.
RUNTIME_WAYS = {"evaluator, normal form": ("--backend=reference", "--stage=normalise"),
                "evaluator, integers": ("--backend=reference", "--stage=bound"),
                "processor": ("--backend=cpu",)}
# Fractions of output codes that may differ from ONNX Runtime's, each by one step.
MOST_DIFFERING = 0.002


def check_styles(qcompile, known, samples, rows):
    """The failures of one QONNX model in all styles."""
    model = onnx.load(known.path)
    inputs = known.data()[0][:min(samples, known.most or samples)]
    failures = []
    _, expected = qcompile.run(known.path, inputs, *WAYS["evaluator, as imported"])
    for style in STYLES:
        other, rewritten, left = qdq_writer.write(model, style)
        path = qcompile.work / f"{known.path.stem}_{style}.onnx"
        onnx.save(other, path)
        for way, options in WAYS.items():
            try:
                _, outputs = qcompile.run(path, inputs, *options)
            except RuntimeError as error:
                failures.append(f"{known.name} as {style}, {way}: {error}")
                continue
            for name, wanted in expected.items():
                if not np.array_equal(outputs.get(name), wanted, equal_nan=True):
                    differing = np.sum(outputs[name] != wanted) if name in outputs else "all"
                    failures.append(f"{known.name} as {style}, {way}: {differing} elements of {name} differ")
        rows.append([known.name, style, rewritten, left, len(inputs)])
    return failures


def check_answers(qcompile, known):
    """Right answers on all data, as QCDQ: ONNX Runtime's optimizer gives 827 for the keywords and 9482 for the digits of
    tfc_1w2a, OpenVINO 86 for the keywords (reference/peers-measured.md)."""
    other, _, _ = qdq_writer.write(onnx.load(known.path), "clip")
    path = qcompile.work / f"{known.path.stem}_answers.onnx"
    onnx.save(other, path)
    inputs, labels = known.data()
    _, outputs = qcompile.run(path, inputs, "--backend=cpu")
    correct = int(np.sum(judging.classes(judging.only_output(outputs), len(inputs)) == labels))
    print(f"{known.name} as clip: {correct} of {len(inputs)} right")
    return [] if correct == known.correct else [f"{known.name} as clip: expected {known.correct} right, found {correct}"]


def check_unsigned_clip(qcompile):
    """Bytes above 127 are above 63, which a signed comparison misses (IREE gives 0 for them)."""
    x = np.arange(256, dtype=np.float32).reshape(1, 256)
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 256]) for name in ("x", "y")]
    constants = [numpy_helper.from_array(np.array(1, np.float32), "s")]
    constants += [numpy_helper.from_array(np.array(v, np.uint8), n) for n, v in (("z", 0), ("low", 0), ("high", 63))]
    nodes = [helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
             helper.make_node("Clip", ["q", "low", "high"], ["c"]),
             helper.make_node("DequantizeLinear", ["c", "s", "z"], ["y"])]
    model = helper.make_model(helper.make_graph(nodes, "clip", ports[:1], ports[1:], constants), ir_version=8,
                              opset_imports=[helper.make_opsetid("", 17)])
    path = qcompile.work / "unsigned_clip.onnx"
    onnx.save(model, path)
    failures = []
    for way, options in WAYS.items():
        _, outputs = qcompile.run(path, x, *options)
        if not np.array_equal(outputs["y"], np.minimum(x, 63)):
            failures.append(f"unsigned clip, {way}: expected no code above 63")
    return failures


class Samples(CalibrationDataReader):
    def __init__(self, name, arrays):
        self.feeds = iter([{name: array} for array in arrays])

    def get_next(self):
        return next(self.feeds, None)


VARIANTS = {
    "pairs, unsigned": {"quant_format": QuantFormat.QDQ, "activation_type": QuantType.QUInt8},
    "pairs, per channel": {"quant_format": QuantFormat.QDQ, "activation_type": QuantType.QInt8, "per_channel": True},
    "operators, unsigned": {"quant_format": QuantFormat.QOperator, "activation_type": QuantType.QUInt8},
    "operators, per channel": {"quant_format": QuantFormat.QOperator, "activation_type": QuantType.QUInt8,
                               "per_channel": True},
}


def check_runtime(qcompile, path, shape, rows):
    """The failures of one float model that ONNX Runtime's quantizer has written."""
    rng = np.random.RandomState(known_models.SEED)
    arrays = [rng.uniform(-1, 1, shape).astype(np.float32) for _ in range(8)]
    model = onnx.version_converter.convert_version(onnx.load(path), 17)  # before 13 there are no scales per channel
    constants = {tensor.name for tensor in model.graph.initializer}
    name = next(i.name for i in model.graph.input if i.name not in constants)
    source = qcompile.work / f"{path.stem}_17.onnx"
    onnx.save(model, source)
    failures = []
    for variant, options in VARIANTS.items():
        quantized = qcompile.work / f"{path.stem}_{variant.replace(', ', '_').replace(' ', '_')}.onnx"
        quantize_static(str(source), str(quantized), Samples(name, arrays), weight_type=QuantType.QInt8, **options)
        session = open_session(quantized)
        wanted = np.concatenate([session.run(None, {name: array})[0] for array in arrays])
        step = np.min(np.diff(np.unique(wanted)))
        for way, flags in RUNTIME_WAYS.items():
            try:
                _, outputs = qcompile.run(quantized, np.concatenate(arrays), *flags)
            except RuntimeError as error:
                failures.append(f"{path.stem}, {variant}, {way}: {error}")
                continue
            found = judging.only_output(outputs).reshape(wanted.shape)
            differing = np.abs(found - wanted) > 1e-6 * np.abs(wanted).max()
            if differing.mean() > MOST_DIFFERING or np.abs(found - wanted).max() > 1.01 * step:
                failures.append(f"{path.stem}, {variant}, {way}: {differing.sum()} of {differing.size} elements differ, "
                                f"by up to {np.abs(found - wanted).max() / step:.2f} steps")
            rows.append([path.stem, variant, way, differing.size, int(differing.sum())])
    return failures


def judge(run):
    wanted, runtime_rows = tuple(run.arguments.only.split(",")), []
    for known in known_models.MODELS:
        if known.name.startswith(wanted) and judging.available(known.path, run.skipped):
            run.failures += check_styles(run.qcompile, known, run.arguments.samples, run.rows)
            if known.name in ANSWERS:
                run.failures += check_answers(run.qcompile, known)
    run.failures += check_unsigned_clip(run.qcompile)
    for name, shape in (("espcn/subpixel_float", (1, 3, 4, 4)), ("mnist-conv/model", (1, 1, 28, 28))):
        path = judging.shared_folder() / "models" / f"{name}.onnx"
        if name.startswith(wanted) and judging.available(path, run.skipped):
            run.failures += check_runtime(run.qcompile, path, shape, runtime_rows)
    judging.print_table(["model", "by ONNX Runtime's quantizer", "computed by", "elements", "differing"], runtime_rows)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--only", default="", help="beginnings of names, separated by commas"),
               frame.option("--samples", type=int, default=8),
               heads=["model", "style", "rewritten", "left", "samples"])
