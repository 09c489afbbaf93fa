#!/usr/bin/env python3
"""`qcompile inspect` against qonnx's own inference cost on every model at hand, key by key, dense and sparse; published
figures; and the time that inspect and check take.

Figures of products and weights without zeros are compared to a relative 1e-12: qonnx multiplies by a quotient.
"""

import os
import subprocess

import frame
import judging

SECONDS = 0.3
# qonnx's tests, analysis/test_inference_cost.py: dense and without zero weights.
RADIOML = ({"op_mac_SCALEDINT<8>_SCALEDINT<8>": 12864512, "total_macs": 12864512, "total_mem_w_elems": 159104,
            "total_mem_w_bits": 1272832, "total_mem_o_elems": 130328, "total_mem_o_bits": 4170496,
            "total_bops": 823328768},
           {"op_mac_SCALEDINT<8>_SCALEDINT<8>": 12620311, "total_macs": 12620311, "total_mem_w_elems": 155617,
            "total_mem_w_bits": 1244936, "total_mem_o_elems": 130328, "total_mem_o_bits": 4170496,
            "total_bops": 807699904})
# Products of one run, by the shapes of the layers: 490-256-256-256-12, 16-64-32-32-5, 784-64-64-64-10.
PRODUCTS = {"kws_w3a3_mlperf_tiny.onnx": 490 * 256 + 2 * 256 * 256 + 256 * 12,
            "jettagging_qkeras.onnx": 16 * 64 + 64 * 32 + 32 * 32 + 32 * 5,
            "tfc_1w1a.onnx": 784 * 64 + 2 * 64 * 64 + 64 * 10, "tfc_1w2a.onnx": 784 * 64 + 2 * 64 * 64 + 64 * 10}
# The multilayer perceptron 16-64-32-32-5 at 6 bits with inputs of 32, by the formula of quantization-aware pruning.
JET_TAGGING = 412960


def models():
    shared = judging.shared_folder() / "models"
    return sorted(judging.SHIPPED.glob("*.onnx")) + sorted(shared.rglob("*.onnx"))


def differences(ours, theirs):
    """Keys whose figures are not equal."""
    keys = sorted(key for key in set(ours) | set(theirs) if key not in ("unsupported", "discount_sparsity"))
    return [f"{key}: {ours.get(key)} against {theirs.get(key)}" for key in keys
            if key not in ours or key not in theirs or
            abs(ours[key] - theirs[key]) > 1e-12 * max(abs(theirs[key]), 1)]


def order(costs):
    """A key by which equal costs sort alike, whatever the last bits of their figures."""
    return [(key, round(value)) for key, value in sorted(costs.items())]


def judge_costs(path, found, inference_cost):
    for name, discount in (("dense", False), ("sparse", True)):
        costs = inference_cost(str(path), discount_sparsity=discount, cost_breakdown=True)
        total = costs["total_cost"]
        for difference in differences(found["qonnx"][name], total):
            yield f"{path.name} {name}: {difference}"
        # Node by node; qonnx brings branches into an order of its own.
        layers = sorted((layer["qonnx"][name] for layer in found["layers"] if layer["qonnx"]["dense"]), key=order)
        nodes = sorted(costs["node_cost"].values(), key=order)
        if len(layers) != len(nodes):
            yield f"{path.name} {name}: {len(layers)} layers against {len(nodes)} nodes"
        for index, (layer, node) in enumerate(zip(layers, nodes)):
            for difference in differences(layer, node):
                yield f"{path.name} {name} layer {index}: {difference}"
        ours, theirs = set(found["qonnx"]["unsupported"]), eval(total["unsupported"])  # noqa: S307 (a printed set)
        if ours != theirs:
            yield f"{path.name}: unsupported {sorted(ours)} against {sorted(theirs)}"


def published(name, found):
    if found["totals"]["macs"] != PRODUCTS.get(name, found["totals"]["macs"]):
        yield f"{name}: {found['totals']['macs']} products, expected {PRODUCTS[name]}"
    if name == "radioml_vgg10_w8a8.onnx":
        for ours, expected in zip((found["qonnx"]["dense"], found["qonnx"]["sparse"]), RADIOML):
            yield from (f"RadioML {key}: {ours.get(key)}, published {value}" for key, value in expected.items()
                        if ours.get(key) != value)
    if name == "jettagging_qkeras.onnx":
        # What zero weights save is added again.
        whole = sum(layer["macs"] * layer["input_bits"] * layer["weight_bits"] * layer["sparsity"]
                    for layer in found["layers"]) + found["totals"]["pruning_aware_bit_operations"]
        if abs(whole - JET_TAGGING) > 1e-6:
            yield f"jet tagging: {whole} pruning-aware bit operations of all weights, published {JET_TAGGING}"


def seconds(command):
    """The least processor time of three runs: what the machine does besides does not count."""
    best = None
    for _ in range(3):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        spent = usage.ru_utime + usage.ru_stime
        best = spent if best is None else min(best, spent)
    return best


def judge(run):
    from qonnx.util.inference_cost import inference_cost

    slowest = {"inspect": 0, "check": 0}
    judging.available(judging.shared_folder() / "models", run.skipped)
    for path in models():
        with run.guard(path.name):
            found = run.qcompile.report("inspect", "--weights", path)
            run.failures += judge_costs(path, found, inference_cost)
            run.failures += published(path.name, found)
        for command in slowest:
            spent = seconds([run.qcompile.binary, command, str(path)])
            slowest[command] = max(slowest[command], spent)
            if spent > SECONDS:
                run.failures.append(f"{path.name}: {command} takes {spent:.2f} s, expected {SECONDS}")
    print(f"{len(models())} models, slowest inspect {slowest['inspect']:.2f} s, check {slowest['check']:.2f} s")


if __name__ == "__main__":
    frame.main(judge, __doc__)
