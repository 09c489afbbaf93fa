"""Judges a trace of our evaluator with qonnx's executor, one layer at a time.

qonnx executes node by node: ONNX operators through ONNX Runtime in float32, quantizers in numpy. A float32 sum
depends on the order of its additions, so its codes can be judged only where no order could change them:

- Every value carries an interval that contains each float32 evaluation as well as the exact reading. A sum starts
  it: exact +- gamma_n * sum|x*w|, gamma_n = n*u / (1 - n*u), u = 2^-24, n = K + SLACK for the roundings of the
  operands, of alpha, beta and of the bias. Later nodes are executed on both ends.
  Where every partial sum is a float32 whatever the order (power-of-two scales), all orders agree: no interval.
- A code is ambiguous where the two ends get different codes.
- Behind every quantizer all three values become our own, so that one flipped code does not cascade.
"""

import dataclasses

import numpy as np
import onnx
from onnx import numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_node
from qonnx.transformation.fold_constants import FoldConstants
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import get_preferred_qonnx_opset

QUANTIZERS = ("Quant", "IntQuant", "BipolarQuant")
MOVERS = ("Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity")
UNIT = 2.0 ** -24
SLACK = 6
NORM_ROUNDINGS = 8


def gamma(count):
    return count * UNIT / (1.0 - count * UNIT)


@dataclasses.dataclass
class LayerResult:
    """What was counted at one quantizer or output."""

    name: str
    codes: int = 0
    differing: int = 0
    ambiguous: int = 0
    wrong: int = 0
    worst: float = 0.0


@dataclasses.dataclass
class Value:
    """One tensor of the judged run. `real` is s*(q-z) in float64 where the tensor is a quantized one."""

    mid: np.ndarray
    low: np.ndarray
    high: np.ndarray
    real: object = None

    @property
    def is_point(self):
        return self.low is self.mid and self.high is self.mid


def point(array, real=None):
    return Value(array, array, array, real)


def batched(model, samples):
    """The model at batch size `samples` where its shapes allow it, else as it is; and its batch size."""
    original = onnx.load_model_from_string(model)
    changed = onnx.load_model_from_string(model)
    constants = {tensor.name for tensor in changed.graph.initializer}
    for value in [*changed.graph.input, *changed.graph.output]:
        if value.name not in constants:
            value.type.tensor_type.shape.dim[0].dim_value = samples
    del changed.graph.value_info[:]
    try:
        wrapper = prepared(changed)
        if all(wrapper.get_tensor_shape(o.name)[0] == samples for o in wrapper.graph.output):
            run_is_consistent(wrapper)
            return wrapper, samples
    except Exception:  # qonnx and ONNX Runtime raise many types for a batch size that is baked in
        pass
    for value in [*original.graph.input, *original.graph.output]:
        if value.name not in constants and not value.type.tensor_type.shape.dim[0].dim_value:
            value.type.tensor_type.shape.dim[0].dim_value = 1
    wrapper = prepared(original)
    first = next(i for i in wrapper.graph.input if i.name not in constants)
    return wrapper, wrapper.get_tensor_shape(first.name)[0]


def prepared(model):
    """The model with shapes and with constant shape arithmetic folded; quantizers and names stay."""
    for node in model.graph.node:
        if node.op_type in QUANTIZERS:  # the empty domain and old ones mean this one
            node.domain = "qonnx.custom_op.general"
    wrapper = ModelWrapper(model)
    for transformation in (InferShapes(), FoldConstants(exclude_op_types=list(QUANTIZERS)), InferShapes()):
        wrapper = wrapper.transform(transformation)
    return wrapper


def run_is_consistent(wrapper):
    """Raises unless the inferred shapes are those of a run on zeros."""
    context = wrapper.make_empty_exec_context()
    for node in wrapper.graph.node:
        execute_node(node, context, wrapper.graph, opset_of(wrapper, node))
        for name in node.output:
            if list(context[name].shape) != wrapper.get_tensor_shape(name):
                raise ValueError(f"{name} has shape {context[name].shape}, expected another")


def opset_of(wrapper, node):
    """The operator set version that execute_onnx would use for this node."""
    return wrapper.get_opset_imports().get(node.domain, get_preferred_qonnx_opset())


class Judge:
    """Runs one model in qonnx beside a trace and counts per layer."""

    def __init__(self, model_bytes, samples):
        self.wrapper, self.batch = batched(model_bytes, samples)
        if samples % self.batch:
            raise ValueError(f"{samples} samples do not fill batches of {self.batch}")
        self.samples = samples
        self.graph = self.wrapper.graph
        self.initializers = {t.name: numpy_helper.to_array(t) for t in self.graph.initializer}
        self.input_names = [i.name for i in self.graph.input if i.name not in self.initializers]
        self.outputs = [o.name for o in self.graph.output]
        self.layers = {}
        self.sums_checked = self.sums_wrong = self.constants_checked = self.constants_wrong = 0
        self.problems = []
        self.differing_samples = set()
        self.output_values = {}

    def judge(self, inputs, traced, codes):
        """Judges a whole trace: `traced` holds our float tensors, `codes` our integer codes."""
        self.traced, self.codes = traced, codes
        parts = []
        for start in range(0, self.samples, self.batch):
            self.start = start
            values = self.execute(inputs[start:start + self.batch])
            parts.append({name: values[name] for name in self.outputs})
        self.output_values = {name: Value(*(np.concatenate([getattr(p[name], end) for p in parts])
                                            for end in ("mid", "low", "high"))) for name in self.outputs}

    def execute(self, inputs):
        self.values = {name: point(array) for name, array in self.initializers.items()}
        self.constant = set(self.initializers)
        name = self.input_names[0]
        self.values[name] = point(inputs.reshape(self.wrapper.get_tensor_shape(name)).astype(np.float32))
        for node in self.graph.node:
            operands = [name for name in node.input if name]
            if all(name in self.constant for name in operands):
                self.constant.update(node.output)
            if node.op_type in ("MatMul", "Gemm"):
                self.sum_node(node)
            elif node.op_type in QUANTIZERS:
                self.quantizer_node(node)
            else:
                self.plain_node(node)
        return self.values

    def run_node(self, node, end):
        """Executes one node in qonnx on one end of its operands' intervals."""
        context = {name: getattr(self.values[name], end) for name in node.input if name}
        for name in node.output:
            context[name] = np.zeros(self.wrapper.get_tensor_shape(name), np.float32)
        execute_node(node, context, self.graph, opset_of(self.wrapper, node))
        return context[node.output[0]]

    def run_ends(self, node):
        mid = self.run_node(node, "mid")
        if all(self.values[name].is_point for name in node.input if name):
            return point(mid)
        ends = [mid, self.run_node(node, "low"), self.run_node(node, "high")]
        return Value(mid, np.minimum.reduce(ends), np.maximum.reduce(ends))

    def plain_node(self, node):
        value = self.run_ends(node)
        source = self.values[node.input[0]]
        if node.op_type in MOVERS and source.real is not None:
            permutation = [a.ints for a in node.attribute if a.name == "perm"]
            real = np.transpose(source.real, permutation[0]) if permutation else source.real
            value.real = real.reshape(value.mid.shape)
        if node.op_type == "BatchNormalization":
            value = self.widened_norm(node, value)
        self.values[node.output[0]] = value

    def widened_norm(self, node, value):
        """ONNX fixes no order of a norm's operations and ONNX Runtime folds its factors first."""
        source, gain, bias, mean, variance = (self.values[n].mid.astype(np.float64) for n in node.input)
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        shape = [1, -1] + [1] * (source.ndim - 2)
        factor = np.abs(gain / np.sqrt(variance + epsilon)).reshape(shape)
        size = (np.abs(source) + np.abs(mean).reshape(shape)) * factor + np.abs(bias).reshape(shape)
        radius = gamma(NORM_ROUNDINGS) * size
        return Value(value.mid, below(value.low - radius), above(value.high + radius))

    def sum_node(self, node):
        """A matrix product: the interval of all float32 orders, and our own sum held against the exact one."""
        name = node.output[0]
        terms = [self.values[n] for n in node.input[:2]]
        exact = all(t.real is not None for t in terms)
        a, b = (t.real if exact else t.mid.astype(np.float64) for t in terms)
        radius_a, radius_b = (np.zeros(1) if t.is_point else
                              np.maximum(t.high - t.mid.astype(np.float64), t.mid - t.low.astype(np.float64))
                              for t in terms)
        attributes = {p.name: onnx.helper.get_attribute_value(p) for p in node.attribute}
        if attributes.get("transA"):
            a, radius_a = a.T, radius_a.T
        if attributes.get("transB"):
            b, radius_b = b.T, radius_b.T
        alpha, beta = (float(np.float32(attributes.get(k, 1.0))) for k in ("alpha", "beta"))
        center, size = alpha * (a @ b), abs(alpha) * (np.abs(a) @ np.abs(b))
        grain = granularity(a) * granularity(b) if alpha == beta == 1.0 else 0.0
        spread = np.zeros_like(size)
        if radius_a.ndim > 1:
            spread += abs(alpha) * (radius_a @ np.abs(b))
        if radius_b.ndim > 1:
            spread += abs(alpha) * (np.abs(a) @ radius_b)
        if len(node.input) > 2 and node.input[2]:
            bias = self.values[node.input[2]]
            addend = beta * (bias.real if bias.real is not None else bias.mid.astype(np.float64))
            center, size = center + addend, size + np.abs(addend)
            grain = min(grain, granularity(addend))
        if exact:
            self.check_exact(name, center, size * (a.shape[-1] + SLACK) * 2.0 ** -53)
        if all(t.is_point for t in terms) and np.max(size, initial=0.0) <= grain / UNIT:
            self.values[name] = point(self.run_node(node, "mid"))
            return
        radius = gamma(a.shape[-1] + SLACK) * size + spread
        self.values[name] = Value(self.run_node(node, "mid"), below(center - radius), above(center + radius))

    def check_exact(self, name, center, slack):
        """Our sum must be the float32 next to the exact one; the float64 sum is good to `slack`."""
        if name in self.constant or name not in self.traced:
            return
        ours = self.ours(self.traced, name, center.shape)
        with np.errstate(over="ignore"):
            low, high = (center - slack).astype(np.float32), (center + slack).astype(np.float32)
        wrong = ~((ours >= low) & (ours <= high))
        self.sums_checked += wrong.size
        if wrong.any():
            self.sums_wrong += int(wrong.sum())
            at = tuple(np.argwhere(wrong)[0])
            self.problems.append(f"sum {name}{list(map(int, at))} is {ours[at]!r}, the exact one is {center[at]!r}")

    def ours(self, tensors, name, shape):
        """The part of our stacked tensor that belongs to the current samples."""
        whole = tensors[name]
        count = int(np.prod(shape)) // self.batch * self.samples
        if whole.size != count:
            raise ValueError(f"our {name} has {whole.size} elements, expected {count}")
        return whole.reshape(self.samples, -1)[self.start:self.start + self.batch].reshape(shape)

    def quantizer_node(self, node):
        name = node.output[0]
        judged = self.run_ends(node)
        judged.mid = judged.mid.astype(np.float32)
        if name in self.constant:
            self.check_constant(node, judged.mid)
            self.values[name] = point(judged.mid, self.real_of(node, codes_of(self, node, judged.mid)))
            return
        if name not in self.traced or name not in self.codes:
            raise ValueError(f"no {'tensor' if name in self.codes else 'codes'} of quantizer output {name}")
        ours = self.ours(self.traced, name, judged.mid.shape)
        codes = self.ours(self.codes, name, judged.mid.shape)
        self.count(node, judged, ours)
        self.check_codes(node, ours, codes)
        self.values[name] = point(ours, self.real_of(node, codes))

    def count(self, node, judged, ours):
        layer = self.layers.setdefault(node.output[0], LayerResult(node.name or node.output[0]))
        differing = ours != judged.mid
        ambiguous = judged.low != judged.high
        layer.codes += ours.size
        layer.differing += int(differing.sum())
        layer.ambiguous += int(ambiguous.sum())
        layer.wrong += int((differing & ~ambiguous).sum())
        rows = np.unique(np.argwhere(differing)[:, 0])
        self.differing_samples.update(int(row) + self.start for row in rows)

    def check_codes(self, node, ours, codes):
        """Our codes, dequantized as QONNX says, must be our float values: (q - z) * s in float32."""
        scale = self.values[node.input[1]].mid.astype(np.float32)
        zero = np.float32(0) if node.op_type == "BipolarQuant" else self.values[node.input[2]].mid.astype(np.float32)
        with np.errstate(over="ignore"):
            values = (codes.astype(np.float32) - zero) * scale
        if (values != ours).any():
            self.problems.append(f"codes of {node.output[0]} do not dequantize to its values")

    def check_constant(self, node, judged):
        """A quantized constant is judged where the trace has it; a constant is stored once or per sample."""
        name = node.output[0]
        if self.start or name not in self.traced:
            return
        ours = self.traced[name].reshape(-1, *judged.shape)
        self.constants_checked += judged.size
        self.constants_wrong += int((ours != judged).any(axis=0).sum())

    def real_of(self, node, codes):
        """The real number s*(q-z) of every code, in float64."""
        scale = self.values[node.input[1]].mid.astype(np.float64)
        zero = 0.0 if node.op_type == "BipolarQuant" else self.values[node.input[2]].mid.astype(np.float64)
        return scale * (codes.astype(np.float64) - zero)


def codes_of(judge, node, values):
    """The codes behind a quantizer's float values."""
    scale = judge.values[node.input[1]].mid.astype(np.float64)
    zero = 0.0 if node.op_type == "BipolarQuant" else judge.values[node.input[2]].mid.astype(np.float64)
    return np.rint(values / scale + zero)


def granularity(values):
    """The largest power of two that divides every value: sums of up to 2^24 of it are exact in float32."""
    mantissa, exponent = np.frexp(values[values != 0])
    if not mantissa.size:
        return np.inf
    integers = np.ldexp(mantissa, 53).astype(np.int64)
    zeros = np.frexp((integers & -integers).astype(np.float64))[1] - 1
    return float(np.ldexp(1.0, int(np.min(exponent - 53 + zeros))))


def below(values):
    """float32 bounds that do not lie above the given float64 ones."""
    with np.errstate(over="ignore"):
        return np.nextafter(np.asarray(values).astype(np.float32), np.float32(-np.inf))


def above(values):
    with np.errstate(over="ignore"):
        return np.nextafter(np.asarray(values).astype(np.float32), np.float32(np.inf))
