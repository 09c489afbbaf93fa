#!/usr/bin/env python3
"""The CIFAR models against the logits that PyTorch recorded for them, picture by picture.

On every picture the class must be the recorded one and the logits must lie within 1e-5 of the recorded ones. Where
they do not, another order of additions flipped a code, which cascades: such a picture is excused if and only if the
judge finds a code in it that is ambiguous (see qonnx_judge.py).
"""


import numpy as np

import frame
import judging
from known_models import ONLY_HELP, chosen_models, comparison_inputs
from qonnx_judge import Judge

TOLERANCE = 1e-5


def ambiguous_pictures(qcompile, path, pictures):
    """Which of these pictures hold a code that another order of additions may flip; and what else is wrong."""
    _, values, codes = qcompile.trace(path, pictures, "import")
    judge = Judge(path.read_bytes(), len(pictures))
    judge.judge(pictures, values, codes)
    wrong = [f"{r.wrong} codes of {r.name} differ from the judge's" for r in judge.layers.values() if r.wrong]
    return judge.ambiguous_samples, judge.problems + wrong


def compare(qcompile, known, pictures, recorded, backend):
    """The table row of one model on one backend, and its failures."""
    title = f"{known.name} on {backend}"
    _, outputs = qcompile.run(known.path, pictures, f"--backend={backend}")
    logits = judging.only_output(outputs).reshape(recorded.shape)
    distance = np.abs(logits.astype(np.float64) - recorded).max(axis=1)
    far = np.flatnonzero(~(distance <= TOLERANCE))
    other = np.flatnonzero(judging.classes(logits, len(logits)) != judging.classes(recorded, len(logits)))
    failures = [f"{title}: picture {i} is of another class than recorded" for i in other]
    if far.size:
        ambiguous, problems = ambiguous_pictures(qcompile, known.path, pictures[far])
        failures += [f"{title}: {problem}" for problem in problems]
        failures += [f"{title}: picture {i} is {distance[i]:.3g} off and holds no ambiguous code"
                     for place, i in enumerate(far) if place not in ambiguous]
    near = np.delete(distance, far)
    row = (known.name, backend, len(logits), len(other), len(far), f"{np.max(near, initial=0.0):.3g}",
           f"{np.max(distance, initial=0.0):.3g}")
    return row, failures


def judge(run):
    samples = run.arguments.samples
    for known in chosen_models(run.arguments.only, run.skipped):
        logits = known.path.with_suffix(".logits.npy")
        if not judging.available(logits, run.skipped):
            continue
        pictures, recorded = comparison_inputs(known, samples), np.load(logits)[:samples]
        for backend in run.arguments.backends.split(","):
            with run.guard(f"{known.name} on {backend}"):
                row, failures = compare(run.qcompile, known, pictures, recorded, backend)
                run.note([row], failures)


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--backends", default="reference,cpu", help="comma-separated list"),
               frame.option("--samples", type=int, default=500, help="pictures per model"),
               frame.option("--only", default="shared/cifar/", help=ONLY_HELP),
               heads=("model", "backend", "pictures", "other class", "ambiguous", "others off by", "all off by"))
