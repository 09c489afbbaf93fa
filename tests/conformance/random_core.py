"""What the parts of the random graph generator share: values, profiles, drawing of quantizers and activations.

A `Graph` follows the typical size of every value, so that the scales it draws spread the codes over their levels.
"""

import dataclasses
import math
import pathlib
import sys

import numpy as np
from onnx import TensorProto, helper

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "models"))
from qonnx_builder import Builder, Quantizer, top_code  # noqa: E402  (a folder of ours that is no package)

MODES = ("ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN")
MAX_ELEMENTS = 2000
LARGEST_SIZE = 64.0  # products of products would leave float32
BOOST = 0.7  # how often a trait appears in the profile that is named after it


@dataclasses.dataclass(frozen=True)
class Value:
    """A tensor of the graph: `size` is the typical magnitude of its elements.

    `quantizer` stands where it is a quantized one. Where its scale differs between channels, no more than that is
    known: moves do not carry the scales along.
    """

    name: str
    shape: tuple
    size: float
    quantizer: Quantizer = None

    @property
    def channels(self):
        return self.shape[1]

    @property
    def space(self):
        return self.shape[2:]

    @property
    def elements(self):
        return math.prod(self.shape)


@dataclasses.dataclass(frozen=True)
class Profile:
    """What may appear: layers, drawn with equal chance, and traits, which layers and quantizers ask for."""

    name: str
    layers: tuple
    traits: frozenset
    bits: tuple = tuple(range(1, 9))
    max_extent: int = 8
    max_channels: int = 6


class SharingBuilder(Builder):
    """A builder that, where `shares` is set, names equal constants once, as exporters do that remove duplicates."""

    def __init__(self, name):
        super().__init__(name, [])
        del self.inputs[:]
        self.shares, self._known = False, {}

    def constant(self, value, stem="c", dtype=np.float32):
        array = np.asarray(value, dtype)
        key = (array.tobytes(), array.shape, array.dtype.str)
        if not self.shares or key not in self._known:
            self._known[key] = super().constant(array, stem, dtype)
        return self._known[key]


class Graph:
    """One network under construction."""

    def __init__(self, name, profile, random):
        self.profile, self.random = profile, random
        self.builder = SharingBuilder(name)
        self.builder.random = random
        self.builder.shares = self.has("shared_constants", 0.3)
        self.ranges = {}
        self.batch = int(random.choice([1, 1, 1, 2, 3])) if self.allows("batch") else 1
        self.symbolic = self.batch == 1 and self.has("symbolic_batch", 0.2)

    # Chance

    def allows(self, trait):
        return trait in self.profile.traits

    def has(self, trait, probability):
        """Whether the drawn case has a trait of the profile."""
        if self.profile.name == trait:
            probability = max(probability, BOOST)
        return self.allows(trait) and self.chance(probability)

    def chance(self, probability):
        return self.random.uniform() < probability

    def integer(self, low, high):
        """An integer from `low` to `high`, both included."""
        return int(self.random.integers(low, high + 1))

    def choice(self, values):
        return values[self.integer(0, len(values) - 1)]

    # Nodes

    def node(self, op, inputs, shape, size, quantizer=None, **attributes):
        """A node whose operands are values or names; the result's shape, size and quantizer are the caller's."""
        names = [i.name if isinstance(i, Value) else i for i in inputs]
        return Value(self.builder.node(op, names, **attributes), tuple(shape), size, quantizer)

    def move(self, op, value, inputs=(), shape=None, quantizer=None, **attributes):
        """A node that only selects or moves the elements of its first operand."""
        return self.node(op, [value, *inputs], shape or value.shape, value.size, quantizer or value.quantizer,
                         **attributes)

    def nodes(self, op, inputs, count, **attributes):
        """A node of several results; their names."""
        name = self.builder.fresh(op)
        results = [f"{name}_out{i}" for i in range(count)]
        self.builder.nodes.append(helper.make_node(op, inputs, results, name, **attributes))
        return results

    def integers(self, values, stem="shape"):
        return self.builder.constant(values, stem, np.int64)

    def input(self, shape, low, high, step):
        """A float input whose samples are multiples of `step`, or any number if that is None."""
        return self.add_input(TensorProto.FLOAT, shape, low, high, step)

    def index_input(self, shape, high):
        """An int64 input of numbers from 0 to `high`."""
        return self.add_input(TensorProto.INT64, shape, 0, high, 1)

    def add_input(self, kind, shape, low, high, step):
        name = self.builder.fresh("x")
        self.builder.inputs.append(helper.make_tensor_value_info(name, kind, self.declared(shape)))
        self.ranges[name] = {"shape": list(shape), "low": low, "high": high, "step": step,
                             "type": "int64" if kind == TensorProto.INT64 else "float32"}
        return Value(name, tuple(shape), max(abs(low), abs(high)) * 0.6)

    def output(self, value, kind=TensorProto.FLOAT):
        """A graph output that nothing else is: a value may be wanted twice, or be an input."""
        used = {v.name for v in [*self.builder.outputs, *self.builder.inputs]}
        name = value.name if value.name not in used else self.builder.node("Identity", [value.name])
        self.builder.outputs.append(helper.make_tensor_value_info(name, kind, self.declared(value.shape)))

    def declared(self, shape):
        """The shape of an input or output as the file has it."""
        return ["N", *shape[1:]] if self.symbolic else list(shape)

    # Quantizers

    def scale_near(self, wanted):
        """A scale of about that size; half of them are powers of two, so that sums hit ties."""
        scale = wanted * math.exp(self.random.uniform(-0.6, 0.6))
        if self.chance(0.5) or not self.allows("odd_scales"):
            return 2.0 ** round(math.log2(scale))
        return float(np.float32(scale))

    def on_grid(self, numbers):
        """Numbers as they are, or multiples of 1/64 where all scales are powers of two."""
        return numbers if self.allows("odd_scales") else np.round(np.asarray(numbers) * 64) / 64

    def draw_quantizer(self, size, channels=None, bits=None):
        """A quantizer for values of that size; 1-bit codes keep zero point 0 and need two values."""
        bits, signed = bits or self.choice(self.profile.bits), self.chance(0.5)
        narrow = bits > 1 and self.has("narrow", 0.3)
        scale = self.scale_near(2.5 * size / 2 ** (bits - 1 if signed else bits))
        if channels and self.has("activation_channels", 0.15):
            scale = self.per_channel(scale, channels)
        zero = 0
        if bits > 1 and self.has("zero_points", 0.3):
            zero = self.integer(-2, 2) if signed else self.integer(0, 2 ** bits - 1)
            if self.has("zero_points_outside", 0.1):
                zero = self.choice((-3, 2 ** bits + 2))
        mode = self.choice(MODES) if self.has("modes", 0.4) else "ROUND"
        return Quantizer(scale, bits, signed, narrow, float(zero), mode)

    def per_channel(self, scale, channels):
        """One scale per channel: powers of two apart, or free."""
        factors = (2.0 ** self.random.integers(-1, 2, channels) if self.chance(0.7) or not self.allows("odd_scales")
                   else self.random.uniform(0.5, 1.5, channels))
        return (scale * factors).astype(np.float32)

    def quantize(self, value, quantizer=None):
        """The value through a drawn quantizer, or through the given one."""
        if quantizer is None and self.has("bipolar", 0.15):
            return self.quantize_bipolar(value)
        channels = value.channels if len(value.shape) > 2 else None
        quantizer = quantizer or self.draw_quantizer(value.size, channels)
        written = quantizer
        if np.ndim(quantizer.scale) == 1:
            written = dataclasses.replace(quantizer, scale=self.along_channels(quantizer.scale, value))
        size = min(value.size, top_code(quantizer) * float(np.max(quantizer.scale)))
        return Value(self.builder.quant(value.name, written), value.shape, size, quantizer)

    def quantize_bipolar(self, value):
        scale = self.scale_near(value.size)
        return Value(self.builder.bipolar(value.name, scale), value.shape, scale, Quantizer(scale, 1))

    @staticmethod
    def along_channels(parameter, value):
        """One parameter per channel, in the shape that broadcasts against the value."""
        return np.reshape(parameter, (1, -1) + (1,) * len(value.space))

    def truncate(self, value):
        """`Trunc` of a quantized value to fewer bits."""
        quantizer = value.quantizer
        kept = self.integer(1, quantizer.bits - 1)
        return self.write_trunc(value, quantizer.scale, quantizer.bits, kept)

    def write_trunc(self, value, scale, bits, kept):
        inputs = [value.name, self.builder.constant(scale, "scale"), self.builder.constant(0.0, "zero"),
                  self.builder.constant(float(bits), "bits"), self.builder.constant(float(kept), "bits")]
        mode = self.choice(("FLOOR", "ROUND", "CEIL")) if self.has("modes", 0.5) else "FLOOR"
        name = self.builder.node("Trunc", inputs, self.builder.domain, rounding_mode=mode)
        factor = 2.0 ** (bits - kept)
        kept_quantizer = dataclasses.replace(value.quantizer, bits=kept, narrow=False)
        return Value(name, value.shape, value.size / factor, kept_quantizer)

    # From a sum to the next codes

    def activate(self, value):
        """Norm, affine steps, activation function, in any subset, then a quantizer and what may follow it."""
        if self.has("norm", 0.6):
            value = self.norm(value)
        if value.size > LARGEST_SIZE:
            factor = 2.0 ** -round(math.log2(value.size))
            value = self.node("Mul", [value, self.builder.constant(factor)], value.shape, value.size * factor)
        if self.has("affine", 0.25):
            value = self.affine(value)
        if value.quantizer is None or self.chance(0.3):
            value = self.bend(value)
        value = self.quantize(value)
        if self.has("requantize", 0.1):
            value = self.quantize(value)
        if self.has("trunc", 0.1) and self.can_truncate(value):
            value = self.truncate(value)
        return value

    @staticmethod
    def can_truncate(value):
        """One scale, no zero point (what becomes of those differs between tools), and bits to drop."""
        quantizer = value.quantizer
        return quantizer.bits > 1 and quantizer.zero_point == 0 and np.ndim(quantizer.scale) == 0

    def norm(self, value):
        """Batch norm whose factors have random signs, one in eight of them zero."""
        channels = value.channels
        factors = self.random.uniform(0.5, 1.5, channels) * self.random.choice([-1, 1, 1, 0, 1, -1, 1, -1], channels)
        size = value.size
        name = self.builder.batch_norm(value.name, factors, self.random.normal(0, size / 2, channels),
                                       size ** 2 * self.random.uniform(0.5, 2.0, channels),
                                       self.random.normal(0, 0.3, channels))
        return Value(name, value.shape, 1.0)

    def affine(self, value):
        """One or two of Mul, Add, Sub, Div with a constant for all, or one per channel."""
        for _ in range(self.integer(1, 2)):
            op = self.choice(("Mul", "Add", "Sub", "Div"))
            count = value.channels if self.chance(0.5) else 1
            if op in ("Mul", "Div"):
                numbers = self.random.uniform(0.5, 2.0, count) * self.random.choice([-1, 1, 1], count)
                if not self.allows("odd_scales"):
                    numbers = np.sign(numbers) * 2.0 ** np.round(np.log2(np.abs(numbers)))
            else:
                numbers = self.on_grid(self.random.normal(0, value.size / 2, count))
            numbers = np.float32(numbers[0]) if count == 1 else self.along_channels(numbers, value)
            operands = [value, self.builder.constant(numbers)]
            if op != "Div" and self.chance(0.3):
                operands.reverse()
            value = self.node(op, operands, value.shape, value.size)
        return value

    def bend(self, value):
        """An activation function of the profile, or none."""
        kinds = [k for k in ("relu", "clip", "leaky_relu", "prelu", "hard_swish", "sigmoid", "selu", "gelu", "tanh")
                 if self.allows(k)]
        if not kinds or self.chance(0.25):
            return value
        kind, size = self.choice(kinds), value.size
        if kind == "clip":
            low, high = self.on_grid(self.choice((0.0, -1.0)) * size), self.on_grid(1.5 * size + 0.1)
            bounds = [self.builder.constant(low), self.builder.constant(6.0 if self.chance(0.3) else high)]
            return self.node("Clip", [value, *bounds], value.shape, size)
        if kind == "leaky_relu":
            slopes = (0.125, 0.1, 0.01) if self.allows("odd_scales") else (0.125, 0.25)
            return self.node("LeakyRelu", [value], value.shape, size, alpha=self.choice(slopes))
        if kind == "prelu":
            slopes = self.random.uniform(-0.2, 0.5, value.channels) if self.chance(0.7) else np.float32(0.25)
            slopes = self.on_grid(slopes)
            slopes = self.along_channels(slopes, value)[0] if np.ndim(slopes) else [slopes]
            return self.node("PRelu", [value, self.builder.constant(slopes)], value.shape, size)
        if kind == "gelu":
            return self.node("Gelu", [value], value.shape, size, approximate=self.choice(("none", "tanh")))
        op = {"relu": "Relu", "hard_swish": "HardSwish", "sigmoid": "Sigmoid", "selu": "Selu", "tanh": "Tanh"}[kind]
        bounded = kind in ("sigmoid", "tanh")
        return self.node(op, [value], value.shape, min(size, 0.6) if bounded else size)
