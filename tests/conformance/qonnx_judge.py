"""Judges a trace of our evaluator with qonnx's executor, one layer at a time.

qonnx executes node by node: quantizers in numpy, every ONNX operator as a model of its own in ONNX Runtime, in
float32, so that ONNX Runtime's graph optimizer has nothing to fuse. A float32 sum depends on the order of its
additions, so its codes can be judged only where no order could change them:

- Every value carries an interval that contains each float32 evaluation as well as the exact reading. A sum starts
  it (a product, convolution, average, or an addition of two quantized tensors; see qonnx_sums.py):
  exact +- gamma_n * sum|x*w|, gamma_n = n*u / (1 - n*u), u = 2^-24, n = K + SLACK for the roundings of the
  operands, of alpha, beta and of the bias; an average's division counts as one more addition. Later nodes are
  executed on both ends.
  Where every partial sum is a float32 whatever the order (power-of-two scales), all orders agree: no interval.
- Operators that only move elements are executed on the elements' numbers too, which moves the real values along.
- A code is ambiguous where the two ends get different codes.
- Behind every quantizer all three values become our own, so that one flipped code does not cascade.
"""

import dataclasses
import itertools

import numpy as np
import onnx
from onnx import numpy_helper
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.core.onnx_exec import execute_node
from qonnx.transformation.fold_constants import FoldConstants
from qonnx.transformation.infer_shapes import InferShapes
from qonnx.util.basic import get_preferred_qonnx_opset

from qonnx_sums import JOINS, MEANS, PRODUCTS, Term, attributes_of, maxima, sum_of

QUANTIZERS = ("Quant", "IntQuant", "BipolarQuant", "Trunc")
MOVERS = ("Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Concat", "Split", "Slice", "Pad",
          "Resize", "Upsample", "DepthToSpace", "SpaceToDepth", "Gather", "Tile", "Expand")
MIXED = ("Sub", "Mul", "Div")  # not monotone in the same direction in both operands
NUMBERED = 2 ** 24  # the numbers that float32 holds exactly
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
    for node in wrapper.graph.node:  # qonnx' executor looks up inputs that are left out
        if node.op_type == "Resize" and len(node.input) > 1 and not node.input[1]:
            node.input[1] = f"{node.output[0]}.roi"
            wrapper.set_initializer(node.input[1], np.zeros(0, np.float32))
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
        self.differing_samples, self.ambiguous_samples = set(), set()
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
            if self.is_sum(node):
                self.sum_node(node)
            elif node.op_type in QUANTIZERS:
                self.quantizer_node(node)
            else:
                self.plain_node(node)
        return self.values

    def run_node(self, node, ends):
        """Executes one node in qonnx, each operand at one end of its interval; all outputs."""
        return self.run_on(node, {name: getattr(self.values[name], end) for name, end in ends.items()})

    def run_on(self, node, operands):
        context = dict(operands)
        for name in filter(None, node.output):
            context[name] = np.zeros(self.wrapper.get_tensor_shape(name), np.float32)
        execute_node(node, context, self.graph, opset_of(self.wrapper, node))
        return [context[name] for name in node.output if name]

    def run_ends(self, node):
        """The value of every output, from the ends of the operands' intervals."""
        names = [name for name in node.input if name]
        mids = self.run_node(node, dict.fromkeys(names, "mid"))
        wide = [name for name in dict.fromkeys(names) if not self.values[name].is_point]
        if not wide:
            return [point(mid) for mid in mids]
        choices = (itertools.product(("low", "high"), repeat=len(wide)) if node.op_type in MIXED else
                   (["low"] * len(wide), ["high"] * len(wide)))
        runs = [mids] + [self.run_node(node, {**dict.fromkeys(names, "mid"), **dict(zip(wide, choice))})
                         for choice in choices]
        return [Value(mid, np.minimum.reduce(ends), np.maximum.reduce(ends)) for mid, *ends in
                ((run[0], *run) for run in zip(*runs))]

    def plain_node(self, node):
        values = self.run_ends(node)
        if node.op_type in MOVERS:
            for value, real in zip(values, self.moved_reals(node) or ()):
                value.real = real
        if node.op_type == "MaxPool" and self.values[node.input[0]].real is not None:
            values[0].real = maxima(node, self.values[node.input[0]].real, values[0].mid.shape)
        if node.op_type == "BatchNormalization":
            values = [self.widened_norm(node, values[0])]
        self.values.update(zip(filter(None, node.output), values))

    def moved_reals(self, node):
        """The real values of every output of a node that moves elements, None where they are not known.

        The node runs on 1, 2, 3, ... in place of the elements; what it fills in itself is 0."""
        data = list(node.input) if node.op_type == "Concat" else [node.input[0]]
        reals = [self.values[name].real for name in data]
        if any(real is None for real in reals) or sum(real.size for real in reals) >= NUMBERED:
            return None
        attributes = attributes_of(node)
        if node.op_type in ("Resize", "Upsample") and attributes.get("mode", "nearest") != "nearest":
            return None
        if node.op_type == "Pad" and (attributes.get("mode", "constant") != "constant" or self.pads_other(node)):
            return None
        operands, pool = {n: self.values[n].mid for n in node.input if n}, [np.zeros(1)]
        for name, real in zip(data, reals):
            first = sum(part.size for part in pool)
            operands[name] = np.arange(first, first + real.size, dtype=np.float32).reshape(operands[name].shape)
            pool.append(np.broadcast_to(real, operands[name].shape).ravel())
        pool = np.concatenate(pool)
        return [pool[numbers.astype(np.int64)] for numbers in self.run_on(node, operands)]

    def pads_other(self, node):
        """Whether a Pad fills in something else than zeros: whether that is quantized depends on its grid."""
        constant = node.input[2] if len(node.input) > 2 else ""
        value = self.values[constant].mid if constant else attributes_of(node).get("value", 0.0)
        return bool(np.any(np.asarray(value) != 0))

    def widened_norm(self, node, value):
        """ONNX fixes no order of a norm's operations and ONNX Runtime folds its factors first."""
        source, gain, bias, mean, variance = (self.values[n].mid.astype(np.float64) for n in node.input)
        epsilon = next((a.f for a in node.attribute if a.name == "epsilon"), 1e-5)
        shape = [1, -1] + [1] * (source.ndim - 2)
        factor = np.abs(gain / np.sqrt(variance + epsilon)).reshape(shape)
        size = (np.abs(source) + np.abs(mean).reshape(shape)) * factor + np.abs(bias).reshape(shape)
        radius = gamma(NORM_ROUNDINGS) * size
        return Value(value.mid, below(value.low - radius), above(value.high + radius))

    def is_sum(self, node):
        """Whether the exact reading takes this node as one sum."""
        if node.op_type in JOINS:
            return all(self.values[name].real is not None for name in node.input)
        return node.op_type in (*PRODUCTS, *MEANS)

    def sum_node(self, node):
        """A linear operation: the interval of all float32 orders, and our own sum held against the exact one."""
        name = node.output[0]
        data = 1 if node.op_type in MEANS else 2
        operands = [self.values[n] for n in node.input[:data]]
        exact = all(t.real is not None for t in operands)
        terms = [Term(t.real if exact else t.mid.astype(np.float64), radius_of(t)) for t in operands]
        if node.op_type in PRODUCTS and len(node.input) > 2 and node.input[2]:
            bias = self.values[node.input[2]]
            terms.append(Term(bias.real if bias.real is not None else bias.mid.astype(np.float64)))
        total = sum_of(node, terms, self.wrapper.get_tensor_shape(name), self.axes_of(node))
        if exact:
            self.check_exact(name, total.center, total.size * (total.count + SLACK) * 2.0 ** -53)
        mid = self.run_node(node, {n: "mid" for n in node.input if n})[0]
        if all(t.is_point for t in operands) and np.max(total.size, initial=0.0) <= total.grain / UNIT:
            self.values[name] = point(mid)
            return
        radius = gamma(total.count + SLACK) * total.size + total.spread
        self.values[name] = Value(mid, below(total.center - radius), above(total.center + radius))

    def axes_of(self, node):
        """The axes of a reduction, None for all."""
        if node.op_type in ("ReduceMean", "ReduceSum") and len(node.input) > 1 and node.input[1]:
            axes = self.values[node.input[1]].mid
            return list(axes) if axes.size else None
        return attributes_of(node).get("axes")

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
        judged = self.run_ends(node)[0]
        judged.mid = judged.mid.astype(np.float32)
        if name in self.constant:
            self.check_constant(node, judged.mid)
            self.values[name] = point(judged.mid, self.real_of(node, self.codes_of(node, judged.mid)))
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
        for where, samples in ((differing, self.differing_samples), (ambiguous, self.ambiguous_samples)):
            samples.update(int(row) + self.start for row in np.unique(np.argwhere(where)[:, 0]))

    def check_codes(self, node, ours, codes):
        """Our codes, dequantized as QONNX says, must be our float values: (q - z) * s in float32."""
        scale, zero = (part.astype(np.float32) for part in self.grid_of(node))
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
        scale, zero = self.grid_of(node)
        return scale * (codes.astype(np.float64) - zero)

    def codes_of(self, node, values):
        """The codes behind a quantizer's float values."""
        scale, zero = self.grid_of(node)
        return np.rint(values / scale + zero)

    def grid_of(self, node):
        """Scale and zero point of a quantizer's result, in float64."""
        scale = self.values[node.input[1]].mid.astype(np.float64)
        if node.op_type == "BipolarQuant":
            return scale, np.float64(0)
        zero = self.values[node.input[2]].mid.astype(np.float64)
        if node.op_type == "Trunc" and len(node.input) > 5:  # version 2 gives the scale of the result
            result = self.values[node.input[4]].mid.astype(np.float64)
            return result, zero / 2.0 ** np.round(np.log2(result / scale))
        return scale, zero


def radius_of(value):
    """How far the ends of an interval lie from its middle, None for a point."""
    if value.is_point:
        return None
    mid = value.mid.astype(np.float64)
    return np.maximum(value.high - mid, mid - value.low)


def below(values):
    """float32 bounds that do not lie above the given float64 ones."""
    with np.errstate(over="ignore"):
        return np.nextafter(np.asarray(values).astype(np.float32), np.float32(-np.inf))


def above(values):
    with np.errstate(over="ignore"):
        return np.nextafter(np.asarray(values).astype(np.float32), np.float32(np.inf))
