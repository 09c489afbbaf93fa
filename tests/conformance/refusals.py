#!/usr/bin/env python3
"""Every bad model of a manifest must be refused: right exit code, a clear message, in time, and no artifact.

Also checks the refusals that need a good model: inputs of the wrong size, a missing input file, usage errors.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy as np

import judging

LIMIT_SECONDS = 10
MESSAGE_LINES = 12
CRASH = re.compile(r"assert|sanitizer|stack dump|segmentation|terminate called|unreachable|std::|PLEASE submit",
                   re.IGNORECASE)


def run(command):
    """Exit code (negative for a signal, None for a hang), everything written, and seconds."""
    started = time.monotonic()
    try:
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, errors="replace",
                              timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, "", time.monotonic() - started
    return done.returncode, done.stdout + done.stderr, time.monotonic() - started


def judge(command, exits, mentions, leftovers):
    """What is wrong with one refusal, as a list of short phrases."""
    code, message, _ = run(command)
    faults = []
    if code is None:
        return [f"still running after {LIMIT_SECONDS} s"]
    if code not in exits:
        faults.append(f"exit code {code}, expected {' or '.join(map(str, exits))}")
    if CRASH.search(message):
        faults.append("the message looks like a crash")
    faults += [f"the message does not mention '{word}'" for word in mentions if word not in message]
    if message.count("\n") > MESSAGE_LINES:
        faults.append(f"the message has {message.count(chr(10))} lines")
    faults += [f"left {path.name} behind" for path in leftovers if path.exists()]
    if faults:
        faults.append(f"the message was: {message.strip()[-300:]!r}")
    return faults


def manifest_cases(manifest, qcompile, work):
    """(name, command, exits, mentions, leftovers): each bad model is checked, compiled and run."""
    for name, entry in sorted(json.loads(manifest.read_text()).items()):
        if entry["kind"] != "bad":
            continue
        model, artifact = manifest.parent / entry["file"], work / f"{name}.artifact"
        exits, mentions = entry["exits"], entry["mentions"]
        # A table names the file only where it cannot be read.
        yield f"{name}, check", [qcompile, "check", model, "--backend=cpu"], exits, mentions[1:], []
        yield f"{name}, compile", [qcompile, model, "-o", artifact], exits, mentions, [artifact]
        outputs = work / f"{name}.outputs"
        yield (f"{name}, run", [qcompile, "run", model, "--random", "1", "--seed", "1", "--output-dir", outputs,
                                "--backend=reference"], exits, mentions, [outputs])


def usage_cases(qcompile, work):
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
        command = [qcompile, "run", model, "--backend=reference", "--input", file, "--output-dir", outputs]
        yield (f"input {name}", command, exits,
               ["'image'" if name in ("short", "long", "none") else file.name], [outputs])
    artifact = work / "usage.artifact"
    yield ("unknown backend", [qcompile, model, "-o", artifact, "--backend=nonesuch"], (2,), ["nonesuch"],
           [artifact])
    yield "unknown flag", [qcompile, model, "-o", artifact, "--no-such-flag"], (2,), ["no-such-flag"], [artifact]
    yield "no model", [qcompile, "-o", artifact], (2,), [], [artifact]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--manifest", type=pathlib.Path, required=True, help="manifest.json of a generator")
    arguments = parser.parse_args()
    qcompile = pathlib.Path(arguments.qcompile).resolve()
    failures, count = [], 0
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        cases = [*manifest_cases(arguments.manifest, qcompile, work), *usage_cases(qcompile, work)]
        for name, command, exits, mentions, leftovers in cases:
            count += 1
            faults = judge(command, exits, mentions, leftovers)
            if faults:
                failures.append(f"{name}: {'; '.join(faults)}")
    print(f"{count} refusals judged")
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    sys.exit(main())
