"""Compares two artifacts by the files that their manifests list: same_files.py A B"""

import json
import pathlib
import sys

a, b = (json.loads((pathlib.Path(folder) / "manifest.json").read_text())["files"] for folder in sys.argv[1:3])
if not a or a != b:
    sys.exit(f"the files differ: {[f['name'] for f in a if f not in b]}")
