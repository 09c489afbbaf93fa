#!/usr/bin/env python3
"""One-shot compression of the MNIST CNN of the ONNX model zoo: what each technique loses, beside the plain method's loss.

Images 0 to 999 calibrate, the others score. A loss above the plain method's fails; whether the goal is reached is shown. What the circulant pass
predicts for the outputs of the convolution is held against images that it has not seen.
"""


import numpy as np

import frame
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


def judge(run):
    shared, work, asked = judging.shared_folder(), run.folder, run.arguments
    model = shared / "models" / "mnist-conv" / "model.onnx"
    images = shared / "data" / "mnist-t10k-images-idx3-ubyte.gz"
    if not judging.available(model, run.skipped) or not judging.available(images, run.skipped):
        return
    pixels, labels = judging.mnist(shared / "data")
    pixels = np.round(pixels * 255).astype(np.float32)
    np.save(work / "images.npy", pixels)
    np.save(work / "labels.npy", labels)
    calibration = {"input": str(work / "images.npy"), "samples": CALIBRATION}
    evaluation = {"input": str(work / "images.npy"), "labels": str(work / "labels.npy"), "skip": CALIBRATION,
                  "samples": asked.samples, "metric": "top1"}
    for number, (name, floor, goal, steps) in enumerate(ROWS):
        if asked.only not in name:
            continue
        result = work / f"{number}.onnx"
        report = compress(run.qcompile, model, steps, result, calibration, evaluation)
        loss = report["source_metric"] - report["result_metric"]
        predicted = prediction_error(run.qcompile, model, result, report, pixels[CALIBRATION:CALIBRATION + PREDICTED])
        run.rows.append((name, f"{floor:.1f}", f"{goal:.1f}", f"{loss:.2f}", "yes" if loss <= goal + 1e-9 else "no",
                         "" if predicted is None else f"{100 * predicted:.1f} %"))
        print(run.rows[-1], flush=True)
        limit = floor if asked.slack is None else goal + asked.slack
        if loss > limit + 1e-9:
            run.failures.append(f"{name}: loses {loss:.2f} points, more than {limit}")
        if predicted is not None and predicted > 0.1:
            run.failures.append(f"{name}: output errors are {100 * predicted:.1f} % off their prediction")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--samples", type=int, default=9000, help="images that score"),
               frame.option("--slack", type=float, help="fail above the goal and so many points, not above the plain loss"),
               frame.option("--only", default="", help="rows whose name contains this text"),
               heads=("technique", "plain loss", "goal", "loss", "reached", "prediction off by"))
