"""Compression recipes that several scripts try, and running them."""

import json
import pathlib

import judging

TIMEOUT_SECONDS = 1800


def step(flag, layers=None, ends=True, **options):
    """One step of a recipe. `ends`: the first and last layer of the model are compressed too."""
    out = {"pass": flag}
    if layers:
        out["layers"] = layers.split(",")
    out["options"] = {name.replace("_", "-"): value for name, value in options.items()}
    if ends:
        out["options"] |= {"keep-first": "false", "keep-last": "false"}
    return out


def quantize(weights, activations=0, **options):
    return step("onnx-quantize-model", weight_bits=weights, activation_bits=activations, **options)


def prune(pattern, layers=None):
    return step("onnx-prune-weights", layers, pattern=pattern)


def circulant(block, layers=None):
    return step("onnx-make-circulant", layers, block=block)


def decompose(layers=None, **options):
    return step("onnx-decompose-weights", layers, **options)


def product_quantize(length, layers=None, **options):
    return step("onnx-product-quantize", layers, length=length, **options)


def fit(bits):
    return step("onnx-fit-accumulators", bits=bits)


def compress(qcompile, model, steps, out, calibration=None, evaluation=None):
    """Runs `qcompile compress`; returns its report. Paths in `calibration` and `evaluation` are absolute."""
    recipe = {"steps": steps}
    if calibration:
        recipe["calibration"] = calibration
    if evaluation:
        recipe["evaluation"] = evaluation
    path = pathlib.Path(out).with_suffix(".yaml")
    path.write_text(json.dumps(recipe, indent=1))  # JSON is YAML
    return qcompile.report("compress", model, "--recipe", path, "-o", out, timeout=TIMEOUT_SECONDS)


# Compositions of one to four techniques: name, model (of tests/models), calibration samples, steps.
DIGITS = "digits_calibration_inputs"
COMPOSITIONS = (
    ("mlp_24_w4a4_12", "digits_mlp_float", DIGITS, [prune("2:4"), quantize(4, 4), fit(12)]),
    ("mlp_14_w6a4", "digits_mlp_float", DIGITS, [prune("1:4"), quantize(6, 4)]),
    ("mlp_circulant4_w8a8", "digits_mlp_float", DIGITS, [circulant(4), quantize(8, 8)]),
    ("mlp_basis_a8", "digits_mlp_float", DIGITS, [decompose(), quantize(0, 8)]),
    ("mlp_pq4", "digits_mlp_float", DIGITS, [product_quantize(4, "linear_1,linear_3"), quantize(8, 8)]),
    ("mlp_dual4", "digits_mlp_float", DIGITS, [quantize(4, 8, dual="true", dual_threshold=0.01)]),
    ("mlp_affine", "digits_mlp_float", DIGITS, [quantize(8, 8, weight_scheme="affine", activation_scheme="affine")]),
    ("cnn_24_w4a4_12", "digits_cnn_float", DIGITS, [prune("2:4", "conv2d_3"), quantize(4, 4), fit(12)]),
    ("cnn_circulant2_w8a8", "digits_cnn_float", DIGITS, [circulant(2, "conv2d_3,conv2d_7"), quantize(8, 8)]),
    ("cnn_basis_a4", "digits_cnn_float", DIGITS, [decompose("conv2d_3,conv2d_5,conv2d_7"), quantize(8, 4)]),
    ("cnn_pq2_w8a8", "digits_cnn_float", DIGITS, [product_quantize(2, "conv2d_3"), quantize(8, 8)]),
    ("resnet8_48_14", "resnet8_w4a4", "pictures_16_inputs", [prune("4:8"), fit(14)]),
    ("digits_w2a2_24", "digits_w2a2", "digits_test_inputs", [prune("2:4", "/5/MatMul")]),
)


def composition_inputs(calibration):
    """The file with calibration samples of a composition."""
    return judging.SHIPPED / f"{calibration}.npy"
