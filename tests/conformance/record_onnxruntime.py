#!/usr/bin/env python3
"""Records what ONNX Runtime computes: every tensor of a model, for `qcompile compare MODEL --recorded FOLDER`.

usage: record_onnxruntime.py MODEL.onnx INPUT.npy FOLDER [--level disable|basic|extended|all]

With the optimizer off (disable), one session gives all tensors. An optimizer fuses operators, and a tensor that is an
output cannot be fused away. So each tensor is recorded by a session of its own that has only it as an additional output,
and kept where the model's outputs are to the bit those of the model without it: then the fusions at fault are still there.
"""

import argparse
import pathlib
import sys
import urllib.parse

import numpy as np
import onnx
import onnxruntime

LEVELS = {"disable": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
          "basic": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC,
          "extended": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED,
          "all": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL}


class Recorder:
    """Runs one model on samples, with further tensors as outputs."""

    def __init__(self, model, samples, level):
        self.model = onnx.shape_inference.infer_shapes(model)
        self.options = onnxruntime.SessionOptions()
        self.options.graph_optimization_level = LEVELS[level]
        self.options.log_severity_level = 3
        constants = {tensor.name for tensor in model.graph.initializer}
        port = next(i for i in model.graph.input if i.name not in constants)
        shape = [d.dim_value or 1 for d in port.type.tensor_type.shape.dim]
        self.name, self.batches = port.name, samples.astype(np.float32).reshape(-1, *shape)
        self.outputs = [o.name for o in model.graph.output]

    def run(self, extra=()):
        """The outputs and the tensors `extra`, all batches along the first dimension."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        types = {info.name: info for info in model.graph.value_info}
        for name in extra:
            model.graph.output.append(types.get(name) or onnx.ValueInfoProto(name=name))
        session = onnxruntime.InferenceSession(model.SerializeToString(), self.options)
        names = [*self.outputs, *extra]
        runs = [session.run(names, {self.name: batch}) for batch in self.batches]
        return {name: join([run[i] for run in runs]) for i, name in enumerate(names)}

    def tensors(self):
        """The names of the tensors that depend on the input, in order."""
        variable, names = {self.name}, []
        for node in self.model.graph.node:
            if variable.intersection(node.input):
                variable.update(filter(None, node.output))
                names += [name for name in node.output if name and name not in self.outputs]
        return names


def join(parts):
    """Batches along the first dimension; a scalar per batch becomes a vector."""
    return np.concatenate([np.atleast_1d(part) for part in parts])


def record(model, samples, level):
    """Tensors by name, and the names of those whose recording would have changed the outputs."""
    recorder = Recorder(model, samples, level)
    names = recorder.tensors()
    if level == "disable":
        return recorder.run(names), []
    recorded, changed = recorder.run(), []
    plain = {name: recorded[name] for name in recorder.outputs}
    for name in names:
        run = recorder.run([name])
        if all(np.array_equal(run[o], plain[o], equal_nan=True) for o in recorder.outputs):
            recorded[name] = run[name]
        else:
            changed.append(name)
    return recorded, changed


def write(recorded, folder):
    """One .npy per tensor, its name percent-encoded."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, tensor in recorded.items():
        np.save(folder / f"{urllib.parse.quote(name, safe='')}.npy", tensor)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model")
    parser.add_argument("input")
    parser.add_argument("folder")
    parser.add_argument("--level", choices=LEVELS, default="all")
    arguments = parser.parse_args()
    recorded, changed = record(onnx.load(arguments.model), np.load(arguments.input), arguments.level)
    write(recorded, arguments.folder)
    print(f"{len(recorded)} tensors recorded; without {len(changed)} that the optimizer would have kept from fusing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
