#!/usr/bin/env python3
"""Writes compressed models with inputs and a manifest, for the scripts that hold models against backends and judges.

usage: compressed_models.py --qcompile BINARY FOLDER
"""

import argparse
import json
import pathlib

import numpy as np

import judging
from compression_recipes import COMPOSITIONS, composition_inputs, compress

SAMPLES = 24


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--qcompile", required=True, help="path of the command under test")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    manifest, failures = {}, []
    for name, model, calibration, steps in COMPOSITIONS:
        data = composition_inputs(calibration)
        try:
            report = compress(arguments.qcompile, judging.SHIPPED / f"{model}.onnx", steps,
                              arguments.folder / f"{name}.onnx", {"input": str(data)})
        except RuntimeError as error:
            failures.append(f"{name}: {error}")
            continue
        techniques = [layer["technique"] for done in report["steps"] for layer in done["layers"]]
        print(f"{name}: {', '.join(techniques)}")
        np.save(arguments.folder / f"{name}.npy", np.load(data)[-SAMPLES:])
        manifest[name] = {"file": f"{name}.onnx", "kind": "good", "expect": "integers", "data": f"{name}.npy",
                          "inexact": False, "inputs": {}}
    (arguments.folder / "manifest.json").write_text(json.dumps(manifest, indent=1))
    return judging.exit_code(failures, [])


if __name__ == "__main__":
    raise SystemExit(main())
