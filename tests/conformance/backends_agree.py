#!/usr/bin/env python3
"""Every backend must give the evaluator's outputs bit for bit, and both levels of the evaluator the same codes.

Runs on the good models of generators' manifests, on the shipped models, and where present on the shared ones. Models
that a manifest calls inexact may differ between the levels by rounding, if and only if qcompile warns of it.
"""

import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np

import judging
from known_models import ONLY_HELP
from qonnx_executor import models_asked

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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--backends", default="cpu,imc", help="comma-separated list, may be empty")
    parser.add_argument("--samples", type=int, default=200, help="inputs per model")
    parser.add_argument("--manifest", type=pathlib.Path, action="append", help="a generator's models instead")
    parser.add_argument("--only", default="", help=ONLY_HELP)
    parser.add_argument("--work", help="folder for intermediate files (default: a temporary one)")
    arguments = parser.parse_args()
    skipped, failures, rows = [], [], []
    inexact = inexact_models(arguments.manifest or ())
    with tempfile.TemporaryDirectory() as temporary:
        qcompile = judging.Qcompile(arguments.qcompile, arguments.work or temporary)
        for path, inputs, _ in models_asked(arguments, skipped):
            found = []
            try:
                found, outputs, codes = compare_levels(qcompile, path, inputs, path.name in inexact)
                for backend in filter(None, arguments.backends.split(",")):
                    _, theirs = qcompile.run(path, inputs, f"--backend={backend}")
                    found += compare_outputs(outputs, theirs, f"{path.name} on {backend}")
            except Exception as error:  # one broken model must not hide the verdict on the others
                found.append(f"{path.name}: {error}")
                codes = "-"
            rows.append((path.name, len(inputs), codes, len(found)))
            failures += found
    judging.print_table(("model", "samples", "codes", "failures"), rows)
    if not rows and not skipped:
        failures.append("no model was compared")
    return judging.exit_code(failures, skipped)


if __name__ == "__main__":
    sys.exit(main())
