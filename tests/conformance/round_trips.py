#!/usr/bin/env python3
"""Converting there and back: equal codes, and from the first return on the same bytes.

A model goes to a format, back to its own, there and back again. The first two steps are verified by the evaluator on random samples; the
second return has the bytes of the first. QONNX models travel to QCDQ, QDQ and quantized operators; what ONNX Runtime's quantizer
writes of the float classifiers, as pairs and as quantized operators, travels to QONNX.
"""

import argparse
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import onnx
from onnxruntime.quantization import QuantType, quantize_static

import judging
from formats import VARIANTS, Samples
from known_models import MODELS, ONLY_HELP, chosen_models, is_chosen, title

REFUSED = 3
CLASSIFIERS = ("digits_mlp_float", "digits_cnn_float")


def convert(binary, source, target, output, samples, options=()):
    command = [binary, "convert", str(source), f"--to={target}", "-o", str(output), *options]
    if samples:
        command += ["--verify", "--random", str(samples)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=judging.TIMEOUT_SECONDS, check=False)
    errors = [line for line in done.stderr.splitlines() if "error" in line] or done.stderr.splitlines()[-1:]
    return done.returncode, " | ".join(errors)[:400]


def travel(binary, source, route, work, samples, options=()):
    """The files of a journey, and what ended it: exit code and message."""
    files = []
    for i, target in enumerate(route):
        output = work / f"{i}_{target}.onnx"
        code, message = convert(binary, files[-1] if files else source, target, output, samples if i < 2 else 0,
                                options)
        if code:
            return files, code, f"step {i + 1} (to {target}) ended with {code}: {message}"
        files.append(output)
    return files, 0, ""


def check(arguments, name, source, there, back, may_refuse):
    """A row of the table, and failures. Only the first step may find that there is no exact form."""
    route = f"{there}, {back}"
    with tempfile.TemporaryDirectory() as temporary:
        files, code, message = travel(arguments.qcompile, source, [there, back, there, back], pathlib.Path(temporary),
                                      arguments.samples)
        if code == REFUSED and not files and may_refuse in message:
            return (name, route, "no exact form"), []
        if code:
            return (name, route, "failed"), [f"{name} to {route}: {message}"]
        if files[1].read_bytes() != files[3].read_bytes():
            return (name, route, "other bytes"), [f"{name} to {route}: the second return has other bytes"]
    return (name, route, "equal"), []


def quantized_classifiers(work):
    """What ONNX Runtime's quantizer writes: name, file and format."""
    data = np.load(judging.SHIPPED / "digits_calibration_inputs.npy")[:16].astype(np.float32)
    for model in CLASSIFIERS:
        path = judging.SHIPPED / f"{model}.onnx"
        graph_input = onnx.load(path).graph.input[0]
        shape = [dim.dim_value or 1 for dim in graph_input.type.tensor_type.shape.dim]
        for variant, options in VARIANTS.items():
            output = work / f"{model}_{variant.replace(', ', '_').replace(' ', '_')}.onnx"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                quantize_static(str(path), str(output), Samples(graph_input.name, [x.reshape(shape) for x in data]),
                                weight_type=QuantType.QInt8, **options)
            yield f"{model}, {variant}", output, "qdq" if variant.startswith("pairs") else "qop"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--samples", type=int, default=1, help="random inputs of --verify")
    parser.add_argument("--only", default="", help=ONLY_HELP)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)  # the quantizer's advice to fold constants first
    skipped, failures, rows = [], [], []

    def note(result):
        rows.append(result[0])
        failures.extend(result[1])

    for known in chosen_models(arguments.only, skipped, MODELS):
        for there in ("qcdq", "qdq", "qop"):
            note(check(arguments, title(known), known.path, there, "qonnx", may_refuse="QC-X001"))
    with tempfile.TemporaryDirectory() as temporary:
        for name, path, own in quantized_classifiers(pathlib.Path(temporary)):
            if is_chosen(arguments.only, f"shipped/{name}"):
                # A bias of 32 bits may have no float32 that Quant finds it in.
                note(check(arguments, name, path, "qonnx", own, may_refuse="more than 24 bits"))
    judging.print_table(("model", "to", "result"), rows)
    if not rows and not skipped:
        failures.append("no model was converted")
    return judging.exit_code(failures, skipped)


if __name__ == "__main__":
    sys.exit(main())
