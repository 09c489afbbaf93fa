"""Layers with known weights, and their three bounds by the published formulas.

usage: accumulators.py write FOLDER          writes one stage of text per layer, with its side file
       accumulators.py check FOLDER NAME     compares the standard input (inspect --accumulators --json) with the formulas
"""

import json
import math
import pathlib
import random
import struct
import sys

# name: inputs, (their lowest and highest code, bits, signed), weights, and the same of them
LAYERS = {
    "unsigned": ("ui2", (0, 3, 2, False), "si2", (2, True)),
    "signed": ("si2", (-2, 1, 2, True), "si2", (2, True)),
    "bipolar": ("!qnn.bipolar", (-1, 1, 1, True), "!qnn.bipolar", (1, True)),
    "bipolar-ternary": ("!qnn.bipolar", (-1, 1, 1, True), "si2", (2, True)),
}
INNER, OUTPUTS = 784, 8


def make_weights(name):
    """Ternary weights, 62 % of them zero, or bipolar ones."""
    draw = random.Random(name)
    if LAYERS[name][2] == "!qnn.bipolar":
        return [draw.choice((-1, 1)) for _ in range(INNER * OUTPUTS)]
    return [0 if draw.random() < 0.62 else draw.choice((-1, 1)) for _ in range(INNER * OUTPUTS)]


def pack(weights, bipolar):
    """The storage form: one bit (0 for -1) or two bits of two's complement per element, lowest bits first."""
    bits = 1 if bipolar else 2
    out = bytearray((len(weights) * bits + 7) // 8)
    for i, w in enumerate(weights):
        code = int(w > 0) if bipolar else w & 3
        out[i * bits // 8] |= code << (i * bits % 8)
    return bytes(out)


def write(folder, name):
    inputs, _, weights, _ = LAYERS[name]
    data = pack(make_weights(name), weights == "!qnn.bipolar")
    text = f"""func.func @main(%x: tensor<1x{INNER}x{inputs}>) -> tensor<1x{OUTPUTS}xui1> {{
  %w = qnn.constant <"w" : tensor<{INNER}x{OUTPUTS}x{weights}>>
  %a = qnn.matmul %x, %w : (tensor<1x{INNER}x{inputs}>, tensor<{INNER}x{OUTPUTS}x{weights}>) -> tensor<1x{OUTPUTS}xsi32> loc("fc"("a"("m":0:0)))
  %y = qnn.threshold %a axis 1 thresholds <"t", [0] : tensor<1x1xsi32>> directions [1] low 0 step 1 : (tensor<1x{OUTPUTS}xsi32>) -> tensor<1x{OUTPUTS}xui1>
  return %y : tensor<1x{OUTPUTS}xui1>
}}
"""
    (folder / f"{name}.mlir").write_text(text)
    header = b"QCCONST1" + struct.pack("<QQ", 1, 1) + b"w"
    offset = (len(header) + 16 + 63) // 64 * 64
    header += struct.pack("<QQ", offset, len(data))
    (folder / f"{name}.mlir.weights").write_bytes(header.ljust(offset, b"\0") + data)


def bits_of(exponent):
    """P >= ceil(a + log2(1 + 2^-a) + 1), for a bound of magnitude 2^a."""
    return math.ceil(exponent + math.log2(1 + 2 ** -exponent) + 1)


def expect(name):
    _, (low, high, n, x_signed), _, (m, _) = LAYERS[name]
    weights = make_weights(name)
    columns = [weights[o::OUTPUTS] for o in range(OUTPUTS)]
    norm = max(sum(map(abs, column)) for column in columns)
    lows, highs = [], []
    for column in columns:
        plus = sum(w for w in column if w > 0)
        minus = -sum(w for w in column if w < 0)
        lows.append(low * plus - high * minus)
        highs.append(high * plus - low * minus)
    exact = 1 + math.ceil(math.log2(max(-min(lows), max(highs) + 1)))
    # With M = 1 and signed the magnitude is that of a bipolar weight.
    return {"type_bits": bits_of(math.log2(INNER) + n + m - 1 - x_signed),
            "norm_bits": bits_of(math.log2(norm) + n - x_signed),
            "exact_bits": exact, "sums": [min(lows), max(highs)], "exact": f"int{exact}", "chosen": f"int{exact}",
            "inner": INNER, "outputs_bounded": OUTPUTS, "op": "qnn.matmul", "name": "fc"}


def check(name):
    [found] = json.load(sys.stdin)["accumulators"]
    for key, value in expect(name).items():
        if found[key] != value:
            sys.exit(f"{name}: expected {key} {value}, found {found[key]}")
    if found["inputs"][0]["codes"] != list(LAYERS[name][1][:2]) or found["weights"]["codes"] != [-1, 1]:
        sys.exit(f"{name}: wrong codes in {found}")
    print(name, found["type_bits"], found["norm_bits"], found["exact_bits"])


if __name__ == "__main__":
    if sys.argv[1] == "write":
        for layer in LAYERS:
            write(pathlib.Path(sys.argv[2]), layer)
    else:
        check(sys.argv[2])
