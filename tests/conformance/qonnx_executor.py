#!/usr/bin/env python3
"""Compares our reference evaluator with qonnx's executor, layer by layer (see qonnx_judge.py).

Without arguments that name models it judges the shipped models and those of the shared folder. Fails on a code that
differs without being ambiguous, on a sum that is not exact, on float outputs further than 2e-5 apart, and on
different classes outside ties. Outputs of generated models, whose sums may cancel, may also lie anywhere in the
interval that a float32 sum can reach.
"""

import json
import pathlib

import numpy as np

import frame
import judging
from known_models import ONLY, chosen_models, comparison_inputs, is_chosen
from qonnx_judge import Judge

TOLERANCE = 2e-5

SAMPLES = frame.option("--samples", type=int, default=200, help="inputs per model")
MANIFEST = frame.option("--manifest", type=pathlib.Path, action="append", help="a generator's good models instead")


def models_asked(arguments, skipped):
    """(file, inputs, whether the output is class scores) of the known models or those of the manifests given."""
    if arguments.manifest:
        for path in arguments.manifest:
            yield from manifest_models(path, arguments, skipped)
        return
    for known in chosen_models(arguments.only, skipped):
        yield known.path, comparison_inputs(known, arguments.samples), known.has_classes


def manifest_models(path, arguments, skipped):
    """The good models of a generator's manifest."""
    if not judging.available(path, skipped):
        return
    for entry in json.loads(path.read_text()).values():
        if entry["kind"] == "good" and is_chosen(arguments.only, entry["file"]):
            yield path.parent / entry["file"], np.load(path.parent / entry["data"])[:arguments.samples], False


def judge_model(qcompile, path, inputs, has_classes):
    """Failures of one model; prints its table."""
    outputs, values, codes = qcompile.trace(path, inputs, "import")
    judge = Judge(path.read_bytes(), len(inputs))
    judge.judge(inputs, values, codes)
    print(f"\n{path.name}: {len(inputs)} samples")
    judging.print_table(("layer", "codes", "differing", "ambiguous", "wrong"),
                        [(r.name, r.codes, r.differing, r.ambiguous, r.wrong) for r in judge.layers.values()])
    print(f"sums held against the exact ones: {judge.sums_checked}, wrong: {judge.sums_wrong}; "
          f"quantized constants: {judge.constants_checked}, wrong: {judge.constants_wrong}")
    failures = [f"{path.name}: {problem}" for problem in judge.problems]
    failures += [f"{path.name}: {r.wrong} codes of {r.name} differ" for r in judge.layers.values() if r.wrong]
    if judge.constants_wrong:
        failures.append(f"{path.name}: {judge.constants_wrong} quantized constants differ")
    for name, judged in judge.output_values.items():
        failures += compare_output(path, name, outputs, judged, has_classes)
    return failures


def compare_output(path, name, outputs, judged, has_classes):
    """Holds one output, which both computed from our codes, against the judge's."""
    if name not in outputs:
        return [f"{path.name}: output {name} is missing, found {sorted(outputs)}"]
    ours, theirs = outputs[name].reshape(judged.mid.shape).astype(np.float64), judged.mid
    with np.errstate(invalid="ignore"):
        distance = np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))
    distance = np.where(ours == theirs, 0.0, distance)
    print(f"output {name}: worst difference {np.max(distance, initial=0.0):.3g}")
    if not has_classes:
        distance = np.where((ours >= judged.low) & (ours <= judged.high), 0.0, distance)
    worst = float(np.max(distance, initial=0.0))
    failures = []
    if not worst <= TOLERANCE:
        failures.append(f"{path.name}: output {name} differs by {worst:.3g}, allowed {TOLERANCE}")
    if has_classes:
        failures += compare_classes(path, ours, theirs)
    return failures


def compare_classes(path, ours, judged):
    """Classes must agree except where the judge's own two best scores are closer than the tolerance."""
    best = np.sort(judged.reshape(len(judged), -1), axis=1)
    tied = best[:, -1] - best[:, -2] <= TOLERANCE * np.maximum(1.0, np.abs(best[:, -1]))
    differ = judging.classes(ours, len(ours)) != judging.classes(judged, len(judged))
    print(f"classes: {int(differ.sum())} differ, {int(tied.sum())} samples tied")
    wrong = int((differ & ~tied).sum())
    return [f"{path.name}: {wrong} classes differ outside ties"] if wrong else []


def judge(run):
    judged = 0
    for path, inputs, has_classes in models_asked(run.arguments, run.skipped):
        judged += 1
        with run.guard(path.name):
            run.failures += judge_model(run.qcompile, path, inputs, has_classes)
    print(f"\n{judged} models judged, {len(run.failures)} failures")
    if not judged and not run.skipped:
        run.failures.append("no model was judged")


if __name__ == "__main__":
    frame.main(judge, __doc__, ONLY, SAMPLES, MANIFEST)
