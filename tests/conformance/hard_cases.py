#!/usr/bin/env python3
"""Small models at the edges of the integer form: not-a-number, infinity, nothing at all, and ranks that few have.

Each stands for a mistake that a compiler may make when it turns float arithmetic into integers. Where the model has a
meaning, the exact reading of the file, the integer form and the program for the processor have to agree bit for bit on
inputs that reach its special points; where it has none, or none that is exact, the message has to say so.
"""

import dataclasses
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper

import frame
import judging

sys.path.insert(0, str(judging.SHIPPED))
from qonnx_builder import Builder, Quantizer, random_state  # noqa: E402  (a folder of ours that is no package)

CHANNELS_LAST = "qonnx.custom_op.channels_last"
SAMPLES = 24
LIMIT_SECONDS = 120
COMPARISONS = {"import against bound": ("--backend=reference", "--stage=import", "--against=bound"),
               "cpu against import": ("--backend=cpu", "--against=import")}
COMPILATIONS = {"compile to bound": ("--compile-to=bound",)}


@dataclasses.dataclass(frozen=True)
class Case:
    """A model, the values that its inputs draw from, and what has to come of it.

    `exits` are the right exit codes of every command in `commands`, `mentions` what each of their messages says.
    """

    build: object
    values: tuple
    exits: tuple = (0,)
    mentions: tuple = ()
    commands: dict = dataclasses.field(default_factory=lambda: COMPARISONS)

    @property
    def name(self):
        return self.build.__name__


CASES = []


def case(low=-2.5, high=2.5, special=(), **expected):
    """Lists a function that makes a model; inputs are of [low, high], every fourth one of `special` or 0."""
    def listed(build):
        CASES.append(Case(build, (low, high, (0.0, *special)), **expected))
        return build
    return listed


def refused(node):
    """What no evaluator has a kernel for: found when it is prepared or when it runs, by the name of the node."""
    return {"exits": (1, 3), "mentions": (node,)}


def signed(scale=1.0, bits=4, **more):
    return Quantizer(scale, bits, **more)


def integers(b, values):
    return b.constant(values, dtype=np.int64)


def along(values, axis, rank):
    """Parameters that differ along one axis of a tensor of this rank."""
    return np.reshape(values, [-1 if d == axis else 1 for d in range(rank)])


def start(name, shape, quantizer=signed()):
    b = Builder(name, shape)
    return b, b.quant("x", quantizer)


def finish(b, value, shape, scale=1.0):
    """The model with `value` quantized as its output; as it is without a scale."""
    value = value if scale is None else b.quant(value, signed(scale))
    return b.output(value, shape).model()


# Infinity and what is not a number.

def resized(name, outside):
    b, x = start(name, [1, 1, 1, 8])
    corners = b.constant([0, 0, 0, 0, 1, 1, 1, 2])
    y = b.node("Resize", [x, corners, "", integers(b, [1, 1, 1, 16])], mode="nearest",
               coordinate_transformation_mode="tf_crop_and_resize", extrapolation_value=outside)
    return finish(b, y, [1, 1, 1, 16])


@case(-10, 10)
def crop():
    return resized("crop", 0.0)


@case(-10, 10)
def crop_outside_value():
    return resized("crop_outside_value", 3.0)


@case(0, 0.3, special=(0.02, 0.14, 0.142, 60.0))
def infinity_times_zero_inside():
    """Sums y >= 0.5 make the sigmoid 0, and y > 3.4 the other factor infinity: not a number at the far end only."""
    b, x = start("infinity_times_zero_inside", [1, 8], signed(0.001, 16, signed=False))
    y = b.node("MatMul", [x, b.weight([8, 2], signed(1.0, 3), values=np.full((8, 2), 3.0))])
    falling = b.node("HardSigmoid", [y], alpha=-1.0, beta=0.5)
    y = b.node("Mul", [b.node("Mul", [y, b.constant(1e38)]), falling])
    return finish(b, b.node("Add", [y, b.constant(100.0)]), [1, 2])


def without_variance(b, value):
    """A normalisation that divides by zero in its first channel."""
    return b.batch_norm(value, [1.0] * 4, [0.0] * 4, [0.0, 1.0, 1.0, 1.0], [0.0] * 4, epsilon=0.0)


@case(special=(np.inf, -np.inf))
def no_variance_then_relu():
    b, x = start("no_variance_then_relu", [1, 4, 2, 2], signed(0.25))
    y = without_variance(b, b.node("Conv", [x, b.weight([4, 4, 1, 1])]))
    return finish(b, b.node("Relu", [y]), [1, 4, 2, 2])


@case(special=(-0.0, 0.125, -0.125))
def not_a_number_in_window():
    b, x = start("not_a_number_in_window", [1, 4, 4, 4], signed(0.25))
    y = b.node("MaxPool", [b.node("Relu", [without_variance(b, x)])], kernel_shape=[2, 2])
    return finish(b, y, [1, 4, 3, 3], 0.3)


@case(special=(-0.0, 0.125, -0.125, np.inf))
def times_infinity_then_relu():
    b, x = start("times_infinity_then_relu", [1, 16], signed(0.25))
    return finish(b, b.node("Relu", [b.node("Mul", [x, b.constant(np.inf)])]), [1, 16])


@case(special=(-0.0,))
def one_over_padded_minus_zero():
    b, x = start("one_over_padded_minus_zero", [1, 4], signed(0.1))
    y = b.node("Pad", [x, integers(b, [0, 2, 0, 0]), b.constant(-0.0)])
    return finish(b, b.node("Reciprocal", [y]), [1, 6], 0.03)


# Nothing at all, and other shapes.

@case(-10, 10)
def split_off_nothing():
    b, x = start("split_off_nothing", [1, 4])
    b.nodes.append(helper.make_node("Split", [x, integers(b, [4, 0])], ["all", "nothing"], "Split_0", axis=1))
    return finish(b, "all", [1, 4], 2.0)


def sliced_to_nothing(b, x):
    return b.node("Slice", [x, integers(b, [0]), integers(b, [0]), integers(b, [1])])


@case(-1, 1)
def slice_of_nothing():
    b, x = start("slice_of_nothing", [1, 4], signed(0.1))
    return finish(b, sliced_to_nothing(b, x), [1, 0], None)


@case(-1, 1)
def slice_of_nothing_joined():
    b, x = start("slice_of_nothing_joined", [1, 4], signed(0.1))
    return finish(b, b.node("Concat", [x, sliced_to_nothing(b, x)], axis=1), [1, 4], 0.3)


@case(-1, 1)
def empty_input_joined():
    b, x = start("empty_input_joined", [1, 4], signed(0.1))
    b.inputs.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 0]))
    return finish(b, b.node("Concat", [x, b.quant("z", signed(0.2))], axis=1), [1, 4], 0.3)


@case(-10, 10)
def constant_of_higher_rank():
    b, x = start("constant_of_higher_rank", [3, 4])
    return finish(b, b.node("Max", [x, b.constant(np.zeros((1, 1, 1)))]), [1, 3, 4], 0.7)


@case(-10, 10)
def constant_of_higher_rank_last():
    b, x = start("constant_of_higher_rank_last", [3, 4])
    return finish(b, b.node("Max", [x, b.constant(np.zeros((1, 1, 1)))]), [1, 3, 4], None)


@case(-10, 10)
def gather_one():
    b, x = start("gather_one", [1, 4])
    return finish(b, b.node("Gather", [x, integers(b, 2)], axis=1), [1], None)


@case(exits=(1,), mentions=("Gather_0", "99"))
def gather_beyond_the_end():
    b, x = start("gather_beyond_the_end", [4, 8])
    return finish(b, b.node("Gather", [x, integers(b, [0, 99])]), [2, 8])


@case(-10, 10)
def mean_over_four_dimensions():
    b, x = start("mean_over_four_dimensions", [1, 2, 3, 3, 3, 3])
    return finish(b, b.node("GlobalAveragePool", [x]), [1, 2, 1, 1, 1, 1])


@case(**refused("Conv_0"))
def conv_over_four_dimensions():
    b, x = start("conv_over_four_dimensions", [1, 1, 3, 3, 3, 3])
    return finish(b, b.node("Conv", [x, b.weight([2, 1, 2, 2, 2, 2])]), [1, 2, 2, 2, 2, 2], 3.0)


@case(**refused("MaxPool_0"))
def pool_over_four_dimensions():
    b, x = start("pool_over_four_dimensions", [1, 2, 3, 3, 3, 3])
    return finish(b, b.node("MaxPool", [x], kernel_shape=[2] * 4), [1, 2, 2, 2, 2, 2])


@case(**refused("GlobalAveragePool_0"))
def mean_over_no_dimensions():
    b, x = start("mean_over_no_dimensions", [1, 4])
    return finish(b, b.node("GlobalAveragePool", [x]), [1, 4])


@case(**refused("GlobalMaxPool_0"))
def highest_over_no_dimensions():
    b, x = start("highest_over_no_dimensions", [1, 4])
    return finish(b, b.node("GlobalMaxPool", [x]), [1, 4])


# Values off the grid of their tensor. Scales are powers of two, so that sums are exact in float32 too, in any order:
# if such a tensor stays float, it still must not differ.

@case(-10, 10)
def padding_makes_channels():
    """0.5 is a value of the second channel, whose scale is 0.5, and of no other."""
    b, x = start("padding_makes_channels", [1, 2, 4, 4], signed(along([1.0, 0.5], 1, 4)))
    y = b.node("Pad", [x, integers(b, [0, 1, 0, 0, 0, 1, 0, 0]), b.constant(0.5)])
    return finish(b, b.node("Conv", [y, b.weight([3, 4, 1, 1], signed(0.125))]), [1, 3, 4, 4], 0.3)


@case(-5, 5)
def bound_on_the_finer_grid():
    """Channels of scales 0.5 and 0.25 alternate along one axis; the bound 0.25 is no multiple of the coarser one."""
    b, x = start("bound_on_the_finer_grid", [1, 2, 4], signed(along([0.5, 0.25], 1, 3)))
    y = b.node("Reshape", [b.node("Transpose", [x], perm=[0, 2, 1]), integers(b, [1, 8])])
    y = b.node("Clip", [y, b.constant(-100.0), b.constant(0.25)])
    return finish(b, b.node("MatMul", [y, b.weight([8, 4], signed(0.125))]), [1, 4], 0.3)


@case()
def bounds_that_never_bind():
    """The lower bound is no value of the grid, but nothing behind Relu can reach it."""
    b, x = start("bounds_that_never_bind", [1, 8], signed(0.25))
    y = b.node("Clip", [b.node("Relu", [x]), b.constant(-0.3), b.constant(100.0)])
    return finish(b, b.node("MatMul", [y, b.weight([8, 4], signed(0.125))]), [1, 4], 0.3)


@case(mentions=("QC-P003", "MatMul_0"), commands=COMPILATIONS)
def fractional_zero_point():
    b, x = start("fractional_zero_point", [1, 8], signed(0.25, zero_point=0.5))
    return finish(b, b.node("MatMul", [x, b.weight([8, 4], signed(0.1))]), [1, 4], 0.3)


# Whole layers.

def many_sums(name):
    """The sum of a channel has millions of values: more than one can try one by one for every channel."""
    b, x = start(name, [1, 16, 4, 4], signed(0.02, 8))
    y = b.node("Conv", [x, b.weight([16, 16, 3, 3], signed(0.01, 8))], pads=[1] * 4)
    y = b.node("PRelu", [y, b.constant(along(np.linspace(0.01, 0.5, 16), 0, 3))])
    return b.output(b.quant(y, signed(0.1, 8)), [1, 16, 4, 4]).model()


@case(-3, 3, special=(100.0, -100.0))
def prelu_of_many_sums():
    return many_sums("prelu_of_many_sums")


@case(mentions=(" 0 float operations",), commands=COMPILATIONS)
def prelu_of_many_sums_is_integer():
    return many_sums("prelu_of_many_sums")


@case(-10, 10)
def batches_of_weights():
    b, x = start("batches_of_weights", [2, 4, 8])
    return finish(b, b.node("MatMul", [x, b.weight([2, 8, 3])]), [2, 4, 3], 3.0)


@case(-1, 1)
def pool_behind_falling_channels():
    """Between the sums and their quantizer: factors of either sign and 0, and operations that move and compare."""
    b, x = start("pool_behind_falling_channels", [1, 3, 6, 6], signed(0.1, zero_point=1.0))
    y = b.node("Conv", [x, b.weight([4, 3, 3, 3], signed(0.1))], pads=[1] * 4)
    y = b.batch_norm(y, [0.7, -1.3, 0.0, -0.2], [0.1, 0.2, -0.3, 0.4], [0.5, 0.9, 1.1, 0.3], [0.05, -0.1, 0.6, 0.3])
    y = b.node("MaxPool", [b.node("Relu", [y])], kernel_shape=[2, 2], strides=[2, 2])
    y = b.quant(b.node("Reshape", [y, integers(b, [1, -1])]), signed(0.11, signed=False))
    return finish(b, b.node("MatMul", [y, b.weight([36, 5], signed(0.07))]), [1, 5], None)


@case(-1, 1)
def channels_last_operators():
    """Extents that all differ, so that no two axes can be mistaken for each other; weights have channels last too."""
    b, x = start("channels_last_operators", [1, 7, 6, 3], signed(0.1))
    y = b.node("Conv", [x, b.weight([5, 3, 2, 3], signed(0.1))], CHANNELS_LAST, kernel_shape=[3, 2], pads=[1] * 4)
    y = b.quant(y, signed(0.07, zero_point=-3.0))
    y = b.node("MaxPool", [y], CHANNELS_LAST, kernel_shape=[2, 2], strides=[2, 2])
    model = finish(b, y, [1, 3, 3, 5], 0.1)
    model.opset_import.append(helper.make_opsetid(CHANNELS_LAST, 1))
    return model


def inputs_of(model, name, values):
    """Samples of every input, in one array each: within the range, and all special values."""
    low, high, special = values
    random = random_state(f"{name} inputs")
    for declared in model.graph.input:
        first, *rest = (d.dim_value for d in declared.type.tensor_type.shape.dim)
        array = random.uniform(low, high, [first * SAMPLES, *rest])
        marked = random.uniform(size=array.shape) < 0.25
        array[marked] = random.choice(special, size=np.count_nonzero(marked))
        # Whole samples of one special value, too: sums of many values hardly ever reach their ends.
        for sample, value in zip(np.split(array, SAMPLES), special):
            sample[...] = value
        yield declared.name, array.astype(np.float32)


def check(checked, qcompile):
    """The failures of one case, each with its command's title."""
    place = qcompile.work / checked.name
    place.mkdir()
    model = checked.build()
    onnx.save(model, place / "model.onnx")
    arrays = dict(inputs_of(model, checked.name, checked.values))
    for name, array in arrays.items():
        np.save(place / f"{name}.npy", array)
    # The file of an input without elements cannot say how many samples it has.
    inputs = ([f"--input={name}={name}.npy" for name in arrays] if all(a.size for a in arrays.values())
              else [f"--random={SAMPLES}", "--seed=1"])
    for title, options in checked.commands.items():
        command = (["compile", "model.onnx", *options, "-o", "stage.mlir"]
                   if checked.commands is COMPILATIONS else ["compare", "model.onnx", *options, *inputs])
        faults = judging.faults_of(qcompile, command, checked.exits, checked.mentions, LIMIT_SECONDS, cwd=place)
        if faults:
            yield f"{checked.name}, {title}: {'; '.join(faults)}"


def judge(run):
    cases = [c for c in CASES if run.arguments.only in c.name]
    for case in cases:
        run.failures += check(case, run.qcompile)
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    frame.main(judge, __doc__, frame.option("--only", default="", help="cases whose names contain this"))
