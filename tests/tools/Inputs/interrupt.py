"""Interrupts a command that would run for long. usage: interrupt.py FOLDER COMMAND... (temporary files go to FOLDER)"""
import os
import signal
import subprocess
import sys
import time

folder, command = sys.argv[1], sys.argv[2:]
process = subprocess.Popen(command, env=dict(os.environ, TMPDIR=folder), stderr=subprocess.PIPE, text=True)
time.sleep(0.7)
process.send_signal(signal.SIGINT)
_, errors = process.communicate(timeout=60)
print("exit", process.returncode)
print(errors)
print("left behind:", os.listdir(folder) or "nothing")
