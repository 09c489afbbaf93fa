"""Includes go downwards only: a layer may include itself and the layers listed for it.

usage: layering.py ROOT
"""

import re
import sys

import tree

RUNTIME = ["runtime"]
DIALECTS = RUNTIME + ["dialects"]
EVALUATOR = DIALECTS + ["compiler/evaluator"]
# Operations as ONNX nodes, and what the schemas of these infer.
NODES = EVALUATOR + ["compiler/nodes"]
FILES = NODES + ["compiler/frontend", "compiler/io"]
# Passes read calibration data; models they leave to the frontend.
PASSES = NODES + ["compiler/io", "passes"]
COMPILER = FILES + ["passes", "compiler"]

# The first prefix of a file that matches is its layer.
LAYERS = [
    ("runtime/", RUNTIME),
    ("dialects/", DIALECTS),
    ("compiler/evaluator/", EVALUATOR),
    ("compiler/nodes/", NODES),
    ("compiler/frontend/", FILES + ["compiler/session/Version.h"]),
    ("compiler/io/", FILES),
    ("passes/", PASSES),
    # Tools are above backends in one place: the generated list that registers them.
    ("compiler/tools/", COMPILER + ["backends/RegisterBackends.h"]),
    ("compiler/", COMPILER),
    ("backends/", COMPILER + ["backends"]),
]
# Within the rest of compiler, tools stay above everything else.
ABOVE_COMPILER = "compiler/tools/"
LLVM = re.compile(r"^(llvm|llvm-c|mlir|mlir-c)/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)
TD_INCLUDE = re.compile(r'^\s*include\s*(")([^"]+)"', re.MULTILINE)
TOP = ("runtime/", "dialects/", "compiler/", "passes/", "backends/", "tests/")


def allowed(target, layers):
    return any(target == layer or target.startswith(layer + "/") for layer in layers)


def judge(name, text):
    """The includes of one file that break a rule."""
    layers = next(layers for prefix, layers in LAYERS if name.startswith(prefix))
    pattern = TD_INCLUDE if name.endswith(".td") else INCLUDE
    for _, target in pattern.findall(text):
        if target.startswith(TOP):
            below_tools = name.startswith("compiler/") and not name.startswith(ABOVE_COMPILER)
            if not allowed(target, layers) or (below_tools and target.startswith(ABOVE_COMPILER)):
                yield f"{name} includes {target}, which is above it"
        if name.startswith("runtime/") and LLVM.match(target):
            yield f"{name} includes {target}: the runtime builds without LLVM"


def main():
    root = sys.argv[1]
    names = [name for name in tree.tracked_files(root)
             if name.endswith((".h", ".cpp", ".cc", ".c", ".td", ".in", ".inc")) and
             name.startswith(tuple(prefix for prefix, _ in LAYERS))]
    problems = [problem for name in names for problem in judge(name, tree.read(root, name) or "")]
    if not names:
        problems = [f"no sources found in {root}"]
    tree.report("layering", problems, len(names))


if __name__ == "__main__":
    main()
