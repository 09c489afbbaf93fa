#!/usr/bin/env python3
"""Outputs that came with models: recorded by whoever made them, or, for the float up-scalers, by ONNX Runtime with its optimizer
off in this run. Quantized recordings must be met to the bit, those of float networks within float32 rounding of their sums.
"""


import numpy as np

import frame
import judging
from plain_runtime import open_session

# Relative to the largest output: sums of up to a few thousand products, each way rounded in its own order.
TOLERANCE = 1e-5


def read(path):
    return np.load(path) if path.suffix == ".npy" else judging.read_tensor(path)


def run_onnxruntime(model, inputs):
    session = open_session(model)
    return session.run(None, {session.get_inputs()[0].name: inputs})[0]


def cases(models):
    """Model, inputs, expected outputs, tolerance."""
    yield (models / "floatquant" / "qonnx_act_weight_fp8.onnx", models / "floatquant" / "input.npy",
           models / "floatquant" / "output.npy", 0)
    yield models / "mnist-conv" / "model.onnx", models / "mnist-conv" / "input_0.pb", models / "mnist-conv" / "output_0.pb", TOLERANCE
    for name in ("nn_resize_float", "subpixel_float"):
        yield models / "espcn" / f"{name}.onnx", models / "espcn" / "input_0.pb", None, TOLERANCE


def measure(qcompile, backend, case):
    """The worst difference, relative to the largest output, and what it must not exceed."""
    model, inputs, expected, tolerance = case
    picture = read(inputs)
    if model.stem == "subpixel_float":
        picture = np.ascontiguousarray(picture[:, :, :4, :4])
    wanted = run_onnxruntime(model, picture) if expected is None else read(expected)
    _, outputs = qcompile.run(model, picture, f"--backend={backend}")
    found = judging.only_output(outputs)
    difference = np.abs(found.astype(np.float64) - wanted).max() / np.abs(wanted).max()
    return difference, tolerance, found.shape == wanted.shape and found.dtype == wanted.dtype


def judge(run):
    for case in cases(judging.shared_folder() / "models"):
        if not judging.available(case[0], run.skipped):
            continue
        for backend in ("reference", "cpu"):
            difference, tolerance, alike = measure(run.qcompile, backend, case)
            print(f"{case[0].stem:<22} {backend:<10} {difference:.2e}")
            if not alike or not difference <= tolerance:
                run.failures.append(f"{case[0].stem} on {backend}: {difference:.2e}, expected at most {tolerance:.0e}"
                                    if alike else f"{case[0].stem} on {backend}: other type or shape")


if __name__ == "__main__":
    frame.main(judge, __doc__)
