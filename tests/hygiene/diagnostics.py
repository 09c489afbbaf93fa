"""The pages of diagnostics: every code has one, with its title and sections, and docs/Diagnostics.md lists them.

usage: diagnostics.py ROOT [--write]     --write brings the list up to date
"""

import pathlib
import re
import sys

import tree

DEFINITIONS = "dialects/diagnostics/Codes.def"
PAGES = "dialects/diagnostics/pages"
LIST = "docs/Diagnostics.md"
DECLARED = re.compile(r'^QC\((\w+), "(.*)"\)', re.MULTILINE)
SECTIONS = ["Why", "What to do", "Example"]
AREAS = {"B": "Backends", "I": "Import", "P": "Passes", "R": "Running", "S": "Meaning of quantizers", "U": "Use",
         "X": "Export"}
HEAD = """# Diagnostics

Every error, warning and remark has a code that never changes its meaning. `qcompile explain CODE` prints its page; without a
code it lists them. This list is written by `tests/hygiene/diagnostics.py . --write`.
"""


def judge_page(code, title, text):
    """What is wrong with a page."""
    lines = text.splitlines()
    if lines[0] != f"# QC-{code}: {title}":
        yield f"the page of {code} has another title than {DEFINITIONS}"
    sections = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    if sections != SECTIONS:
        yield f"the page of {code} has the sections {sections}, expected {SECTIONS}"
    if not 10 <= len(lines) <= 40 or max(map(len, lines)) > 120:
        yield f"the page of {code} is not 10 to 40 lines of up to 120 characters"
    if f"[QC-{code}]" not in text:
        yield f"the page of {code} has no example of the message"


def make_list(declared):
    text = HEAD
    area = None
    for code, title in declared:
        if code[0] != area:
            area = code[0]
            text += f"\n## {AREAS[area]}\n\n| code | |\n|---|---|\n"
        text += f"| [QC-{code}](../{PAGES}/QC-{code}.md) | {title} |\n"
    return text


def main():
    root = sys.argv[1]
    declared = DECLARED.findall(tree.read(root, DEFINITIONS))
    wanted = {f"{PAGES}/QC-{code}.md" for code, _ in declared}
    found = {name for name in tree.tracked_files(root) if name.startswith(PAGES + "/")}
    problems = [f"{name} is missing" for name in sorted(wanted - found)]
    problems += [f"{name} is no page of a code" for name in sorted(found - wanted)]
    for code, title in declared:
        name = f"{PAGES}/QC-{code}.md"
        if name in found:
            problems += judge_page(code, title, tree.read(root, name))
    text = make_list(declared)
    place = pathlib.Path(root) / LIST
    if sys.argv[2:] == ["--write"]:
        place.write_text(text)
    elif not place.exists() or place.read_text() != text:
        problems.append(f"{LIST} is not current: run tests/hygiene/diagnostics.py . --write")
    tree.report("diagnostics", problems, len(declared))


if __name__ == "__main__":
    main()
