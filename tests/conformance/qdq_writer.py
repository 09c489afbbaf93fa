"""QONNX models written with QuantizeLinear, Clip and DequantizeLinear, for tests that hold the formats against each other."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

QUANTIZERS = ("Quant", "IntQuant")
INT4 = {(-8, 7): TensorProto.INT4, (0, 15): TensorProto.UINT4}
BIASED = 128  # the zero point of codes that are written in unsigned bytes


class Writer:
    """Rewrites what has an exact form; `style` is how.

    clip: bytes or words, with a Clip where the range is narrower. small: int4 and uint4 where the range is theirs. biased:
    signed codes in unsigned bytes, with a zero point. What has no form (ties of zero points, other rounding modes, bipolar
    activations, more bits) stays.
    """

    def __init__(self, model, style):
        self.model = onnx.ModelProto()
        self.model.CopyFrom(model)
        self.style = style
        self.graph = self.model.graph
        self.constants = {t.name: t for t in self.graph.initializer}
        self.rewritten = self.left = 0

    def write(self):
        self.prepare()
        nodes = []
        for node in self.graph.node:
            replacement = self.rewrite(node)
            self.rewritten += replacement is not None
            self.left += replacement is None and node.op_type in (*QUANTIZERS, "BipolarQuant")
            nodes += [node] if replacement is None else replacement
        del self.graph.node[:]
        self.graph.node.extend(nodes)
        del self.graph.value_info[:]
        return self.model

    def prepare(self):
        """Operator set 21: of these models' operators, only Unsqueeze is written otherwise before 13."""
        for node in self.graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = node.attribute[0].t
            if node.op_type == "Unsqueeze" and node.attribute:
                name = f"{node.output[0]}_axes"
                self.add(name, np.array(node.attribute[0].ints, np.int64))
                node.input.append(name)
                del node.attribute[:]
        for opset in self.model.opset_import:
            if opset.domain in ("", "ai.onnx"):
                opset.version = max(opset.version, 21)
        self.model.ir_version = 10
        for node in self.graph.node:
            if node.op_type in (*QUANTIZERS, "BipolarQuant", "Trunc"):
                node.domain = "qonnx.custom_op.general"
        if not any(o.domain == "qonnx.custom_op.general" for o in self.model.opset_import):
            self.model.opset_import.append(helper.make_opsetid("qonnx.custom_op.general", 1))

    def add(self, name, array, kind=None):
        if kind is None:
            tensor = numpy_helper.from_array(np.asarray(array), name)
        else:
            tensor = helper.make_tensor(name, kind, np.shape(array), np.ravel(array).astype(int).tolist())
        self.graph.initializer.append(tensor)
        return name

    def rewrite(self, node):
        if node.op_type == "BipolarQuant":
            return self.bipolar(node)
        if node.op_type not in QUANTIZERS:
            return None
        if any(name not in self.constants for name in node.input[1:]):
            return None
        scale, zero, bits = (numpy_helper.to_array(self.constants[name]) for name in node.input[1:])
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
        mode = attributes.get("rounding_mode", b"ROUND").upper()
        signed, narrow = bool(attributes.get("signed", 1)), bool(attributes.get("narrow", 0))
        if mode != b"ROUND" or np.any(zero) or bits.size != 1 or sum(d != 1 for d in scale.shape) > 1:
            return None
        bits = int(bits.ravel()[0])
        low = -(2 ** (bits - 1)) + narrow if signed else 0
        high = 2 ** (bits - 1) - 1 if signed else 2 ** bits - 1 - narrow
        constant = node.input[0] in self.constants
        if (signed and bits == 1) or bits > (16 if not constant else 32):
            return None
        return self.pair(node, scale.astype(np.float32), low, high, constant)

    def pair(self, node, scale, low, high, constant):
        name = node.output[0]
        kind, zero = self.carrier(low, high, constant)
        info = np.iinfo(helper.tensor_dtype_to_np_dtype(kind)) if kind not in INT4.values() else None
        clips = info is not None and (low + zero, high + zero) != (info.min, info.max)
        rank = len(self.shape_of(node.input[0], scale))
        axis = {}
        if scale.size > 1:
            axis = {"axis": rank - scale.ndim + int(np.argmax(scale.shape))}
        self.add(f"{name}_scale", scale.reshape(-1) if scale.size > 1 else scale.reshape(()))
        self.add(f"{name}_zero", np.full(scale.size, zero) if scale.size > 1 else np.array(zero), kind)
        parameters = [f"{name}_scale", f"{name}_zero"]
        if constant:
            x = numpy_helper.to_array(self.constants[node.input[0]]).astype(np.float32)
            codes = np.clip(np.round(x / scale), low, high) + zero
            self.add(f"{name}_codes", codes, kind)
            return [helper.make_node("DequantizeLinear", [f"{name}_codes", *parameters], [name], name=node.name, **axis)]
        steps = [helper.make_node("QuantizeLinear", [node.input[0], *parameters], [f"{name}_q"], name=f"{name}_quantize",
                                  **axis)]
        source = f"{name}_q"
        if clips:
            self.add(f"{name}_low", np.array(low + zero), kind)
            self.add(f"{name}_high", np.array(high + zero), kind)
            steps.append(helper.make_node("Clip", [source, f"{name}_low", f"{name}_high"], [f"{name}_c"],
                                          name=f"{name}_clip"))
            source = f"{name}_c"
        return [*steps, helper.make_node("DequantizeLinear", [source, *parameters], [name], name=node.name, **axis)]

    def carrier(self, low, high, constant):
        """The type that codes are written in, and their zero point."""
        if self.style == "small" and (low, high) in INT4:
            return INT4[low, high], 0
        if self.style == "biased" and low < 0 and high - low < 256 and low >= -BIASED:
            return TensorProto.UINT8, BIASED
        for kind in (TensorProto.INT8, TensorProto.UINT8, TensorProto.INT16, TensorProto.UINT16, TensorProto.INT32):
            info = np.iinfo(helper.tensor_dtype_to_np_dtype(kind))
            if info.min <= low and high <= info.max and (low < 0 or info.min == 0 or kind == TensorProto.INT32):
                return kind, 0
        raise ValueError(f"no type for codes from {low} to {high}")

    def shape_of(self, name, scale):
        if name in self.constants:
            return tuple(self.constants[name].dims)
        return (0,) * max(scale.ndim, 1)

    def bipolar(self, node):
        """Constants only: -1 and +1 in bytes."""
        if any(name not in self.constants for name in node.input):
            return None
        x, scale = (numpy_helper.to_array(self.constants[name]) for name in node.input)
        if scale.size != 1:
            return None
        name = node.output[0]
        self.add(f"{name}_codes", np.where(x >= 0, 1, -1), TensorProto.INT8)
        self.add(f"{name}_scale", scale.astype(np.float32).reshape(()))
        return [helper.make_node("DequantizeLinear", [f"{name}_codes", f"{name}_scale"], [name], name=node.name)]


def write(model, style):
    """The model in another format, and how many quantizers were rewritten and left."""
    writer = Writer(model, style)
    return writer.write(), writer.rewritten, writer.left
