#!/usr/bin/env python3
"""Counts correct answers of the models whose expected count is known, on a list of backends.

The expected counts are those of qonnx's executor (ties to the lowest index). `--judge qonnx` counts with that
executor in place of qcompile, sample by sample, which is how the figures of the shipped models were made; the
large models take it minutes.
"""

import argparse
import pathlib
import sys
import tempfile
import warnings

import numpy as np
import onnx

import judging
from known_models import MODELS, ONLY_HELP, chosen_models

def count_with_qcompile(qcompile, path, inputs, labels, backend):
    """The count that `--labels` reports, held against the one that follows from the outputs."""
    place = qcompile.work / "labels.npy"
    np.save(place, labels)
    report, outputs = qcompile.run(path, inputs, f"--backend={backend}", "--labels", str(place))
    counted = int((judging.classes(judging.only_output(outputs), len(labels)) == labels).sum())
    if report["samples"] != len(labels):
        raise RuntimeError(f"the report counts {report['samples']} samples, given were {len(labels)}")
    if report["correct"] != counted or abs(report["accuracy"] - counted / len(labels)) > 1e-6:
        raise RuntimeError(f"the report says {report['correct']} ({report['accuracy']}), the outputs {counted}")
    return counted, report["seconds"]


def count_with_qonnx(path, inputs, labels):
    """The same count by qonnx's executor."""
    from qonnx.core.onnx_exec import execute_onnx
    from qonnx_judge import prepared
    wrapper = prepared(onnx.load(path))
    name = wrapper.graph.input[0].name
    shape = wrapper.get_tensor_shape(name)
    scores = [execute_onnx(wrapper, {name: sample.reshape(shape)})[wrapper.graph.output[0].name]
              for sample in inputs]
    return int((judging.classes(np.concatenate(scores), len(labels)) == labels).sum())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", help="path of the command under test")
    parser.add_argument("--judge", choices=["qonnx"], help="count with this program in place of qcompile")
    parser.add_argument("--backends", default="reference", help="comma-separated list")
    parser.add_argument("--only", default="", help=ONLY_HELP)
    parser.add_argument("--work", type=pathlib.Path, help="folder for intermediate files")
    arguments = parser.parse_args()
    if not arguments.judge and not arguments.qcompile:
        parser.error("one of --qcompile and --judge is required")
    warnings.filterwarnings("ignore")
    backends = ["qonnx"] if arguments.judge else arguments.backends.split(",")
    rows, failures, skipped = [], [], []
    with tempfile.TemporaryDirectory() as temporary:
        qcompile = judging.Qcompile(arguments.qcompile or "", arguments.work or temporary)
        for known in chosen_models(arguments.only, skipped, [m for m in MODELS if m.correct is not None]):
            name, found, expected = known.name, (known.path, *known.data()), known.correct
            for backend in backends:
                try:
                    correct, seconds = ((count_with_qonnx(*found), "") if arguments.judge else
                                        count_with_qcompile(qcompile, *found, backend))
                except Exception as error:  # the other rows still have to be counted
                    failures.append(f"{name} on {backend}: {error}")
                    continue
                samples = len(found[2])
                rows.append((name, backend, f"{correct}/{samples}", f"{100 * correct / samples:.2f} %", expected,
                             f"{seconds:.3f}" if seconds != "" else ""))
                if correct != expected:
                    failures.append(f"{name} on {backend}: {correct} correct, expected {expected}")
    judging.print_table(("model", "backend", "correct", "accuracy", "expected", "seconds"), rows)
    if not rows and not skipped and not failures:
        failures.append(f"no model matches '{arguments.only}'")
    return judging.exit_code(failures, skipped)


if __name__ == "__main__":
    sys.exit(main())
