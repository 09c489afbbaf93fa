#!/usr/bin/env python3
"""Processor time and memory of reading models of growing length, by topology (scaling_models.py).

The last column is the time per node beyond that of a model of one node; a road that is linear keeps it.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import scaling_models


def measure(command, limit):
    """Seconds and megabytes of a run; exit codes that say what the model lacks are as good as 0."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watch = threading.Timer(limit, process.kill)
    watch.start()
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    watch.cancel()
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 3):
        sys.exit(f"{' '.join(command)}: ended with {code}\n{message.decode()[-1000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qcompile", required=True)
    parser.add_argument("--command", default="check MODEL", help="MODEL is the file, OUT a place to write to")
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--only", default=",".join(scaling_models.TOPOLOGIES), help="topologies")
    parser.add_argument("--limit", type=float, default=200, help="seconds until a run is ended")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, out = pathlib.Path(folder) / "model.onnx", pathlib.Path(folder) / "out"
        places = {"MODEL": str(path), "OUT": str(out)}
        command = [arguments.qcompile] + [places.get(word, word) for word in arguments.command.split()]
        print(f"{'topology':>18} {'nodes':>8} {'seconds':>8} {'MB':>6} {'us/node':>8}")
        for topology in arguments.only.split(","):
            scaling_models.save(topology, 1, path)
            base, _ = measure(command, arguments.limit)
            for count in map(int, arguments.sizes.split(",")):
                scaling_models.save(topology, count, path)
                seconds, megabytes = measure(command, arguments.limit)
                print(f"{topology:>18} {count:>8} {seconds:>8.2f} {megabytes:>6.0f} {(seconds - base) / count * 1e6:>8.1f}",
                      flush=True)


if __name__ == "__main__":
    main()
