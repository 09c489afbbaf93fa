"""Builds small QONNX graphs node by node, for the generators of test models in this folder."""

import dataclasses
import json
import pathlib
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX_DOMAIN = "qonnx.custom_op.general"
IR_VERSION = 10
OPSET = 20
SAMPLES = 64


def random_state(name):
    """A generator that depends on the name alone; RandomState's stream never changes between versions."""
    return np.random.RandomState(zlib.crc32(name.encode()))


@dataclasses.dataclass(frozen=True)
class Quantizer:
    """The parameters of one QONNX `Quant` node; `mode` None leaves the attribute out."""

    scale: object
    bits: object = 4
    signed: bool = True
    narrow: bool = False
    zero_point: object = 0.0
    mode: object = "ROUND"


class Builder:
    """One graph under construction: every method appends nodes and returns the name of the result."""

    def __init__(self, name, input_shape, input_name="x", domain=QONNX_DOMAIN, opset=OPSET):
        self.name = name
        self.domain = domain
        self.opset = opset
        self.nodes = []
        self.initializers = []
        self.inputs = [helper.make_tensor_value_info(input_name, TensorProto.FLOAT, input_shape)]
        self.outputs = []
        self.random = random_state(name)
        self._counts = {}

    def fresh(self, stem):
        """A name that no earlier node has, the same in every run."""
        index = self._counts.get(stem, 0)
        self._counts[stem] = index + 1
        return f"{stem}_{index}"

    def constant(self, value, stem="c", dtype=np.float32):
        name = self.fresh(stem)
        self.initializers.append(numpy_helper.from_array(np.asarray(value, dtype), name))
        return name

    def node(self, op, inputs, domain="", name=None, **attributes):
        name = name or self.fresh(op)
        self.nodes.append(helper.make_node(op, inputs, [f"{name}_out"], name, domain=domain, **attributes))
        return f"{name}_out"

    def quant(self, source, quantizer, name=None):
        """`source` through a Quant node; a `bits` that is a string names a computed tensor."""
        attributes = {"signed": int(quantizer.signed), "narrow": int(quantizer.narrow)}
        if quantizer.mode is not None:
            attributes["rounding_mode"] = quantizer.mode
        bits = quantizer.bits
        bits = bits if isinstance(bits, str) else self.constant(bits, "bits")
        inputs = [source, self.constant(quantizer.scale, "scale"),
                  self.constant(quantizer.zero_point, "zero"), bits]
        return self.node("Quant", inputs, self.domain, name, **attributes)

    def bipolar(self, source, scale=1.0):
        return self.node("BipolarQuant", [source, self.constant(scale, "scale")], self.domain)

    def weight(self, shape, quantizer=None, values=None):
        """A weight tensor through its quantizer (bipolar without one); values are random unless given."""
        if values is None:
            top = 1.0 if quantizer is None else top_code(quantizer) * np.max(quantizer.scale)
            values = self.random.uniform(-top, top, shape)
        tensor = self.constant(values, "weight")
        return self.bipolar(tensor) if quantizer is None else self.quant(tensor, quantizer)

    def batch_norm(self, source, factors, means, variances, biases, epsilon=1e-5):
        parameters = [self.constant(p, s) for p, s in
                      ((factors, "gamma"), (biases, "beta"), (means, "mean"), (variances, "var"))]
        return self.node("BatchNormalization", [source, *parameters], epsilon=epsilon)

    def output(self, source, shape):
        self.outputs.append(helper.make_tensor_value_info(source, TensorProto.FLOAT, shape))
        return self

    def model(self, import_custom=True):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        imports = [helper.make_opsetid("", self.opset)]
        if import_custom and self.domain:
            imports.append(helper.make_opsetid(self.domain, 1))
        return helper.make_model(graph, producer_name="qcompile-tests", ir_version=IR_VERSION,
                                 opset_imports=imports)


def top_code(quantizer):
    """The largest magnitude that a quantizer of these parameters can give, in codes."""
    bits = int(quantizer.bits)
    if not quantizer.signed:
        return 2 ** bits - 1 - int(quantizer.narrow)
    return max(1, 2 ** (bits - 1) - int(quantizer.narrow))


class ModelFolder:
    """The output folder: models, their inputs and the manifest that lists them."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.manifest = {}

    def good(self, name, model, expect, low=-1.0, high=1.0, step=None, inexact=False):
        """A model that must run; its inputs are random in [low, high], multiples of `step` if given.

        `inexact`: a part of it cannot become integers, so that the compiler has to warn of a last bit.
        """
        onnx.save(model, self.path / f"{name}.onnx")
        value = next(i for i in model.graph.input
                     if i.name not in {t.name for t in model.graph.initializer})
        shape = [d.dim_value or 1 for d in value.type.tensor_type.shape.dim]
        values = random_state(name + " inputs").uniform(low, high, [SAMPLES, *shape[1:]])
        if step:
            values = np.round(values / step) * step
        np.save(self.path / f"{name}.npy", values.astype(np.float32))
        self.manifest[name] = {
            "file": f"{name}.onnx", "kind": "good", "expect": expect, "data": f"{name}.npy",
            "inexact": inexact,
            "inputs": {value.name: {"shape": shape, "low": low, "high": high, "step": step}}}

    def bad(self, name, content, expect, mentions=(), exits=(1,)):
        """A file that must be refused, with one of the exit codes `exits`.

        The message has to contain the file's name and every one of `mentions`.
        """
        data = content if isinstance(content, bytes) else content.SerializeToString()
        (self.path / f"{name}.onnx").write_bytes(data)
        self.list_bad(name, expect, mentions, exits)

    def list_bad(self, name, expect, mentions=(), exits=(1,)):
        """Lists a bad model, whether or not a file of that name exists."""
        self.manifest[name] = {"file": f"{name}.onnx", "kind": "bad", "expect": expect, "exits": list(exits),
                               "mentions": [f"{name}.onnx", *mentions], "inputs": {}}

    def write_manifest(self):
        text = json.dumps(self.manifest, indent=1, sort_keys=True) + "\n"
        (self.path / "manifest.json").write_text(text)
