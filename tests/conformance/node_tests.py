#!/usr/bin/env python3
"""All node tests of the ONNX release, as the files are: inputs go in as inputs, and become constants only where a test does
not run otherwise (its shapes depend on their values). Nothing may be wrong; what is not supported is listed by operator.

The reference evaluator's list is docs/NodeTests.md: --write-table writes it, --check-table holds it against the run.
"""

import argparse
import collections
import pathlib
import re
import sys
import tarfile
import tempfile

import judging
import node_models

ARCHIVE = "onnx-node-tests-1.22.0.tar.xz"
TABLE = judging.ROOT / "docs" / "NodeTests.md"
# Fewer passes than this on the reference evaluator are a failure.
LEAST_PASSES = 1620

HEADER = """# ONNX node tests

The node tests of ONNX 1.22 ({total} tests) on the reference evaluator: rtol 1e-3, atol 1e-7, element types and shapes
strict. Written by `tests/conformance/node_tests.py --runner build/bin/node-tests --write-table`; the test
`conformance-node-tests` checks that it is up to date.

| result | tests |
|---|---|
| pass | {passed} |
| wrong | {wrong} |
| unsupported, and reported as such | {unsupported} |

Inputs are fed as inputs. In {constants} of the tests that pass, shapes or control flow depend on the values of inputs,
which the runner then gives as constants.

## Unsupported

| operator | tests | why |
|---|---|---|
"""


def unpack(archive, folder):
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")


def operator_of(result):
    """The operator that a message is about; a test of one operator is about that."""
    named = re.search(r"\(onnx\.(\w+)\)|operator (\w+)", result["message"])
    found = next((name for name in named.groups() if name), "") if named else ""
    operators = sorted(set(result["operators"]))
    return found or (operators[0] if len(operators) == 1 else "several")


def reason_of(result):
    """The message without the node that it names."""
    text = re.sub(r"^node '[^']*' \(onnx\.\w+\): |^node [^:]*: |^value '[^']*': |^initializer '[^']*': ", "",
                  result["message"])
    text = re.sub(r"'[^']*test_data_set[^']*': ", "", text)
    return (f"QC-{result['code'][3:]}: " if result["code"].startswith("QC-") else "") + text


def make_table(results):
    count = collections.Counter(result["result"] for result in results)
    text = HEADER.format(total=len(results), passed=count["pass"], wrong=count["wrong"],
                         unsupported=count["unsupported"],
                         constants=sum(result.get("constants", False) for result in results))
    groups = collections.defaultdict(list)
    for result in results:
        if result["result"] == "unsupported":
            groups[operator_of(result)].append(result)
    for operator, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        reasons = collections.Counter(reason_of(result) for result in group)
        reason = reasons.most_common(1)[0][0].replace("|", "\\|")
        others = f" (and {len(reasons) - 1} other reasons)" if len(reasons) > 1 else ""
        text += f"| {operator} | {len(group)} | {reason[:160]}{others} |\n"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True, help="the program node-tests")
    parser.add_argument("--backend", default="reference")
    parser.add_argument("--only", default="", help="tests whose names contain this")
    parser.add_argument("--write-table", action="store_true")
    parser.add_argument("--check-table", action="store_true")
    arguments = parser.parse_args()
    missing = []
    archive = judging.shared_folder() / "data" / ARCHIVE
    if not judging.available(archive, missing):
        return judging.exit_code([], missing)
    with tempfile.TemporaryDirectory() as work:
        unpack(archive, work)
        results = node_models.run_tests(pathlib.Path(arguments.runner).resolve(), work, f"--backend={arguments.backend}",
                                        f"--only={arguments.only}")
    count = collections.Counter(result["result"] for result in results)
    failures = [f"{result['name']}: {result['message']}" for result in results if result["result"] == "wrong"]
    table = make_table(results)
    print(f"{len(results)} tests on {arguments.backend}: {count['pass']} pass, {count['wrong']} wrong, "
          f"{count['unsupported']} unsupported")
    if arguments.only:
        print(table[table.index("## Unsupported"):])
        return judging.exit_code(failures, missing)
    if arguments.write_table:
        TABLE.write_text(table, encoding="utf-8")
    if arguments.check_table and TABLE.read_text(encoding="utf-8") != table:
        failures.append("docs/NodeTests.md is not what this run gives; write it with --write-table")
    if arguments.backend == "reference" and count["pass"] < LEAST_PASSES:
        failures.append(f"expected at least {LEAST_PASSES} passes, found {count['pass']}")
    return judging.exit_code(failures, missing)


if __name__ == "__main__":
    sys.exit(main())
