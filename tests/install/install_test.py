"""Installs the build, runs the commands of docs/HowToBackend.md against the installed tree, and checks what they did.

usage: install_test.py --source DIR --build DIR --work DIR   (CC and CXX name the compilers)

The document is the happy path: everything between ```sh and ``` is run in order. The checks after it are the promises
that the document makes: outputs equal the reference evaluator's byte for byte, other plugins are refused with both values
in the message, nothing of the build tree is needed at run time.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

MODEL = "tests/models/digits_w2a2.onnx"
INPUTS = "tests/models/digits_test_inputs.npy"


class Failure(Exception):
    pass


def check(condition, message):
    if not condition:
        raise Failure(message)


class Install:
    def __init__(self, source, build, work):
        self.source, self.build, self.work = source, build, work
        self.prefix = work / "prefix"
        self.plugin = work / "plugin" / "libexample.so"
        # A stranger's environment: nothing points to the build or to other packages.
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("CMAKE_PREFIX_PATH", "LD_LIBRARY_PATH", "MLIR_DIR", "LLVM_DIR")}
        self.env |= {"BUILD": str(build), "PREFIX": str(self.prefix), "WORK": str(work)}
        generator = re.search(r"^CMAKE_GENERATOR:INTERNAL=(.*)$", (build / "CMakeCache.txt").read_text(), re.M)
        self.env["CMAKE_GENERATOR"] = generator[1]

    def run(self, *command, expect=0):
        done = subprocess.run([str(part) for part in command], cwd=self.source, env=self.env,
                              capture_output=True, text=True)
        text = done.stdout + done.stderr
        check(done.returncode == expect,
              f"expected exit code {expect}, found {done.returncode}: {' '.join(map(str, command))}\n{text}")
        return text

    def qcompile(self, *arguments, expect=0):
        return self.run(self.prefix / "bin/qcompile", *arguments, expect=expect)


def run_document(install):
    """Runs the shell blocks of the document; returns what each printed."""
    text = (install.source / "docs/HowToBackend.md").read_text()
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    check(blocks, "docs/HowToBackend.md has no commands")
    return [install.run("bash", "-euo", "pipefail", "-c", block) for block in blocks]


def move_prefix(install):
    """Replaces the installed tree by itself at another place: nothing in it may know where it was put first."""
    elsewhere = install.work / "elsewhere" / "qcompile"
    shutil.rmtree(elsewhere.parent, ignore_errors=True)
    elsewhere.parent.mkdir()
    install.prefix.rename(elsewhere)
    install.prefix = elsewhere


def check_tree(install):
    names = ["bin/qcompile", "bin/qcompile-opt", "lib/libqcompile.so", "lib/libqcompile_runtime.so",
             "lib/libqcompile_backends.so", "lib/libqcompile_artifact.a",
             "include/qcompile/compiler/backend/HeaderFingerprint.h", "include/qcompile/dialects/qnn/QnnOps.td",
             "include/qcompile/dialects/qnn/QnnOps.h.inc", "include/qcompile/passes/partition-host/PartitionHost.h"]
    names += [f"lib/cmake/QCompile/QCompile{part}.cmake" for part in ("Config", "ConfigVersion", "Targets")]
    for name in names:
        check((install.prefix / name).exists(), f"the installed tree has no {name}")
    for path in sorted(install.prefix.rglob("*.cmake")) + sorted(install.prefix.rglob("*.h")):
        for inner in (install.build, install.source):
            check(str(inner) not in path.read_text(), f"{path} names {inner}")
    for name in ("bin/qcompile", "lib/libqcompile.so", "lib/libqcompile_backends.so"):
        found = install.run("ldd", install.prefix / name)
        check("not found" not in found, f"{name} does not find its libraries:\n{found}")
        # The prefix may lie within the build folder.
        check(str(install.build) not in found.replace(str(install.prefix), ""), f"{name} uses libraries of the build:\n{found}")
    for path in [*(install.prefix / "bin").iterdir(), *(install.prefix / "lib").glob("libqcompile*.so")]:
        found = re.search(r"R(?:UN)?PATH.*\[(.*)\]", install.run("readelf", "-d", path))
        # An empty entry would be the working directory.
        check(found and all(entry and not entry.startswith((str(install.build), str(install.source)))
                            for entry in found[1].split(":")),
              f"unexpected run path of {path.name}: {found and found[1]}")


def read_outputs(folder):
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    check(files, f"{folder} is empty")
    return files


def check_results(install):
    """Outputs, in process and from the artifact, against the reference evaluator on the integer form."""
    reference = install.work / "reference"
    install.qcompile("run", MODEL, "--backend=reference", "--input", INPUTS, "--output-dir", reference)
    expected = read_outputs(reference)
    for folder in ("example", "from-artifact"):
        check(read_outputs(install.work / folder) == expected, f"outputs in {folder} differ from the reference's")
    # The installed cpu backend finds its own pieces.
    install.qcompile("run", MODEL, "--backend=cpu", "--input", INPUTS, "--output-dir", install.work / "cpu")
    check(read_outputs(install.work / "cpu") == expected, "outputs of the cpu backend differ from the reference's")


def check_artifact(install):
    """The listing and the report hold what `inspect` says, which counts products on its own."""
    layers = json.loads(install.qcompile("inspect", MODEL, "--integer", "--json", "-q"))["integer_layers"]
    expected = [layer["macs"] for layer in layers]
    check(expected, "inspect finds no layers")
    listing = (install.work / "artifact/digits_w2a2.txt").read_text()
    counted = [int(n) for n in re.findall(r"= qnn\.matmul .*?example\.products=(\d+)", listing)]
    check(counted == expected, f"expected products {expected} in the listing, found {counted}")
    report = json.loads((install.work / "artifact/report.json").read_text())
    check([layer["products"] for layer in report["layers"]] == expected, f"unexpected report {report}")
    manifest = json.loads((install.work / "artifact/manifest.json").read_text())
    check(manifest["backend"] == {"name": "example", "version": "1", "options": {"max-inner": "128"}},
          f"unexpected backend in the manifest: {manifest['backend']}")
    counted = re.findall(r"example\.products = (\d+)", (install.work / "counted.mlir").read_text())
    check([int(n) for n in counted] == expected, "the pass in qcompile-opt counted otherwise")


def check_options(install):
    """Every refused layer is named at once, with the reason; a bad option value is a usage error."""
    load = f"--load-backend={install.plugin}"
    text = install.qcompile("run", MODEL, load, "--backend=example", "--backend-opt=max-inner=63", "--random=1",
                            expect=3)
    # All three layers sum 64 products.
    check("it sums 64 products, and option 'max-inner' allows 63" in text and "3 nodes" in text,
          f"the refusal lacks reason or count:\n{text}")
    text = install.qcompile("run", MODEL, load, "--backend=example", "--backend-opt=max-inner=0", "--random=1",
                            expect=2)
    check("expected an integer from 1 to" in text, f"unexpected message:\n{text}")


def check_origin(install, printed):
    check(f"example 1 ({install.plugin})" in printed, f"list-backends does not show the plugin's origin:\n{printed}")
    check("cpu" in printed and "(built in)" in printed, f"list-backends does not show the built-in backends:\n{printed}")


def build_with_other_compiler(install, folder):
    """A plugin that claims nothing wrong, but is built by the other of clang and gcc; None where there is no other."""
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", (folder / "CMakeCache.txt").read_text(), re.M)[1]
    is_clang = "clang" in install.run(compiler, "--version")
    other = shutil.which("g++" if is_clang else "clang++-22")
    if not other:
        print("plugin of another compiler: skipped, there is none", flush=True)
        return None
    folder = install.work / "other-compiler"
    install.run("cmake", "-S", install.source / "tests/install/refused", "-B", folder, "-DCMAKE_BUILD_TYPE=Release",
                f"-DCMAKE_PREFIX_PATH={install.prefix}", f"-DCMAKE_CXX_COMPILER={other}")
    install.run("cmake", "--build", folder, "--target", "other_compiler")
    return folder / "libother_compiler.so"


def check_refusals(install):
    folder = install.work / "refused"
    install.run("cmake", "-S", install.source / "tests/install/refused", "-B", folder,
                f"-DCMAKE_PREFIX_PATH={install.prefix}", "-DCMAKE_BUILD_TYPE=Release")
    install.run("cmake", "--build", folder, "--parallel", "2")
    # An accepted plugin has the host's digest.
    fingerprint = re.search(rb"[0-9a-f]{16}-(?:clang|gcc)", install.plugin.read_bytes())[0].decode()
    interface = re.search(r"kBackendApiVersion = (\d+)",
                          (install.prefix / "include/qcompile/compiler/backend/Backend.h").read_text())[1]
    llvm = re.search(r"\(LLVM ([\d.]+)\)", install.qcompile("--version"))[1]

    copy = install.work / "libexample_copy.so"
    shutil.copy(install.plugin, copy)
    no_library = install.work / "no_library.so"
    no_library.write_text("not a shared object\n")
    absent = install.work / "absent.so"
    cases = [
        ([folder / "libother_interface.so"], [f"expected interface version {interface}, found 4711"]),
        ([folder / "libother_llvm.so"], [f"expected LLVM {llvm}, found 17.0.6"]),
        ([folder / "libother_headers.so"], [f"expected headers {fingerprint}, found 0123456789abcdef"]),
        ([folder / "libno_entry.so"], ["has no function qcompileBackendPlugin"]),
        ([absent], ["cannot be loaded", "No such file or directory"]),
        ([no_library], ["cannot be loaded"]),
        ([install.plugin, copy], ["backend 'example' exists twice", str(install.plugin)]),
    ]
    other = build_with_other_compiler(install, folder)
    if other:
        digest, compiler = fingerprint.split("-")
        found = f"{digest}-{'gcc' if compiler == 'clang' else 'clang'}"
        cases.append(([other], [f"expected headers {fingerprint}, found {found}"]))
    for plugins, words in cases:
        loads = [f"--load-backend={plugin}" for plugin in plugins]
        text = install.qcompile("list-backends", *loads, expect=2)
        errors = [line for line in text.splitlines() if "error" in line]
        check(len(errors) == 1 and "QC-B005" in errors[0], f"expected one error QC-B005, found:\n{text}")
        for word in words + [str(plugins[-1])]:
            check(word in errors[0], f"expected '{word}' in: {errors[0]}")
        install.run(install.prefix / "bin/qcompile-opt", *loads, "--version", expect=1)


def main():
    parser = argparse.ArgumentParser()
    for name in ("source", "build", "work"):
        parser.add_argument(f"--{name}", type=lambda text: pathlib.Path(text).resolve(), required=True)
    arguments = parser.parse_args()
    shutil.rmtree(arguments.work, ignore_errors=True)
    arguments.work.mkdir(parents=True)
    install = Install(arguments.source, arguments.build, arguments.work)
    steps = [
        ("commands of docs/HowToBackend.md", lambda: check_origin(install, "".join(run_document(install)))),
        ("results", lambda: check_results(install)),
        ("artifact", lambda: check_artifact(install)),
        ("options", lambda: check_options(install)),
        ("installed tree, moved", lambda: (move_prefix(install), check_tree(install))),
        ("refusals", lambda: check_refusals(install)),
    ]
    for name, step in steps:
        start = time.monotonic()
        try:
            step()
        except Failure as failure:
            print(f"{name}: failed: {failure}", flush=True)
            return 1
        print(f"{name}: passed in {time.monotonic() - start:.1f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
