#!/usr/bin/env python3
"""No link line names an MLIR or LLVM component archive: they would bring second copies of what the shared libraries hold.

usage: check_links.py BUILD
"""

import pathlib
import re
import sys

ALLOWED = {"libllvmlibc.a"}  # LLVM's C library, from which the runtime takes float functions


def main():
    text = (pathlib.Path(sys.argv[1]) / "build.ninja").read_text()
    links = re.findall(r"^\s*LINK_LIBRARIES = (.*)$", text, re.M)
    if len(links) < 3:
        sys.exit(f"expected the link lines of a build, found {len(links)}")
    problems = set()
    for line in links:
        for archive in re.findall(r"\S*/?(lib(?:MLIR|LLVM|llvm)\w*\.a)", line):
            if archive not in ALLOWED:
                problems.add(archive)
    shared = sum("libMLIR.so" in line for line in links)
    print("\n".join(sorted(problems)) or f"{len(links)} link lines, {shared} with the shared MLIR library, no archive")
    sys.exit(bool(problems) or shared == 0)


if __name__ == "__main__":
    main()
