"""Interrupts a compilation as soon as its output begins to appear, and checks what it leaves.

usage: interrupt_emit.py FOLDER COMMAND... (FOLDER is empty; the command writes the folder or file FOLDER/artifact)
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ATTEMPTS = 30
INTERRUPTED = 130


def attempt(folder, command, delay):
    """Exit code and message of a run that is interrupted `delay` seconds after its first file."""
    run = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while run.poll() is None and not os.listdir(folder):
        pass  # the moment right after a file is created counts
    time.sleep(delay)
    run.send_signal(signal.SIGINT)
    return run.communicate()[1], run.returncode


def contents(path):
    """The bytes of a file, or of the manifest of a folder; None where there is nothing."""
    file = path / "manifest.json" if path.is_dir() else path
    return file.read_bytes() if file.exists() else None


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main():
    folder, command = pathlib.Path(sys.argv[1]), sys.argv[2:]
    artifact = folder / "artifact"
    subprocess.run(command, check=True)
    whole = contents(artifact)
    remove(artifact)
    interrupted = 0
    for i in range(ATTEMPTS):
        message, code = attempt(folder, command, 0.001 * i if i % 3 else 0)
        left = sorted(path.name for path in folder.iterdir())
        if code == 0:
            # It was faster than the signal: the artifact is whole.
            if left != ["artifact"] or contents(artifact) != whole:
                sys.exit(f"a run that succeeded left {left}")
            remove(artifact)
            continue
        interrupted += 1
        if code != INTERRUPTED:
            sys.exit(f"expected exit code {INTERRUPTED}, found {code}: {message}")
        if "interrupted in phase " not in message:
            sys.exit(f"expected a message that names the phase, found {message!r}")
        # The signal may come when the artifact is in place already: then all of it is.
        if left and (left != ["artifact"] or contents(artifact) != whole):
            sys.exit(f"an interrupted run left {left}")
        remove(artifact)
    if not interrupted:
        sys.exit(f"none of {ATTEMPTS} runs could be interrupted")
    print("nothing half-written")


if __name__ == "__main__":
    main()
