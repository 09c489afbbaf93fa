#!/usr/bin/env python3
"""Counts correct answers of the models whose expected count is known, on a list of backends.

The expected counts are those of qonnx's executor (ties to the lowest index). `--judge qonnx` counts with that
executor in place of qcompile, sample by sample, which is how the figures of the shipped models were made; the
large models take it minutes.
"""


import numpy as np
import onnx

import frame
import judging
from known_models import MODELS, ONLY, chosen_models


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


def judge(run):
    by_qonnx = bool(run.arguments.judge)
    for known in chosen_models(run.arguments.only, run.skipped, [m for m in MODELS if m.correct is not None]):
        inputs, labels = known.data()
        for backend in ["qonnx"] if by_qonnx else run.arguments.backends.split(","):
            with run.guard(f"{known.name} on {backend}"):
                correct, seconds = ((count_with_qonnx(known.path, inputs, labels), "") if by_qonnx else
                                    count_with_qcompile(run.qcompile, known.path, inputs, labels, backend))
                run.rows.append((known.name, backend, f"{correct}/{len(labels)}", f"{100 * correct / len(labels):.2f} %",
                                 known.correct, f"{seconds:.3f}" if seconds != "" else ""))
                if correct != known.correct:
                    run.failures.append(f"{known.name} on {backend}: {correct} correct, expected {known.correct}")


if __name__ == "__main__":
    frame.main(judge, __doc__, ONLY, frame.option("--backends", default="reference", help="comma-separated list"),
               frame.option("--judge", choices=["qonnx"], help="count with this program in place of qcompile"),
               heads=("model", "backend", "correct", "accuracy", "expected", "seconds"))
