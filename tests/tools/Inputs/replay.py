"""Runs the command that `compare --reduce --json` has written, with the tool given: replay.py TOOL RESULT.json"""

import json
import pathlib
import shlex
import subprocess
import sys

reduced = json.loads(pathlib.Path(sys.argv[2]).read_text())["reduced"]
command = shlex.split(reduced["command"])
run = subprocess.run([sys.argv[1], *command[1:], "-q", "--json"], stdout=subprocess.PIPE, check=False)
if run.returncode != 4:
    sys.exit(f"expected exit code 4, found {run.returncode}: {reduced['command']}")
print(reduced["nodes_before"], "to", reduced["nodes_after"], "at", reduced["node"])
print("again at", json.loads(run.stdout)["first"])
