#!/usr/bin/env python3
"""Converting there and back: equal codes, and from the first return on the same bytes.

A model goes to a format, back to its own, there and back again. Every step is verified by the evaluator on random samples; the second
return has the bytes of the first, and so has what it passed through.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import judging
from known_models import MODELS, ONLY_HELP, chosen_models, title

REFUSED = 3


def convert(binary, source, target, output, samples):
    command = [binary, "convert", str(source), f"--to={target}", "-o", str(output), "-q"]
    if samples:
        command += ["--verify", "--random", str(samples)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=judging.TIMEOUT_SECONDS, check=False)
    return done.returncode, done.stderr.strip()


def travel(binary, source, route, work, samples):
    """The files of a journey, or the exit code and message of the step that ended it."""
    files = []
    for i, target in enumerate(route):
        output = work / f"{i}_{target}.onnx"
        code, message = convert(binary, files[-1] if files else source, target, output, samples if i < 2 else 0)
        if code:
            return files, code, f"step {i + 1} (to {target}) ended with {code}: {message[:400]}"
        files.append(output)
    return files, 0, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--routes", default="qcdq/qonnx,qdq/qonnx", help="there/back, comma-separated")
    parser.add_argument("--samples", type=int, default=1, help="random inputs of --verify")
    parser.add_argument("--only", default="", help=ONLY_HELP)
    arguments = parser.parse_args()
    skipped, failures, rows = [], [], []
    for known in chosen_models(arguments.only, skipped, MODELS):
        for route in arguments.routes.split(","):
            there, back = route.split("/")
            with tempfile.TemporaryDirectory() as temporary:
                files, code, message = travel(arguments.qcompile, known.path, [there, back, there, back],
                                              pathlib.Path(temporary), arguments.samples)
                if code == REFUSED and not files:
                    rows.append((title(known), route, "no exact form"))
                    continue
                if code:
                    rows.append((title(known), route, "failed"))
                    failures.append(f"{known.name} {route}: {message}")
                    continue
                same = [files[i].read_bytes() == files[i + 2].read_bytes() for i in (0, 1)]
                rows.append((title(known), route, "equal" if all(same) else f"bytes differ: {same}"))
                if not same[1]:
                    failures.append(f"{known.name} {route}: the second return has other bytes")
    judging.print_table(("model", "route", "result"), rows)
    if not rows and not skipped:
        failures.append("no model was converted")
    return judging.exit_code(failures, skipped)


if __name__ == "__main__":
    sys.exit(main())
