#!/usr/bin/env python3
"""One-shot compression of the MNIST CNN of the ONNX model zoo: what each technique loses, beside the plain method's loss.

Images 0 to 999 calibrate, the others score. A loss above the plain method's fails; whether the goal is reached is shown. What the circulant pass
predicts for the outputs of the convolution is held against images that it has not seen.
"""

import argparse
import pathlib
import tempfile

import numpy as np

import judging
from compression_recipes import circulant, compress, decompose, fit, product_quantize, prune, quantize

CALIBRATION = 1000
PREDICTED = 200  # images that a prediction is held against
CONV, BOTH = "Convolution110", "Convolution110,Times212"
# name, floor and goal in points, steps
ROWS = (
    ("W4 per channel, min-max", 0.2, 0.1, [quantize(4, weight_range="min-max")]),
    ("W3 per channel, min-max", 0.8, 0.3, [quantize(3, weight_range="min-max")]),
    ("W2 per tensor, mse", 12.0, 4.0, [quantize(2, granularity="tensor", weight_range="mse")]),
    ("decomposition, 7 exponents", 0.2, 0.1, [decompose()]),
    ("decomposition, density 0.41", 0.2, 0.1, [decompose(density=0.41)]),
    ("4:8", 0.6, 0.1, [prune("4:8", BOTH)]),
    ("2:4", 0.7, 0.2, [prune("2:4", BOTH)]),
    ("2:8", 4.9, 1.0, [prune("2:8", BOTH)]),
    ("1:4", 15.6, 3.0, [prune("1:4", BOTH)]),
    ("circulant 2, convolution", 6.2, 3.0, [circulant(2, CONV)]),
    ("circulant 2, both", 28.4, 12.0, [circulant(2, BOTH)]),
    ("PQ length 2", 0.2, 0.1, [product_quantize(2, BOTH)]),
    ("PQ length 4", 0.9, 0.4, [product_quantize(4, BOTH)]),
    ("W8A8, 16-bit sums", 0.5, 0.1, [quantize(8, 8), fit(16)]),
    ("W4A4, 12-bit sums", 0.7, 0.2, [quantize(4, 4), fit(12)]),
    ("W4A4, 11-bit sums", 1.1, 0.4, [quantize(4, 4), fit(11)]),
    ("W4A4, 10-bit sums", 7.0, 2.0, [quantize(4, 4), fit(10)]),
)


def prediction_error(qcompile, model, compressed, report, images):
    """How far a predicted output error is from what images show that the method has not seen; nothing without prediction."""
    layers = [layer for step in report["steps"] for layer in step["layers"] if "predicted_output_error" in layer]
    if not layers or layers[0]["layer"] != CONV:
        return None
    tensor = "Convolution110_Output_0"
    before, after = (qcompile.trace(path, images, "fold")[1][tensor].astype(np.float64) for path in (model, compressed))
    measured = np.linalg.norm(after - before) / np.linalg.norm(before)
    return abs(layers[0]["predicted_output_error"] / measured - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--samples", type=int, default=9000, help="images that score")
    parser.add_argument("--slack", type=float, help="fail above the goal and so many points, instead of above the plain loss")
    parser.add_argument("--only", default="", help="rows whose name contains this text")
    arguments = parser.parse_args()
    skipped, failures, rows = [], [], []
    shared = judging.shared_folder()
    model = shared / "models" / "mnist-conv" / "model.onnx"
    images = shared / "data" / "mnist-t10k-images-idx3-ubyte.gz"
    if not judging.available(model, skipped) or not judging.available(images, skipped):
        return judging.exit_code(failures, skipped)
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        pixels, labels = judging.mnist(shared / "data")
        np.save(work / "images.npy", np.round(pixels * 255).astype(np.float32))
        np.save(work / "labels.npy", labels)
        qcompile = judging.Qcompile(arguments.qcompile, work / "traces")
        calibration = {"input": str(work / "images.npy"), "samples": CALIBRATION}
        evaluation = {"input": str(work / "images.npy"), "labels": str(work / "labels.npy"), "skip": CALIBRATION,
                      "samples": arguments.samples, "metric": "top1"}
        for number, (name, floor, goal, steps) in enumerate(ROWS):
            if arguments.only not in name:
                continue
            report = compress(arguments.qcompile, model, steps, work / f"{number}.onnx", calibration, evaluation)
            loss = report["source_metric"] - report["result_metric"]
            predicted = prediction_error(qcompile, model, work / f"{number}.onnx", report,
                                         np.load(work / "images.npy")[CALIBRATION:CALIBRATION + PREDICTED])
            rows.append((name, f"{floor:.1f}", f"{goal:.1f}", f"{loss:.2f}", "yes" if loss <= goal + 1e-9 else "no",
                         "" if predicted is None else f"{100 * predicted:.1f} %"))
            print(rows[-1], flush=True)
            limit = floor if arguments.slack is None else goal + arguments.slack
            if loss > limit + 1e-9:
                failures.append(f"{name}: loses {loss:.2f} points, more than {limit}")
            if predicted is not None and predicted > 0.1:
                failures.append(f"{name}: output errors are {100 * predicted:.1f} % off their prediction")
    judging.print_table(("technique", "plain loss", "goal", "loss", "reached", "prediction off by"), rows)
    return judging.exit_code(failures, skipped)


if __name__ == "__main__":
    raise SystemExit(main())
