"""Single files: size, include guards, and words that say where the tree was made.

usage: files.py ROOT
"""

import re
import sys

import tree

MAX_LINES = 500
# Longer files, with the reason.
LONG_FILES = {}
SOURCES = (".cpp", ".cc", ".c", ".h", ".td", ".py")
# Spelled in pieces, so that this file does not hold them.
FORBIDDEN = [re.compile(pattern) for pattern in (
    r"(?<![\w.])/" + "work/", r"(?<![\w.])/" + "root/", r"/tmp/" + "w/", "pypi" + r"\.org/simple",
    "files" + r"\.pythonhosted", "registry" + r"\.npmjs", "deb" + r"\.debian\.org",
    r"index" + r"-url\s*=?\s*https?:")]


def judge_guard(name, text, guards):
    """Every header has a guard of its own that ends in the file's name."""
    found = re.search(r"^#ifndef (\w+)\n#define (\w+)\b", text, re.MULTILINE)
    stem = re.sub(r"\W", "_", name.rsplit("/", 1)[-1]).upper()
    if not found or found[1] != found[2]:
        yield f"{name} has no include guard"
    elif not found[1].rstrip("_").endswith("_" + stem):
        yield f"{name} has the include guard {found[1]}, expected one that ends in {stem}"
    elif found[1] in guards:
        yield f"{name} has the include guard of {guards[found[1]]}"
    else:
        guards[found[1]] = name


def judge(name, text, guards):
    lines = text.count("\n")
    if name.endswith(SOURCES) and lines > MAX_LINES and name not in LONG_FILES:
        yield f"{name} has {lines} lines, more than {MAX_LINES}"
    # Highway's -inl.h files are included once per target on purpose.
    if name.endswith(".h") and not name.endswith("-inl.h"):
        yield from judge_guard(name, text, guards)
    for pattern in FORBIDDEN:
        if found := pattern.search(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{name}:{line} holds '{found[0]}'"
    if text and not text.endswith("\n"):
        yield f"{name} does not end in a newline"


def main():
    root = sys.argv[1]
    names = tree.tracked_files(root)
    problems, judged, guards = [], 0, {}
    for name in names:
        text = tree.read(root, name)
        if text is not None:
            judged += 1
            problems += judge(name, text, guards)
    problems += [f"{name} is listed as long and does not exist" for name in LONG_FILES if name not in names]
    tree.report("files", problems, judged)


if __name__ == "__main__":
    main()
