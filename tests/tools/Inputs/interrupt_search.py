"""Interrupts a search when it has finished a few trials. usage: interrupt_search.py STATE-FOLDER COMMAND..."""

import pathlib
import signal
import subprocess
import sys
import time

trials = pathlib.Path(sys.argv[1]) / "trials.jsonl"
process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
while process.poll() is None and not (trials.exists() and trials.read_bytes().count(b"\n") >= 4):
    time.sleep(0.002)
process.send_signal(signal.SIGINT)
_, errors = process.communicate(timeout=60)
print("exit", process.returncode)
print(errors)
