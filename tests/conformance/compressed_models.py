#!/usr/bin/env python3
"""Writes compressed models with inputs and a manifest, for the scripts that hold models against backends and judges.

usage: compressed_models.py --qcompile BINARY FOLDER
"""

import json
import pathlib

import numpy as np

import frame
import judging
from compression_recipes import COMPOSITIONS, composition_inputs, compress

SAMPLES = 24


def judge(run):
    folder, manifest = run.arguments.folder, {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, model, calibration, steps in COMPOSITIONS:
        data = composition_inputs(calibration)
        with run.guard(name):
            report = compress(run.qcompile, judging.SHIPPED / f"{model}.onnx", steps, folder / f"{name}.onnx", {"input": str(data)})
            techniques = [layer["technique"] for done in report["steps"] for layer in done["layers"]]
            print(f"{name}: {', '.join(techniques)}")
            np.save(folder / f"{name}.npy", np.load(data)[-SAMPLES:])
            manifest[name] = {"file": f"{name}.onnx", "kind": "good", "expect": "integers", "data": f"{name}.npy",
                              "inexact": False, "inputs": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("folder", type=pathlib.Path))
