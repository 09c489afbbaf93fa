"""Files that every command must refuse with one clear message and without leaving an artifact.

Exit codes: 1 the content is wrong (the default here), 3 valid but not supported, 5 file system or resource. Where
a reader may well see the same fault either way, both are listed.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper

from corner_arithmetic import ACTIVATION, HIDDEN, INPUT, K, WEIGHT, head, tail
from corner_writing import plain
from qonnx_builder import Builder, Quantizer


def quantizer_models(folder):
    for name, change, expect in (
            ("scale_zero", {"scale": 0.0}, "scale 0"), ("scale_negative", {"scale": -0.25}, "negative scale"),
            ("scale_nan", {"scale": np.nan}, "scale that is not a number"),
            ("scale_infinite", {"scale": np.inf}, "infinite scale"),
            ("scale_channel_zero", {"scale": np.arange(HIDDEN)[None, :]}, "one channel has scale 0"),
            ("zero_point_nan", {"scale": 0.25, "zero_point": np.nan}, "zero point that is not a number"),
            ("bits_zero", {"scale": 0.25, "bits": 0}, "bit width 0"),
            ("bits_fraction", {"scale": 0.25, "bits": 2.5}, "bit width 2.5"),
            ("bits_huge", {"scale": 0.25, "bits": 1e9}, "bit width of a billion"),
            ("mode_unknown", {"scale": 0.25, "mode": "STOCHASTIC_ROUND"}, "rounding mode that has no meaning")):
        builder = Builder(name, [1, K])
        source = builder.quant(head(builder), Quantizer(**change), name="faulty")
        exits = (1, 3) if name in ("bits_huge", "mode_unknown") else (1,)
        folder.bad(name, tail(builder, source), expect, ["faulty"], exits)


def graph_models(folder):
    builder = Builder("op_unknown", [1, K])
    source = builder.node("Frobnicate", [head(builder)], name="faulty")
    folder.bad("op_unknown", tail(builder, builder.quant(source, ACTIVATION)), "operator that does not exist",
               ["faulty", "Frobnicate"], (1, 3))
    builder = Builder("op_unknown_domain", [1, K])
    source = builder.node("Relu", [head(builder)], domain="com.example", name="faulty")
    folder.bad("op_unknown_domain", tail(builder, builder.quant(source, ACTIVATION)),
               "operator of a domain that nobody knows", ["faulty", "com.example"], (1, 3))

    builder = Builder("cycle", [1, K])
    builder.node("Add", [head(builder), "behind_out"], name="before")
    source = builder.node("Relu", ["before_out"], name="behind")
    folder.bad("cycle", tail(builder, builder.quant(source, ACTIVATION)), "nodes that need each other")

    builder = Builder("value_missing", [1, K])
    source = builder.node("Add", [head(builder), "nobody_writes_this"], name="faulty")
    folder.bad("value_missing", tail(builder, builder.quant(source, ACTIVATION)), "value without a producer",
               ["nobody_writes_this"])
    model = plain("value_twice").model()
    model.graph.node[-1].output[0] = model.graph.node[0].output[0]
    folder.bad("value_twice", model, "two nodes write one value", [model.graph.node[0].output[0]])
    model = plain("output_missing").model()
    model.graph.output[0].name = "nobody_writes_this"
    folder.bad("output_missing", model, "graph output without a producer", ["nobody_writes_this"])

    builder = Builder("shapes_differ", [1, K])
    source = builder.node("MatMul", [builder.quant("x", INPUT), builder.weight((K + 1, HIDDEN), WEIGHT)],
                          name="faulty")
    folder.bad("shapes_differ", tail(builder, builder.quant(source, ACTIVATION)),
               "matrices whose inner dimensions differ", ["faulty"])
    builder = Builder("inputs_too_few", [1, K])
    source = builder.node("MatMul", [builder.quant("x", INPUT)], name="faulty")
    folder.bad("inputs_too_few", tail(builder, builder.quant(source, ACTIVATION)), "product of one matrix",
               ["faulty"])
    model = plain("opset_future").model()
    model.opset_import[0].version = 9999
    folder.bad("opset_future", model, "opset 9999", ["9999"], (1, 3))


def operation_models(folder):
    """Attributes and shapes that ONNX' inference lets pass and that no evaluation takes."""
    for name, shape, operator, weights, attributes, expect in (
            ("group_zero", [1, 1, 4, 4], "Conv", [[1, 1, 3, 3]], {"group": 0}, "convolution in no group"),
            ("group_three", [1, 4, 4, 4], "Conv", [[4, 1, 3, 3]], {"group": 3}, "4 channels in 3 groups"),
            ("kernel_large", [1, 1, 2, 2], "Conv", [[1, 1, 3, 3]], {}, "kernel that is larger than the operand"),
            ("bias_short", [1, 2, 4, 4], "Conv", [[3, 2, 3, 3], [2]], {}, "2 biases for 3 channels"),
            ("padding_alone", [1, 1, 4, 4], "MaxPool", [], {"kernel_shape": [1, 1], "pads": [3, 3, 3, 3]},
             "windows that hold padding alone"),
            ("padding_huge", [1, 1, 4, 4], "Conv", [[1, 1, 3, 3]], {"pads": [60000] * 4},
             "result of more than 2^31 elements"),
            ("kernel_absurd", [1, 1, 4, 4], "MaxPool", [], {"kernel_shape": [2 ** 40, 2]}, "kernel of 2^40 rows"),
            ("blocks_odd", [1, 3, 4, 4], "DepthToSpace", [], {"blocksize": 2}, "3 channels in blocks of 4"),
            ("slope_long", [1, 3, 4, 4], "PRelu", [[2, 1, 1]], {}, "2 slopes for 3 channels"),
            ("norm_long", [1, 3, 4], "LayerNormalization", [[5]], {}, "norm of 4 elements by 5 factors")):
        for kind in ("plain", "quantized"):
            builder = Builder(f"{name}_{kind}", shape)
            source = "x" if kind == "plain" else builder.quant("x", INPUT)
            constants = [builder.constant(np.ones(s)) if kind == "plain" or len(s) < 4 else builder.weight(s, WEIGHT)
                         for s in weights]
            source = builder.node(operator, [source, *constants], name="faulty", **attributes)
            folder.bad(f"{name}_{kind}", builder.output(source, None).model(), f"{expect}, {kind}", ["faulty"])


def tensor_models(folder):
    def first_weight(name):
        model = plain(name).model()
        return model, next(t for t in model.graph.initializer if t.name == "weight_0")

    model, tensor = first_weight("data_short")
    tensor.raw_data = tensor.raw_data[:-5]
    folder.bad("data_short", model, "raw data shorter than the shape says", ["weight_0"])
    model, tensor = first_weight("data_long")
    tensor.raw_data += bytes(8)
    folder.bad("data_long", model, "raw data longer than the shape says", ["weight_0"])
    model, tensor = first_weight("dims_absurd")
    tensor.dims[:] = [2 ** 31, 2 ** 31]
    folder.bad("dims_absurd", model, "a tensor of 2^62 elements", ["weight_0"], (1, 5))
    model, tensor = first_weight("dims_overflow")
    tensor.dims[:] = [2 ** 32, 2 ** 32, 2]
    folder.bad("dims_overflow", model, "a tensor whose number of elements overflows 64 bits", ["weight_0"],
               (1, 5))
    model, tensor = first_weight("dims_negative")
    tensor.dims[:] = [-K, -HIDDEN]
    folder.bad("dims_negative", model, "negative dimensions", ["weight_0"])
    model, tensor = first_weight("type_unknown")
    tensor.data_type = 9999
    folder.bad("type_unknown", model, "element type that does not exist", ["weight_0"], (1, 3))

    builder = Builder("input_absurd", [2 ** 31, 2 ** 31])
    source = builder.node("Relu", [builder.quant("x", INPUT)])
    folder.bad("input_absurd", builder.output(source, [2 ** 31, 2 ** 31]).model(), "an input of 2^62 elements",
               exits=(1, 3, 5))
    builder = Builder("expand_absurd", [1, K])
    shape = builder.constant([HIDDEN, 2 ** 59], dtype=np.int64)
    weight = builder.node("ConstantOfShape", [shape], name="faulty")
    source = builder.node("MatMul", [head(builder), weight])
    folder.bad("expand_absurd", builder.output(source, [1, 2 ** 59]).model(), "a computed tensor of 2^62 elements",
               ["faulty"], (1, 3, 5))


def external_models(folder):
    for name, location, expect, mentions in (
            ("external_escape", "../../etc/passwd", "external data outside the model's folder", ["../../etc/passwd"]),
            ("external_absolute", "/etc/passwd", "external data with an absolute path", ["/etc/passwd"]),
            ("external_missing", "no_such_file.bin", "external data file that does not exist",
             ["no_such_file.bin"]),
            ("external_short", "external_short.bin", "external data file that ends too early",
             ["external_short.bin"])):
        model = plain(name).model()
        tensor = next(t for t in model.graph.initializer if t.name == "weight_0")
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in (("location", location), ("offset", "0"), ("length", str(4 * K * HIDDEN))):
            tensor.external_data.add(key=key, value=value)
        folder.bad(name, model, expect, mentions, (1, 5))
    (folder.path / "external_short.bin").write_bytes(bytes(100))


def unsupported_models(folder):
    """Valid, and not supported, whichever command is asked."""
    one = "float[2,3] x, float[3] w", "float[2,3] y"
    trains = "ratio = Constant <value_float = 0.5> () training = Constant <value = bool {1}> () "
    for name, opset, (inputs, outputs), nodes, expect in (
            ("gemm_of_integers", 13, ("int32[2,3] x, int32[3,2] w", "int32[2,2] y"), "[faulty] y = Gemm (x, w)",
             "Gemm of integers"),
            ("statistics_of_bfloat16", 17, one, "[faulty] y = LayerNormalization <stash_type = 16> (x, w)",
             "narrow statistics"),
            ("training", 13, one, trains + "[faulty] y = Dropout (x, ratio, training)", "a node that trains"),
            ("statistics_of_elements", 7, one, "[faulty] y = BatchNormalization <spatial = 0> (x, w, w, w, w)",
             "batch normalization of single elements, which no newer opset has"),
            ("logarithms_of_integers", 18, ("int32[2,3] x", "int32[1,1] y"), "[faulty] y = ReduceLogSum (x)",
             "integers that the newest version of the operator does not take")):
        model = onnx.parser.parse_model(f'<ir_version: 8, opset_import: ["" : {opset}]> {name} ({inputs}) => '
                                        f'({outputs}) {{ {nodes} }}')
        folder.bad(name, model, expect, ["QC-I003"], (3,))


def file_models(folder):
    whole = plain("whole").model().SerializeToString()
    folder.bad("file_truncated", whole[:len(whole) // 2], "a file cut in half")
    folder.bad("file_truncated_by_one", whole[:-1], "a file that lacks its last byte")
    folder.bad("file_empty", b"", "a file without content")
    folder.bad("file_text", b"this is a text file, not a model\n" * 20, "a text file")
    folder.bad("file_noise", np.random.RandomState(7).bytes(4096), "random bytes")
    no_graph = helper.make_model(helper.make_graph([], "", [], []), opset_imports=[helper.make_opsetid("", 20)])
    no_graph.ClearField("graph")
    folder.bad("file_without_graph", no_graph, "a model without a graph")
    folder.list_bad("file_missing", "a path where no file is", exits=(5,))


def write_bad_models(folder):
    quantizer_models(folder)
    graph_models(folder)
    operation_models(folder)
    tensor_models(folder)
    external_models(folder)
    unsupported_models(folder)
    file_models(folder)
