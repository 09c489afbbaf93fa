#!/usr/bin/env python3
"""A model with 3 GB of external data: time and memory of `qcompile inspect`, with and without reading the weights.

The data file is sparse: its holes read as zeros and take no room. A few weights are written, so that counts can be checked.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import judging

sys.path.insert(0, str(judging.SHIPPED))
import make_large_models  # noqa: E402

# Options of inspect, seconds of the processor (what else the machine does is not counted), megabytes.
LIMITS = (((), 1, 250), (("--weights",), 5, 250))


def measure(command):
    """Standard output, seconds of the processor, seconds on the clock, and resident megabytes at most."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    return output, usage.ru_utime + usage.ru_stime, time.monotonic() - started, usage.ru_maxrss / 1024


def judge_layers(found, expected):
    for layer, (name, nonzero) in zip(found["layers"], expected, strict=True):
        weights = layer["weights"]
        if layer["name"] != name or weights["nonzero"] != nonzero:
            yield f"{layer['name']}: {weights['nonzero']} weights are not zero, expected {nonzero}"
        if sum(weights["histogram"]["counts"]) != weights["elements"]:
            yield f"{layer['name']}: the histogram does not hold every weight"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        path, expected = make_large_models.write_external(pathlib.Path(folder))
        for options, seconds, megabytes in LIMITS:
            command = [str(arguments.qcompile), "inspect", "--json", *options, str(path)]
            # The first run finds nothing in the page cache; users run it more than once.
            output, spent, clock, resident = min((measure(command) for _ in range(2)), key=lambda m: m[1])
            print(f"{' '.join(['inspect', *options])}: {spent:.2f} s of {clock:.2f} s, {resident:.0f} MB resident, "
                  f"{path.with_suffix('.data').stat().st_size / 1e9:.2f} GB of data")
            if spent > seconds or resident > megabytes:
                failures.append(f"{' '.join(command)}: {spent:.2f} s and {resident:.0f} MB, expected at most "
                                f"{seconds} s and {megabytes} MB")
            found = json.loads(output)
            if options:
                failures += judge_layers(found, expected)
            elif any(layer["weights"] for layer in found["layers"]):
                failures.append("weights were read without being asked for")
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    sys.exit(main())
