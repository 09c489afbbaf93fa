"""Link lines: MLIR and LLVM come as their two shared libraries, the runtime comes without them.

usage: links.py BUILD
"""

import pathlib
import re
import sys

import tree

# libMLIRIR.a, -lLLVMSupport: components of the libraries, which would be there twice.
COMPONENT = re.compile(r"(?:lib|-l)(?:MLIR|LLVM)[A-Z]\w*(?:\.a)?\b")
SHARED = re.compile(r"(?:lib|-l)(?:MLIR|LLVM)(?:\.so|-\d|\b)")


def link_edges(text):
    """(output, words) of every link of the build file."""
    for block in re.split(r"\n(?=build )", text.replace("$\n", "")):
        head = block.split("\n", 1)[0]
        if re.search(r": (?:C|CXX)_(?:EXECUTABLE|SHARED|MODULE)\w*_LINKER", head):
            yield head.split(":", 1)[0].removeprefix("build ").split()[0], block


def main():
    build = pathlib.Path(sys.argv[1])
    problems, judged = [], 0
    for output, block in link_edges((build / "build.ninja").read_text()):
        judged += 1
        for component in sorted(set(COMPONENT.findall(block))):
            problems.append(f"{output} links the component {component}")
        is_runtime = pathlib.PurePath(output).name.startswith("libqcompile_runtime")
        if is_runtime and SHARED.search(block):
            problems.append(f"{output} links LLVM")
    if not judged:
        problems = [f"no links found in {build}/build.ninja"]
    tree.report("links", problems, judged)


if __name__ == "__main__":
    main()
