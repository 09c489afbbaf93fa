#!/usr/bin/env python3
"""Rules about the source tree. usage: check_tree.py RULE --source DIR

layering  includes point one way (docs/Architecture.md)
sizes     no source file above 500 lines
words     no machine paths and no registry hosts
codes     every diagnostic code of Codes.def is used, and every used one is defined
guards    every header has an include guard of its own
"""

import argparse
import pathlib
import re
import subprocess
import sys

SOURCE = {".h", ".cpp", ".cc", ".c", ".td"}

# A folder may include the folders listed with it, and itself. The longest matching prefix decides.
LAYERS = {
    "runtime": [],
    "dialects": ["runtime"],
    "compiler/evaluator": ["dialects", "runtime"],
    "passes": ["compiler/evaluator", "dialects", "runtime"],
    "compiler/backend": ["passes", "compiler/evaluator", "dialects", "runtime"],
    "compiler/frontend": ["passes", "compiler/evaluator", "dialects", "runtime"],
    "compiler/io": ["compiler/frontend", "passes", "compiler/evaluator", "dialects", "runtime"],
    "compiler/session": ["compiler", "passes", "dialects", "runtime"],
    "compiler/tools": ["compiler", "passes", "dialects", "runtime", "backends/RegisterBackends.h"],
    "backends": ["compiler", "passes", "dialects", "runtime"],
}
TOP = ("runtime", "dialects", "compiler", "passes", "backends")


def tracked(source):
    """Files that git knows or would add; without git, every file outside build folders."""
    try:
        out = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=source, check=True,
                             capture_output=True, text=True).stdout.splitlines()
        paths = [pathlib.PurePosixPath(p) for p in out if (source / p).is_file()]
    except (OSError, subprocess.CalledProcessError):
        paths = [pathlib.PurePosixPath(p.relative_to(source)) for p in source.rglob("*")
                 if p.is_file() and not p.relative_to(source).parts[0].startswith(("build", ".git"))]
    return sorted(paths)


def layer_of(path):
    fits = [name for name in LAYERS if str(path) == name or str(path).startswith(name + "/")]
    return max(fits, key=len, default=None)


def check_layering(source, files):
    for path in files:
        layer = layer_of(path)
        if path.suffix not in SOURCE or layer is None:
            continue
        allowed = [layer] + LAYERS[layer]
        for number, line in enumerate((source / path).read_text().splitlines(), 1):
            found = re.match(r'\s*#?include\s+"([^"]+)"', line)
            if not found:
                continue
            target = found.group(1)
            if layer == "runtime" and target.startswith(("llvm/", "mlir/")):
                yield f"{path}:{number}: the runtime includes {target}"
            if target.startswith(TOP) and not any(target == a or target.startswith(a + "/") for a in allowed):
                yield f"{path}:{number}: {layer} includes {target}"


def check_sizes(source, files):
    for path in files:
        if path.suffix in SOURCE | {".py"}:
            lines = len((source / path).read_text().splitlines())
            if lines > 500:
                yield f"{path}: {lines} lines, more than 500"


def check_words(source, files):
    hosts = r"https?://(?:pypi|files|deb|registry)\.|pypi\.org|pythonhosted|deb\.debian"
    pattern = re.compile(r"(?<![\w.])/(?:work|root|home)/|" + hosts)
    for path in files:
        if path.name == pathlib.Path(__file__).name or path.suffix in {".onnx", ".npy"}:
            continue
        for number, line in enumerate((source / path).read_text(errors="replace").splitlines(), 1):
            if pattern.search(line):
                yield f"{path}:{number}: {line.strip()[:100]}"


def check_codes(source, files):
    table = "dialects/diagnostics/Codes.def"
    defined = re.findall(r"^QC\((\w+),", (source / table).read_text(), re.M)
    if defined != sorted(defined):
        yield f"{table}: codes are not sorted"
    used = set()
    for path in files:
        if path.suffix in {".cpp", ".h"} and layer_of(path):
            used |= set(re.findall(r"\bCode::([A-Z]\d{3})\b", (source / path).read_text()))
    for code in sorted(set(defined) - used):
        yield f"{table}: code {code} is used nowhere"


def check_guards(source, files):
    owners = {}
    for path in files:
        if path.suffix != ".h" or layer_of(path) is None:
            continue
        guard = re.search(r"^#ifndef (\w+)\n#define (\w+)$", (source / path).read_text(), re.M)
        if not guard or guard.group(1) != guard.group(2):
            yield f"{path}: no include guard"
        elif owners.setdefault(guard.group(1), path) != path:
            yield f"{path}: include guard {guard.group(1)} is that of {owners[guard.group(1)]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rule", choices=["layering", "sizes", "words", "codes", "guards"])
    parser.add_argument("--source", type=pathlib.Path, required=True)
    options = parser.parse_args()
    files = tracked(options.source)
    if len(files) < 100:
        sys.exit(f"expected the source tree, found {len(files)} files")
    problems = list(globals()["check_" + options.rule](options.source, files))
    print("\n".join(problems) or f"{len(files)} files, no problem")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
