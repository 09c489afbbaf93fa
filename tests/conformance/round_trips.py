#!/usr/bin/env python3
"""Converting there and back: equal codes, and from the first return on the same bytes.

A model goes to a format, back to its own, there and back again. The first two steps are verified by the evaluator on random samples; the
second return has the bytes of the first. QONNX models travel to QCDQ, QDQ and quantized operators; what ONNX Runtime's quantizer
writes of the float classifiers, as pairs and as quantized operators, travels to QONNX.
"""


import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_static

import frame
import judging
from formats import VARIANTS, Samples
from known_models import ONLY, chosen_models, is_chosen, title

REFUSED = 3
CLASSIFIERS = ("digits_mlp_float", "digits_cnn_float")


def convert(qcompile, source, target, output, samples, options=()):
    verify = ["--verify", "--random", samples] if samples else []
    done = qcompile.call("convert", source, f"--to={target}", "-o", output, *options, *verify)
    errors = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()[-1:]
    return done.returncode, " | ".join(errors)[:400]


def travel(qcompile, source, route, work, samples, small_types=False):
    """The files of a journey, and what ended it: exit code and message. Small types are for formats that store codes."""
    files = []
    for i, target in enumerate(route):
        output = work / f"{i}_{target}.onnx"
        code, message = convert(qcompile, files[-1] if files else source, target, output, samples if i < 2 else 0,
                                ["--small-types"] if small_types and target != "qonnx" else [])
        if code:
            return files, code, f"step {i + 1} (to {target}) ended with {code}: {message}"
        files.append(output)
    return files, 0, ""


def check(run, name, source, there, back, may_refuse):
    """A row of the table, or what went wrong. Only the first step may find that there is no exact form."""
    route, problem = f"{there}, {back}", ""
    files, code, message = travel(run.qcompile, source, [there, back, there, back], run.folder, run.arguments.samples)
    if code == REFUSED and not files and may_refuse in message:
        result = "no exact form"
    elif code:
        result, problem = "failed", message
    elif files[1].read_bytes() != files[3].read_bytes():
        result, problem = "other bytes", "the second return has other bytes"
    else:
        result = "equal"
    run.note([(name, route, result)], [f"{name} to {route}: {problem}"] if problem else [])


def quantized_classifiers(work):
    """What ONNX Runtime's quantizer writes: name, file and format."""
    data = np.load(judging.SHIPPED / "digits_calibration_inputs.npy")[:16].astype(np.float32)
    for model in CLASSIFIERS:
        path = judging.SHIPPED / f"{model}.onnx"
        graph_input = onnx.load(path).graph.input[0]
        shape = [dim.dim_value or 1 for dim in graph_input.type.tensor_type.shape.dim]
        for variant, options in VARIANTS.items():
            output = work / f"{model}_{variant.replace(', ', '_').replace(' ', '_')}.onnx"
            quantize_static(str(path), str(output), Samples(graph_input.name, [x.reshape(shape) for x in data]),
                            weight_type=QuantType.QInt8, **options)
            yield f"{model}, {variant}", output, "qdq" if variant.startswith("pairs") else "qop"


def judge(run):
    for known in chosen_models(run.arguments.only, run.skipped):
        for there in ("qcdq", "qdq", "qop"):
            check(run, title(known), known.path, there, "qonnx", may_refuse="QC-X001")
    for name, path, own in quantized_classifiers(run.folder):
        if is_chosen(run.arguments.only, f"shipped/{name}"):
            # A bias of 32 bits may have no float32 that Quant finds it in.
            check(run, name, path, "qonnx", own, may_refuse="more than 24 bits")


if __name__ == "__main__":
    frame.main(judge, __doc__, ONLY, frame.option("--samples", type=int, default=1, help="random inputs of --verify"),
               heads=("model", "to", "result"))
