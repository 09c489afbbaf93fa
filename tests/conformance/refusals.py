#!/usr/bin/env python3
"""Every bad model of a manifest must be refused: right exit code, a clear message, in time, and no artifact.

Also checks the refusals that need a good model: inputs of the wrong size, a missing input file, usage errors.
"""

import json
import pathlib

import numpy as np

import frame
import judging

LIMIT_SECONDS = 10
MESSAGE_LINES = 12


def manifest_cases(manifest, work):
    """(name, command, exits, mentions, leftovers): each bad model is checked, compiled and run."""
    for name, entry in sorted(json.loads(manifest.read_text()).items()):
        if entry["kind"] != "bad":
            continue
        model, artifact = manifest.parent / entry["file"], work / f"{name}.artifact"
        exits, mentions = entry["exits"], entry["mentions"]
        # A table names the file only where it cannot be read.
        yield f"{name}, check", ["check", model, "--backend=cpu"], exits, mentions[1:], []
        yield f"{name}, compile", [model, "-o", artifact], exits, mentions, [artifact]
        outputs = work / f"{name}.outputs"
        yield (f"{name}, run", ["run", model, "--random", "1", "--seed", "1", "--output-dir", outputs,
                                "--backend=reference"], exits, mentions, [outputs])


def usage_cases(work):
    """Refusals of a good model with bad arguments."""
    model = judging.SHIPPED / "digits_w2a2.onnx"
    for name, values in (("short", np.zeros((1, 63))), ("long", np.zeros((1, 65))), ("none", np.zeros((0, 64)))):
        np.save(work / f"input_{name}.npy", values.astype(np.float32))
    (work / "input_text.npy").write_text("not an array\n")
    cut = (judging.SHIPPED / "digits_test_inputs.npy").read_bytes()[:5000]
    (work / "input_cut.npy").write_bytes(cut)
    for name, exits in (("short", (1, 2)), ("long", (1, 2)), ("none", (1, 2)), ("text", (1, 2, 5)),
                        ("cut", (1, 2, 5)), ("absent", (5,))):
        file, outputs = work / f"input_{name}.npy", work / f"{name}.outputs"
        command = ["run", model, "--backend=reference", "--input", file, "--output-dir", outputs]
        yield (f"input {name}", command, exits,
               ["'image'" if name in ("short", "long", "none") else file.name], [outputs])
    artifact = work / "usage.artifact"
    yield ("unknown backend", [model, "-o", artifact, "--backend=nonesuch"], (2,), ["nonesuch"],
           [artifact])
    yield "unknown flag", [model, "-o", artifact, "--no-such-flag"], (2,), ["no-such-flag"], [artifact]
    yield "no model", ["-o", artifact], (2,), [], [artifact]


def judge(run):
    cases = [*manifest_cases(run.arguments.manifest, run.folder), *usage_cases(run.folder)]
    for name, command, exits, mentions, leftovers in cases:
        faults = judging.faults_of(run.qcompile, command, exits, mentions, LIMIT_SECONDS, MESSAGE_LINES)
        faults += [f"left {path.name} behind" for path in leftovers if path.exists()]
        if faults:
            run.failures.append(f"{name}: {'; '.join(faults)}")
    print(f"{len(cases)} refusals judged")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--manifest", type=pathlib.Path, required=True, help="manifest.json of a generator"))
