"""Interrupts a command that would run for long. usage: interrupt.py FOLDER COMMAND... (temporary files go to FOLDER)"""
import os
import pathlib
import signal
import subprocess
import sys
import time


def awaits_interrupts(process):
    """Whether the tool has set up what it does at an interrupt: its first thread blocks the signal."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked.split()[1], 16) & 1 << (signal.SIGINT - 1))


folder, command = sys.argv[1], sys.argv[2:]
process = subprocess.Popen(command, env=dict(os.environ, TMPDIR=folder), stderr=subprocess.PIPE, text=True)
while process.poll() is None and not awaits_interrupts(process):
    time.sleep(0.002)
time.sleep(0.3)
process.send_signal(signal.SIGINT)
_, errors = process.communicate(timeout=60)
print("exit", process.returncode)
print(errors)
print("left behind:", os.listdir(folder) or "nothing")
