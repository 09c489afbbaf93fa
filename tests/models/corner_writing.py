"""Models that say ordinary things in the ways real exporters write them: domains, opsets, constants, names."""

import numpy as np
from onnx import helper

from corner_arithmetic import ACTIVATION, HIDDEN, INPUT, K, OUT, WEIGHT, head, tail
from qonnx_builder import Builder, Quantizer


def plain(name, **options):
    """Two quantized layers, nothing special."""
    builder = Builder(name, [1, K], **options)
    source = builder.node("Relu", [head(builder)])
    tail(builder, builder.quant(source, ACTIVATION))
    return builder


def domain_models(folder):
    for name, domain in (("domain_brevitas", "onnx.brevitas"), ("domain_finn", "finn.custom_op.general"),
                         ("domain_finn_short", "finn")):
        folder.good(name, plain(name, domain=domain).model(), f"Quant in domain {domain}")
        folder.good(f"{name}_not_imported", plain(name, domain=domain).model(import_custom=False),
                    f"Quant in domain {domain}, which the model does not import")
    folder.good("domain_empty", plain("domain_empty", domain="").model(), "Quant in the empty domain")
    folder.good("domain_not_imported", plain("domain_not_imported").model(import_custom=False),
                "the current domain without its opset import")
    folder.good("opset_9", plain("opset_9", opset=9, domain="onnx.brevitas").model(import_custom=False),
                "an old opset that has to be converted upwards")


def attribute_models(folder):
    for name, mode in (("mode_missing", None), ("mode_lower_case", "half_up"), ("mode_alias", "HALF_EVEN"),
                       ("mode_mixed_case", "Floor")):
        builder = Builder(name, [1, K])
        source = head(builder, Quantizer(scale=0.25, bits=4, mode=mode))
        activation = Quantizer(scale=0.25, bits=3, signed=False, mode=mode)
        folder.good(name, tail(builder, builder.quant(source, activation)),
                    f"rounding_mode {'absent' if mode is None else mode}", low=-2.0, high=2.0, step=0.125)


def constant_models(folder):
    builder = Builder("bits_computed", [1, K])
    bits = builder.node("Ceil", [builder.constant(3.2)])
    source = builder.quant(head(builder), Quantizer(scale=0.2, bits=bits))
    folder.good("bits_computed", tail(builder, source), "a bit width that a Ceil node computes")

    model = plain("initializers_as_inputs").model()
    model.graph.input.extend(helper.make_tensor_value_info(t.name, t.data_type, list(t.dims))
                             for t in model.graph.initializer)
    folder.good("initializers_as_inputs", model, "every initializer is listed as an input too")

    model = plain("constant_nodes").model()
    nodes = [helper.make_node("Constant", [], [t.name], f"make_{t.name}", value=t)
             for t in model.graph.initializer]
    nodes += list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.node.extend(nodes)
    folder.good("constant_nodes", model, "Constant nodes in place of initializers")

    builder = Builder("integer_parameters", [1, K])
    source = head(builder)
    parameters = [builder.constant(0.2, "scale"), builder.constant(0, "zero", np.int64),
                  builder.constant(3, "bits", np.int64)]
    source = builder.node("Quant", [source, *parameters], builder.domain, signed=0, narrow=0)
    folder.good("integer_parameters", tail(builder, source), "zero point and bit width as int64")

    model = plain("float_data").model()
    for tensor in model.graph.initializer:
        values = np.frombuffer(tensor.raw_data, np.float32)
        tensor.ClearField("raw_data")
        tensor.float_data.extend(values.tolist())
    folder.good("float_data", model, "weights in the float_data field")


def shape_models(folder):
    builder = Builder("batch_symbolic", ["N", K])
    source = builder.quant(head(builder), ACTIVATION)
    scores = builder.node("MatMul", [source, builder.weight((HIDDEN, OUT), WEIGHT)])
    folder.good("batch_symbolic", builder.output(scores, ["N", OUT]).model(), "a batch dimension with a name")

    builder = Builder("batch_4", [4, K])
    source = builder.quant(head(builder), ACTIVATION)
    scores = builder.node("MatMul", [source, builder.weight((HIDDEN, OUT), WEIGHT)])
    folder.good("batch_4", builder.output(scores, [4, OUT]).model(), "a batch of four baked in")

    builder = Builder("shape_arithmetic", [1, 1, 3, 4])
    batch = builder.node("Gather", [builder.node("Shape", ["x"]), builder.constant(0, dtype=np.int64)], axis=0)
    batch = builder.node("Unsqueeze", [batch, builder.constant([0], dtype=np.int64)])
    target = builder.node("Concat", [batch, builder.constant([-1], dtype=np.int64)], axis=0)
    source = builder.quant(builder.node("Reshape", ["x", target]), INPUT)
    source = builder.node("MatMul", [source, builder.weight((K, HIDDEN), WEIGHT)])
    folder.good("shape_arithmetic", tail(builder, builder.quant(source, ACTIVATION)),
                "a flatten written as shape, gather, unsqueeze, concat, reshape")

    builder = Builder("flatten_quantized", [1, 2, 6])
    source = builder.node("Flatten", [builder.quant("x", INPUT)], axis=1)
    source = builder.node("MatMul", [source, builder.weight((K, HIDDEN), WEIGHT)])
    folder.good("flatten_quantized", tail(builder, builder.quant(source, ACTIVATION)),
                "a flatten behind the input quantizer")

    builder = Builder("output_quantized", [1, K])
    source = builder.quant(head(builder), ACTIVATION)
    folder.good("output_quantized", builder.output(source, [1, HIDDEN]).model(), "the output is a quantizer's")


def name_models(folder):
    builder = Builder("names_strange", [1, K], input_name="module/in::put 1%")
    source = builder.quant("module/in::put 1%", INPUT, name="../layer/0::quant")
    source = builder.node("MatMul", [source, builder.weight((K, HIDDEN), WEIGHT)], name="a b\"c'")
    folder.good("names_strange", tail(builder, builder.quant(source, ACTIVATION, name="größe")),
                "names with slashes, colons, spaces, quotes, percent signs and letters beyond ASCII")
    model = plain("names_missing").model()
    for node in model.graph.node:
        node.name = ""
    folder.good("names_missing", model, "nodes without names")


def write_writing_models(folder):
    domain_models(folder)
    attribute_models(folder)
    constant_models(folder)
    shape_models(folder)
    name_models(folder)
