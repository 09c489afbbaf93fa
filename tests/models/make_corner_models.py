#!/usr/bin/env python3
"""Writes small QONNX MLPs for the corners of the semantics, and files that must be refused.

usage: make_corner_models.py FOLDER

FOLDER receives one .onnx per model, random inputs for the good ones, and manifest.json.
"""

import sys

from bad_models import write_bad_models
from corner_arithmetic import write_arithmetic_models
from corner_writing import write_writing_models
from qonnx_builder import ModelFolder


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__.strip())
    folder = ModelFolder(sys.argv[1])
    write_arithmetic_models(folder)
    write_writing_models(folder)
    write_bad_models(folder)
    folder.write_manifest()
    print(f"{len(folder.manifest)} models in {sys.argv[1]}")


if __name__ == "__main__":
    main()
