"""The layout of C and C++: what clang-format makes of every file under version control.

usage: format.py ROOT CLANG-FORMAT [--write]
"""

import os
import re
import subprocess
import sys
from concurrent import futures

import tree

SUFFIXES = (".c", ".cc", ".cpp", ".h")
FILES_AT_ONCE = 40


def judge(root, command, names):
    """The first place in each file that clang-format would change."""
    done = subprocess.run([*command, "--dry-run", *names], cwd=root, capture_output=True, text=True, check=False)
    first = {}
    for name, line in re.findall(r"^(.+?):(\d+):\d+: warning: code should be clang-formatted", done.stderr, re.MULTILINE):
        first.setdefault(name, line)
    if done.returncode:
        yield done.stderr.strip()
    yield from (f"{name}:{line} is not formatted: clang-format-22 -i {name}" for name, line in first.items())


def main():
    root, command = sys.argv[1], [sys.argv[2], "--style=file"]
    names = [name for name in tree.tracked_files(root) if name.endswith(SUFFIXES)]
    parts = [names[i:i + FILES_AT_ONCE] for i in range(0, len(names), FILES_AT_ONCE)]
    if "--write" in sys.argv[3:]:
        for part in parts:
            subprocess.run([*command, "-i", *part], cwd=root, check=True)
    with futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for found in pool.map(lambda part: list(judge(root, command, part)), parts) for problem in found]
    tree.report("format", problems, len(names))


if __name__ == "__main__":
    main()
