"""Models for corners of the arithmetic: signs, ties, scales, zero points, rounding, widths, joints."""

import numpy as np

from qonnx_builder import Builder, Quantizer

K, HIDDEN, OUT = 12, 8, 5
INPUT = Quantizer(scale=0.0625, bits=5)
WEIGHT = Quantizer(scale=0.125, bits=3, narrow=True)
ACTIVATION = Quantizer(scale=0.21, bits=3, signed=False)
ROUNDING_MODES = ("ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN")


def head(builder, quantizer=INPUT, weight=WEIGHT):
    """Input quantizer and first matrix product."""
    source = builder.quant("x", quantizer)
    return builder.node("MatMul", [source, builder.weight((K, HIDDEN), weight)])


def tail(builder, source, weight=WEIGHT):
    """The last matrix product, whose result is the output."""
    scores = builder.node("MatMul", [source, builder.weight((HIDDEN, OUT), weight)])
    return builder.output(scores, [1, OUT]).model()


def norm(builder, source, factors, width=HIDDEN):
    """A batch norm with the given factors and random, tame statistics."""
    return builder.batch_norm(source, factors, builder.random.uniform(-0.5, 0.5, width),
                              builder.random.uniform(0.3, 2.0, width),
                              builder.random.uniform(-0.5, 0.5, width))


def with_norm(name, factors, activation=ACTIVATION, relu=True):
    builder = Builder(name, [1, K])
    source = norm(builder, head(builder), factors)
    if relu:
        source = builder.node("Relu", [source])
    return tail(builder, builder.quant(source, activation))


def norm_models(folder):
    mixed = np.where(np.arange(HIDDEN) % 3 == 0, -1.0, 1.0) * np.linspace(0.4, 1.6, HIDDEN)
    folder.good("norm_negative", with_norm("norm_negative", mixed), "thresholds of both directions")
    folder.good("norm_all_negative", with_norm("norm_all_negative", -np.abs(mixed)),
                "every threshold falls")
    zero = np.where(np.arange(HIDDEN) % 2 == 0, 0.0, mixed)
    folder.good("norm_zero", with_norm("norm_zero", zero), "channels that do not depend on the input")
    folder.good("norm_negative_zero", with_norm("norm_negative_zero", np.where(zero == 0, -0.0, zero)),
                "factors of minus zero act as zero")
    folder.good("norm_signed_activation",
                with_norm("norm_signed_activation", mixed, Quantizer(scale=0.3, bits=4), relu=False),
                "negative codes after a norm without relu")
    builder = Builder("norm_bipolar", [1, K])
    source = builder.bipolar(norm(builder, head(builder, weight=None), mixed))
    folder.good("norm_bipolar", tail(builder, source, None), "sign after falling norms, zero gives +1")


def tie_models(folder):
    """Everything is a power of two and the inputs lie on the grid: many sums are exact ties."""
    for name, activation in (
            ("ties_unsigned", Quantizer(scale=1.0, bits=2, signed=False)),
            ("ties_signed", Quantizer(scale=0.5, bits=3)),
            ("ties_zero_point", Quantizer(scale=1.0, bits=3, signed=False, zero_point=3.0))):
        builder = Builder(name, [1, K])
        unit = Quantizer(scale=0.5, bits=2, narrow=True)
        source = head(builder, Quantizer(scale=0.5, bits=3), unit)
        folder.good(name, tail(builder, builder.quant(source, activation), unit),
                    "exact ties round half to even", low=-2.0, high=1.5, step=0.25)
    for mode in ROUNDING_MODES:
        builder = Builder(f"rounding_{mode.lower()}", [1, K])
        source = head(builder, Quantizer(scale=0.5, bits=4, mode=mode))
        source = builder.quant(source, Quantizer(scale=0.125, bits=5, mode=mode))
        folder.good(f"rounding_{mode.lower()}", tail(builder, source), f"rounding mode {mode}",
                    low=-3.0, high=3.0, step=0.125)


def scale_models(folder):
    rows = np.exp2(np.linspace(-5.0, -1.0, HIDDEN)).astype(np.float32)
    builder = Builder("scales_per_row", [1, K])
    source = builder.quant("x", INPUT)
    weight = builder.weight((HIDDEN, K), Quantizer(scale=rows[:, None], bits=3, narrow=True))
    source = builder.node("MatMul", [source, builder.node("Transpose", [weight], perm=[1, 0])])
    folder.good("scales_per_row", tail(builder, builder.quant(source, ACTIVATION)),
                "weight scales [O, 1] in front of a transpose")
    builder = Builder("scales_per_column", [1, K])
    weight = Quantizer(scale=rows[None, :], bits=4)
    folder.good("scales_per_column", tail(builder, builder.quant(head(builder, weight=weight), ACTIVATION)),
                "weight scales [1, O]")
    builder = Builder("scales_activation_channels", [1, K])
    activation = Quantizer(scale=np.exp2(np.round(np.log2(rows)))[None, :] * 2, bits=3, signed=False)
    folder.good("scales_activation_channels", tail(builder, builder.quant(head(builder), activation)),
                "activation scales that differ along the next sum, on a common unit")
    builder = Builder("scales_without_unit", [1, K])
    far = np.where(np.arange(HIDDEN) % 2 == 0, 1.0, 1e-20)
    activation = Quantizer(scale=(rows * far)[None, :], bits=3, signed=False)
    folder.good("scales_without_unit", tail(builder, builder.quant(head(builder), activation)),
                "activation scales that differ along the next sum, too far for a common unit", inexact=True)
    builder = Builder("scales_extreme", [1, K])
    source = head(builder, Quantizer(scale=2e-18, bits=4), Quantizer(scale=3e17, bits=3))
    folder.good("scales_extreme", tail(builder, builder.quant(source, ACTIVATION),
                                       Quantizer(scale=1e-30, bits=3)),
                "scales near the ends of float32", low=-2e-17, high=2e-17)
    builder = Builder("channel_of_zeros", [1, K])
    values = builder.random.uniform(-0.4, 0.4, (K, HIDDEN)) * (np.arange(HIDDEN) % 3 > 0)
    source = builder.node("MatMul", [builder.quant("x", INPUT), builder.weight(None, WEIGHT, values)])
    source = norm(builder, source, np.linspace(-1, 1, HIDDEN))
    folder.good("channel_of_zeros", tail(builder, builder.quant(source, ACTIVATION)),
                "weight columns without a single non-zero code")


def zero_point_models(folder):
    for name, input_zero, activation_zero, weight_zero in (
            ("zero_points_inside", 3.0, 5.0, 0.0), ("zero_points_outside", 20.0, -3.0, 0.0),
            ("zero_points_weights", 7.0, 1.0, 1.0), ("zero_points_extremes", 15.0, 0.0, -2.0)):
        builder = Builder(name, [1, K])
        source = head(builder, Quantizer(scale=0.1, bits=4, signed=False, zero_point=input_zero),
                      Quantizer(scale=0.125, bits=3, zero_point=weight_zero))
        activation = Quantizer(scale=0.3, bits=3, signed=False, zero_point=activation_zero)
        folder.good(name, tail(builder, builder.quant(source, activation)),
                    f"zero points {input_zero:g}, {activation_zero:g}, weights {weight_zero:g}",
                    low=-2.0, high=2.0)


def width_models(folder):
    for signed in (False, True):
        for narrow in (False, True):
            name = f"codes_{'signed' if signed else 'unsigned'}{'_narrow' if narrow else ''}"
            builder = Builder(name, [1, K])
            activation = Quantizer(scale=0.2, bits=3, signed=signed, narrow=narrow)
            weight = Quantizer(scale=0.125, bits=3, signed=signed, narrow=narrow)
            source = builder.quant(head(builder, activation, weight), activation)
            folder.good(name, tail(builder, source, weight), "the bounds of this kind of code",
                        low=-2.0, high=2.0)
    builder = Builder("widths_1_to_8", [1, K])
    source = builder.quant("x", Quantizer(scale=1 / 128, bits=8))
    for bits in range(1, 9):
        weight = Quantizer(scale=0.5 / 2 ** bits, bits=bits, narrow=bits > 1)
        source = builder.node("MatMul", [source, builder.weight((K, K), weight)])
        source = builder.quant(source, Quantizer(scale=2.5 / 2 ** (9 - bits), bits=9 - bits,
                                                 signed=bits % 2 == 0))
    folder.good("widths_1_to_8", builder.output(source, [1, K]).model(),
                "weights of 1 to 8 bit with activations of 8 to 1 bit")
    builder = Builder("one_bit_quant", [1, K])
    source = builder.quant("x", Quantizer(scale=1.0, bits=1, narrow=True))
    source = builder.node("MatMul", [source, builder.weight((K, HIDDEN), Quantizer(scale=0.5, bits=1))])
    folder.good("one_bit_quant", tail(builder, builder.quant(source, Quantizer(scale=0.5, bits=1)), None),
                "signed 1-bit Quant gives -1 and +1, zero gives +1", step=0.5)


def joint_models(folder):
    builder = Builder("fork", [1, K])
    source = builder.quant("x", INPUT)
    left = builder.node("MatMul", [source, builder.weight((K, HIDDEN), WEIGHT)])
    right = builder.node("MatMul", [source, builder.weight((K, OUT), WEIGHT)])
    builder.output(builder.quant(left, ACTIVATION), [1, HIDDEN]).output(right, [1, OUT])
    folder.good("fork", builder.model(), "one quantizer feeds two products, two outputs")
    for name, transposed, alpha, beta, quantized in (
            ("gemm_plain", 0, 1.0, 1.0, False), ("gemm_trans_b", 1, 1.0, 1.0, False),
            ("gemm_alpha_beta", 1, 0.3, 1.7, False), ("gemm_quantized_bias", 1, 1.0, 1.0, True),
            ("gemm_all", 0, -0.75, 0.5, True)):
        folder.good(name, gemm_model(name, transposed, alpha, beta, quantized),
                    f"alpha {alpha}, beta {beta}, transB {transposed}")
    builder = Builder("gemm_no_bias", [1, K])
    weight = builder.weight((HIDDEN, K), WEIGHT)
    source = builder.node("Gemm", [builder.quant("x", INPUT), weight], transB=1)
    folder.good("gemm_no_bias", tail(builder, builder.quant(source, ACTIVATION)), "Gemm with two inputs")
    builder = Builder("unquantized_input", [1, K])
    source = builder.node("MatMul", ["x", builder.weight((K, HIDDEN), WEIGHT)])
    bias = builder.quant(builder.constant(builder.random.uniform(-0.3, 0.3, HIDDEN)), WEIGHT)
    source = builder.node("Relu", [builder.node("Add", [source, bias])])
    source = builder.quant(source, ACTIVATION)
    scores = builder.node("MatMul", [source, builder.weight((HIDDEN, OUT), WEIGHT)])
    folder.good("unquantized_input", builder.output(builder.node("Softmax", [scores], axis=1), [1, OUT]).model(),
                "the first product and the softmax stay in float")


def gemm_model(name, transposed, alpha, beta, quantized):
    builder = Builder(name, [1, K])
    weight = builder.weight((HIDDEN, K) if transposed else (K, HIDDEN), WEIGHT)
    bias = builder.constant(builder.random.uniform(-0.4, 0.4, HIDDEN), "bias")
    if quantized:
        bias = builder.quant(bias, Quantizer(scale=0.0625 * 0.125, bits=16))
    source = builder.node("Gemm", [builder.quant("x", INPUT), weight, bias], alpha=alpha, beta=beta,
                          transB=transposed)
    return tail(builder, builder.quant(source, ACTIVATION))


def activation_models(folder):
    for low, high in ((-1.0, 1.0), (0.0, 0.6)):
        name = f"clip_{'hardtanh' if low < 0 else 'relu'}"
        builder = Builder(name, [1, K])
        bounds = [builder.constant(low, "low"), builder.constant(high, "high")]
        source = builder.node("Clip", [norm(builder, head(builder), np.linspace(-1, 1, HIDDEN)), *bounds])
        folder.good(name, tail(builder, builder.quant(source, Quantizer(scale=0.19, bits=4))),
                    f"clip to [{low}, {high}] in front of the quantizer")
    builder = Builder("affine_steps", [1, K])
    source = head(builder)
    for op, values in (("Mul", (0.3, 1.7)), ("Add", (-0.4, 0.4)), ("Div", (-2.0, -0.5)), ("Sub", (-0.3, 0.3))):
        source = builder.node(op, [source, builder.constant(builder.random.uniform(*values, HIDDEN))])
    folder.good("affine_steps", tail(builder, builder.quant(source, ACTIVATION)),
                "Mul, Add, Div by a negative and Sub, one rounding each")
    builder = Builder("requantize", [1, K])
    source = builder.quant(builder.quant(head(builder), Quantizer(scale=0.02, bits=8)), ACTIVATION)
    folder.good("requantize", tail(builder, source), "a quantizer directly behind a quantizer")


def write_arithmetic_models(folder):
    norm_models(folder)
    tie_models(folder)
    scale_models(folder)
    zero_point_models(folder)
    width_models(folder)
    joint_models(folder)
    activation_models(folder)
