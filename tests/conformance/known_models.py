"""The models whose behaviour other programs have told us: where they lie, their inputs, their counts of answers."""

import dataclasses
import typing

import numpy as np

import judging
from frame import option

SEED = 1


@dataclasses.dataclass(frozen=True)
class Known:
    """One model. `load` takes the folder of shared data and gives inputs and labels, None where there are none."""

    name: str
    load: typing.Callable
    correct: typing.Optional[int] = None  # right answers on all inputs, by qonnx's executor
    shared: bool = False  # lies in the shared folder, not in tests/models
    has_classes: bool = True  # the output is one score per class
    most: typing.Optional[int] = None  # inputs per comparison at most, for models that take long

    @property
    def path(self):
        folder = judging.shared_folder() / "models" if self.shared else judging.SHIPPED
        return folder / f"{self.name}.onnx"

    def data(self):
        return self.load(judging.shared_folder() / "data")


def shipped(inputs, labels=None):
    """Inputs and labels that stand in tests/models."""
    def load(_folder):
        return np.load(judging.SHIPPED / f"{inputs}.npy"), labels and np.load(judging.SHIPPED / f"{labels}.npy")
    return load


def random_inputs(count, *shape):
    """Normally distributed inputs of a fixed seed, for models without data."""
    def load(_folder):
        return np.random.RandomState(SEED).normal(0, 1.5, (count, *shape)).astype(np.float32), None
    return load


def espcn_picture(_folder):
    return judging.read_tensor(judging.shared_folder() / "models" / "espcn" / "input_0.pb"), None


DIGITS = shipped("digits_test_inputs", "digits_test_labels")
LARGE_PICTURES = shipped("pictures_32_inputs", "pictures_32_labels")
SMALL_PICTURES = shipped("pictures_16_inputs", "pictures_16_labels")
GREY_PICTURES = shipped("espcn_inputs")

MODELS = (
    Known("digits_w2a2", DIGITS, 343),
    Known("digits_w1a1", DIGITS, 341),
    Known("digits_a2q", DIGITS, 349),
    Known("cnv_w1a1", LARGE_PICTURES, 37),
    Known("cnv_w1a2", LARGE_PICTURES, 38),
    Known("cnv_w2a2", LARGE_PICTURES, 36),
    Known("resnet8_w4a4", SMALL_PICTURES, 99),
    Known("depthwise_w4a4", SMALL_PICTURES, 96),
    Known("espcn_subpixel_w4a4", GREY_PICTURES, has_classes=False),
    Known("espcn_transposed2_w4a4", GREY_PICTURES, has_classes=False),
    Known("espcn_transposed3_w2a2", GREY_PICTURES, has_classes=False),
    Known("espcn_resize_w4a4", GREY_PICTURES, has_classes=False),
    Known("tfc_1w1a", judging.mnist, 9296, shared=True),
    Known("tfc_1w2a", judging.mnist, 9474, shared=True),
    Known("kws_w3a3_mlperf_tiny", judging.keywords, 825, shared=True),
    Known("jettagging_qkeras", random_inputs(10000, 16), shared=True),
    Known("cifar/cnv_w2a2", judging.cifar, 270, shared=True),
    Known("cifar/resnet8_w4a4", judging.cifar, 289, shared=True),
    Known("radioml_vgg10_w8a8", random_inputs(2, 2, 1024), shared=True, most=2),
    Known("espcn/nn_resize_quant", espcn_picture, shared=True, has_classes=False, most=1),
    Known("espcn/subpixel_quant", espcn_picture, shared=True, has_classes=False, most=1),
)


ONLY_HELP = "only models whose name (shipped/... or shared/...) contains one of these comma-separated texts"
ONLY = option("--only", default="", help=ONLY_HELP)


def is_chosen(only, name):
    """Whether a name contains one of the comma-separated texts of `--only`."""
    return any(text in name for text in only.split(","))


def title(known):
    """The name that `--only` is held against: it tells the two folders apart."""
    return f"{'shared' if known.shared else 'shipped'}/{known.name}"


def chosen_models(only, skipped, models=MODELS):
    """The models whose title contains one of the texts, and whose file is there."""
    for known in models:
        if is_chosen(only, title(known)) and judging.available(known.path, skipped):
            yield known


def comparison_inputs(known, samples):
    """The first inputs, at most as many as this model is to be compared on."""
    return known.data()[0][:samples if known.most is None else min(samples, known.most)]
