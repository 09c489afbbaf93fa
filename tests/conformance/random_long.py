#!/usr/bin/env python3
"""Random networks on fresh seeds: what the tests do with fixed ones, and more of it. Prints its first seed.

QCOMPILE_LONG_SEED in the environment (or --first-seed) repeats a run, QCOMPILE_LONG_COUNT (or --count) sets the
number of networks; without them it is 20000 networks on seeds made of today's date. Failing networks stay in --keep.
"""

import argparse
import datetime
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PER_DAY = 100000  # seeds kept apart for every day


def seed_of_today():
    return datetime.date.today().toordinal() * PER_DAY


def commands(arguments):
    """Every run: a script of this folder and its arguments. The counts keep the proportions of the fixed tests."""
    count, seed = arguments.count, ["--first-seed", str(arguments.first_seed)]
    check = ["random_check.py", "--qcompile", arguments.qcompile, *seed, "--keep", arguments.keep,
             "--jobs", str(arguments.jobs)]
    yield [*check, "--profile", "core", "--count", str(count), "--backends", "reference,cpu,imc"]
    yield [*check, "--profile", "all", "--count", str(max(1, count // 5)), "--backends", "reference,cpu"]
    yield [*check, "--profile", "each", "--count", str(max(1, count // 1000)), "--backends", "reference,cpu"]
    yield [*check, "--profile", "core", "--count", str(max(1, count // 20)), "--per-file", "20", "--backends", "hls"]
    yield ["random_judge.py", "--qcompile", arguments.qcompile, *seed, "--count", str(max(1, count // 20))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("--first-seed", type=int, default=os.environ.get("QCOMPILE_LONG_SEED", seed_of_today()))
    parser.add_argument("--count", type=int, default=os.environ.get("QCOMPILE_LONG_COUNT", 20000))
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--keep", default="random-failures", help="folder for the networks that fail")
    arguments = parser.parse_args()
    print(f"first seed {arguments.first_seed}, {arguments.count} networks; "
          f"QCOMPILE_LONG_SEED={arguments.first_seed} repeats this", flush=True)
    failed = []
    for script, *options in commands(arguments):
        print(f"\n== {script} {' '.join(options)}", flush=True)
        if subprocess.run([sys.executable, "-B", str(HERE / script), *options], check=False).returncode:
            failed.append(f"{script} {' '.join(options)}")
    for command in failed:
        print(f"FAILED: {command}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
