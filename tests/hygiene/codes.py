"""Diagnostic codes: every one is used by a source and named by the documentation's list, none is used undeclared.

usage: codes.py ROOT
"""

import re
import sys

import tree

DEFINITIONS = "dialects/diagnostics/Codes.def"
DECLARED = re.compile(r"^QC\((\w+),", re.MULTILINE)
# `Code::I003` in a source, "QC-I003" in a table or a test.
USED = re.compile(r"\bCode::([A-Z]\d{3})\b")
NAMED = re.compile(r"\bQC-([A-Z]\d{3})\b")
SOURCES = ("dialects/", "passes/", "compiler/", "backends/")


def main():
    root = sys.argv[1]
    declared = DECLARED.findall(tree.read(root, DEFINITIONS))
    problems = [] if declared == sorted(declared) else [f"{DEFINITIONS} is not sorted"]
    problems += [f"{code} is declared twice" for code in set(declared) if declared.count(code) > 1]
    used = set()
    for name in tree.tracked_files(root):
        text = tree.read(root, name)
        if text is None or name == DEFINITIONS or name.startswith("tests/hygiene/"):
            continue
        if name.startswith(SOURCES):
            used.update(USED.findall(text))
        for code in sorted(set(NAMED.findall(text)) - set(declared)):
            problems.append(f"{name} names QC-{code}, which is not declared")
    problems += [f"QC-{code} is declared and no source uses it" for code in declared if code not in used]
    tree.report("codes", problems, len(declared))


if __name__ == "__main__":
    main()
