#!/usr/bin/env python3
"""Every backend must give the evaluator's outputs bit for bit, and both levels of the evaluator the same codes.

Runs on the good models of generators' manifests, on the shipped models, and where present on the shared ones. Models
that a manifest calls inexact may differ between the levels by rounding, if and only if qcompile warns of it.
"""

import json

import numpy as np

import frame
from known_models import ONLY
from qonnx_executor import MANIFEST, SAMPLES, models_asked

ROUNDING = 1e-6


def same_bits(left, right):
    return (left.dtype == right.dtype and left.size == right.size
            and left.tobytes() == right.reshape(left.shape).tobytes())


def compare_outputs(expected, found, what):
    failures = [f"{what}: output {name} is missing" for name in expected if name not in found]
    for name in sorted(expected.keys() & found.keys()):
        if not same_bits(expected[name], found[name]):
            differing = (np.sum(expected[name] != found[name].reshape(expected[name].shape))
                         if expected[name].size == found[name].size else "all")
            failures.append(f"{what}: {differing} of {expected[name].size} values of output {name} differ")
    return failures


def inexact_models(manifests):
    """Names of the files that a manifest calls inexact."""
    entries = [entry for path in manifests if path.exists() for entry in json.loads(path.read_text()).values()]
    return {entry["file"] for entry in entries if entry.get("inexact")}


def compare_rounding(qcompile, expected, found, what):
    """Outputs may differ by rounding, but not silently."""
    failures = compare_outputs(expected, found, what)
    close = all(np.allclose(expected[name], found[name].reshape(expected[name].shape), ROUNDING, ROUNDING)
                for name in expected.keys() & found.keys())
    if not failures or not close:
        return failures
    return [] if "warning" in qcompile.messages else [f"{failure}, without a warning" for failure in failures]


def compare_levels(qcompile, path, inputs, inexact):
    """The codes of the `onnx` level against those of the `qnn` level, for every tensor that both have."""
    what = path.name
    outputs, _, codes = qcompile.trace(path, inputs, "import")
    integer_outputs, _, integer_codes = qcompile.trace(path, inputs, "integer")
    shared = sorted(codes.keys() & integer_codes.keys())
    label = f"{what}, integer level"
    failures = (compare_rounding(qcompile, outputs, integer_outputs, label) if inexact else
                compare_outputs(outputs, integer_outputs, label))
    for name in shared:
        if codes[name].size != integer_codes[name].size:
            failures.append(f"{what}: {name} has {integer_codes[name].size} codes on the integer level, "
                            f"{codes[name].size} on the other")
        elif (codes[name].ravel() != integer_codes[name].ravel()).any():
            wrong = int((codes[name].ravel() != integer_codes[name].ravel()).sum())
            failures.append(f"{what}: {wrong} of {codes[name].size} codes of {name} differ between the levels")
    if codes and not shared:
        failures.append(f"{what}: the levels have no tensor with codes in common")
    return failures, integer_outputs, sum(codes[name].size for name in shared)


def judge(run):
    inexact = inexact_models(run.arguments.manifest or ())
    for path, inputs, _ in models_asked(run.arguments, run.skipped):
        codes, before = "-", len(run.failures)
        with run.guard(path.name):
            found, outputs, codes = compare_levels(run.qcompile, path, inputs, path.name in inexact)
            run.failures += found
            for backend in filter(None, run.arguments.backends.split(",")):
                _, theirs = run.qcompile.run(path, inputs, f"--backend={backend}")
                run.failures += compare_outputs(outputs, theirs, f"{path.name} on {backend}")
        run.rows.append((path.name, len(inputs), codes, len(run.failures) - before))


if __name__ == "__main__":
    frame.main(judge, __doc__, ONLY, SAMPLES, MANIFEST,
               frame.option("--backends", default="cpu,imc", help="comma-separated list, may be empty"),
               heads=("model", "samples", "codes", "failures"))
