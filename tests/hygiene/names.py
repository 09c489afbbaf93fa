"""What documents and comments name is there: files and folders of the tree, and options.

usage: names.py ROOT
"""

import re
import sys

import tree

TOP = r"(?:runtime|dialects|compiler|passes|backends|tests|docs|cmake)/"
# In documents, words in backquotes; in sources, whatever looks like a file of ours.
QUOTED = re.compile(r"`([\w./-]+)`")
FILE = re.compile(r"[\w-]+\.(?:cpp|h|cc|py|td|def)")
MENTIONED = re.compile(r"(?<![\w./-])(" + TOP + r"[\w./-]+\.(?:cpp|h|cc|py|td|def|md))\b(?!\.)")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)")
# Stands for what a reader chooses, is written into artifacts, or belongs to others.
PLACEHOLDER = re.compile(r"NAME|NameOfPass|name-of-pass|custom_op/")
FOREIGN = {"ap_int.h", "hls_stream.h"}
SOURCES = (".cpp", ".h", ".cc", ".py", ".td", ".def", ".in", ".cmake", ".txt", ".sh", "Makefile")


def exists(path, names):
    path = path.rstrip("/")
    return path in names or f"{path}.in" in names or any(name.startswith(f"{path}/") for name in names)


def judge_document(name, text, names, words):
    bases = {path.rsplit("/", 1)[-1] for path in names}
    for word in set(QUOTED.findall(text)):
        if PLACEHOLDER.search(word) or word in FOREIGN:
            continue
        is_path = re.match(TOP, word)
        if (is_path and not exists(word, names)) or (not is_path and FILE.fullmatch(word) and word not in bases):
            yield f"{name} names {word}, which is not there"
    folder = name.rpartition("/")[0]
    for target in set(LINK.findall(text)):
        path = f"{folder}/{target}".lstrip("/")
        while "/../" in f"/{path}":
            path = re.sub(r"(^|/)[^/]+/\.\./", r"\1", path, count=1)
        if not exists(path, names):
            yield f"{name} links to {target}, which is not there"
    for option in set(OPTION.findall(text)) - words:
        if not PLACEHOLDER.search(option):
            yield f"{name} names the option --{option}, which no source does"


def judge_source(name, text, names):
    for line in text.splitlines():
        if re.match(r"\s*#?\s*include\b", line):
            continue
        for path in MENTIONED.findall(line):
            if not exists(path, names) and not PLACEHOLDER.search(path):
                yield f"{name} names {path}, which is not there"


def main():
    root = sys.argv[1]
    names = [name for name in tree.tracked_files(root) if not name.startswith("third_party/")]
    sources = {name: tree.read(root, name) or "" for name in names if name.endswith(SOURCES)}
    words = set(re.findall(r"[a-z][a-z0-9-]*", "\n".join(sources.values())))
    present, problems = set(names), []
    for name, text in sources.items():
        problems += judge_source(name, text, present)
    documents = [name for name in names if name.endswith(".md")]
    for name in documents:
        problems += judge_document(name, tree.read(root, name) or "", present, words)
    if not documents:
        problems = [f"no documents found in {root}"]
    tree.report("names", problems, len(documents) + len(sources))


if __name__ == "__main__":
    main()
