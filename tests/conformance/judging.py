"""What the conformance scripts share: finding files, running qcompile, reading its dumps, printing tables."""

import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

import numpy as np
import onnx

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "tests" / "models"
SKIPPED = 77
TIMEOUT_SECONDS = 900
MOST_SHOWN = 20


def shared_folder():
    """The folder of real models and data that the repository does not ship."""
    return pathlib.Path(os.environ.get("QCOMPILE_SHARED", ROOT.parent / "shared"))


def exit_code(failures, skipped):
    """1 on any failure, else the code that ctest shows as skipped if something was left out."""
    for line in skipped:
        print(f"skipped: {line}")
    for line in failures[:MOST_SHOWN]:
        print(f"FAILED: {line}")
    if len(failures) > MOST_SHOWN:
        print(f"and {len(failures) - MOST_SHOWN} more failures")
    if failures:
        return 1
    return SKIPPED if skipped else 0


# Names of the standard library come from messages of its exceptions.
CRASH = re.compile(r"assert|sanitizer|stack dump|segmentation|terminate called|unreachable|std::|see current operation|PLEASE submit",
                   re.IGNORECASE)


def faults_of(qcompile, command, exits, mentions, seconds, most_lines=None, **settings):
    """What is wrong with one command that may refuse its model, as a list of short phrases."""
    try:
        done = qcompile.call(*command, timeout=seconds, **settings)
    except subprocess.TimeoutExpired:
        return [f"still running after {seconds} s"]
    faults = []
    if done.returncode not in exits:
        faults.append(f"exit code {done.returncode}, expected {' or '.join(map(str, exits))}")
    if CRASH.search(done.stderr):
        faults.append("the message looks like a crash")
    said = done.stdout + done.stderr
    faults += [f"the message does not mention '{word}'" for word in mentions if word not in said]
    if most_lines and said.count("\n") > most_lines:
        faults.append(f"the message has {said.count(chr(10))} lines")
    if faults:
        faults.append(f"it said {(done.stdout[-300:] + done.stderr[-300:]).strip()!r}")
    return faults


def available(path, skipped):
    """Whether `path` exists; notes it in `skipped` otherwise."""
    if path.exists():
        return True
    skipped.append(f"{path.name}: not found (QCOMPILE_SHARED says where the shared files are)")
    return False


class Qcompile:
    """The command under test, working in a folder of its own."""

    def __init__(self, binary, work):
        self.binary = str(pathlib.Path(binary).resolve())
        self.work = pathlib.Path(work)
        self.work.mkdir(parents=True, exist_ok=True)
        self.messages = ""

    def call(self, *arguments, **settings):
        """Runs the command; exit code and both streams as text."""
        return subprocess.run([self.binary, *map(str, arguments)], capture_output=True, text=True, errors="replace", check=False,
                              **{"timeout": TIMEOUT_SECONDS, **settings})

    def report(self, *arguments, **settings):
        """The JSON object that a command prints which has to succeed."""
        done = self.call(*arguments, "--json", "-q", **settings)
        if done.returncode:
            raise RuntimeError(f"qcompile {arguments[0]} ended with {done.returncode}: {done.stderr[-500:]}")
        return json.loads(done.stdout)

    def run(self, model, inputs, *options):
        """`qcompile run` on a float32 array; returns its JSON object, the outputs and the dump folder."""
        place = self.work / pathlib.Path(model).stem
        place.mkdir(parents=True, exist_ok=True)
        for old in place.rglob("*.npy"):
            old.unlink()
        np.save(place / "input.npy", inputs)
        done = self.call("run", model, "--input", place / "input.npy", "--output-dir", place / "outputs", "--json", *options)
        self.messages = done.stderr
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "error" in line] or [done.stderr[-500:]]
            raise RuntimeError(f"qcompile run {' '.join(options)} ended with {done.returncode}: "
                               f"{' | '.join(errors)[:1000]}")
        try:
            report = json.loads(done.stdout)
        except json.JSONDecodeError as error:
            raise RuntimeError(f"standard output is not one JSON object ({error}): {done.stdout[:200]}") from error
        return report, read_folder(place / "outputs")

    def trace(self, model, inputs, stage):
        """The reference evaluator's outputs, intermediate tensors and codes at one stage, by ONNX name."""
        dump = self.work / pathlib.Path(model).stem / "dump"
        _, outputs = self.run(model, inputs, "--backend=reference", f"--stage={stage}",
                              f"--dump-intermediates={dump}")
        tensors = read_folder(dump)
        suffix = ".codes"
        codes = {name[:-len(suffix)]: tensor for name, tensor in tensors.items() if name.endswith(suffix)}
        values = {name: tensor for name, tensor in tensors.items() if not name.endswith(suffix)}
        return outputs, values, codes


def read_folder(folder):
    """All .npy files of a folder; a file name is the percent-encoded tensor name."""
    return {urllib.parse.unquote(path.name[:-len(".npy")]): np.load(path)
            for path in sorted(pathlib.Path(folder).glob("*.npy"))}


def only_output(outputs):
    if len(outputs) != 1:
        raise RuntimeError(f"expected one output, found {sorted(outputs)}")
    return next(iter(outputs.values()))


def classes(scores, samples):
    """The highest score of every sample, ties to the lowest index."""
    return np.argmax(np.reshape(scores, (samples, -1)), axis=1)


def read_idx(path):
    """An MNIST idx file, packed or not, of unsigned bytes."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rb") as file:
        data = file.read()
    dimensions = np.frombuffer(data, ">u4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * len(dimensions)).reshape(dimensions)


def mnist(folder):
    """The 10 000 MNIST test images as pixels/255, float32 [N, 1, 28, 28], and their labels."""
    images = read_idx(folder / "mnist-t10k-images-idx3-ubyte.gz")
    labels = read_idx(folder / "mnist-t10k-labels-idx1-ubyte.gz")
    return (images.astype(np.float32) / np.float32(255.0))[:, None], labels.astype(np.int64)


def keywords(folder):
    """The 1000 recorded keyword inputs, float32 [N, 1, 10, 49], and their labels."""
    codes = np.load(folder / "kws_w3a3_inputs_int8.npy")
    scale = np.float32(0.33674246072769165)  # the scale of the model's own input quantizer
    return (codes.astype(np.float32) * scale).reshape(-1, 1, 10, 49), np.load(folder / "kws_w3a3_labels.npy")


def cifar(folder):
    """500 CIFAR-10 test pictures, float32 [500, 3, 32, 32], and their labels."""
    with np.load(folder / "cifar10_test500.npz") as data:
        pictures = data["image"].astype(np.float32) / np.float32(127.5) - np.float32(1)
        return pictures, data["label"].astype(np.int64)


def read_tensor(path):
    """One tensor in ONNX' protobuf form."""
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return onnx.numpy_helper.to_array(tensor)


def print_table(heads, rows):
    cells = [[str(cell) for cell in row] for row in [heads, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    for row in cells:
        line = [cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))]
        print("  ".join(line).rstrip())
    sys.stdout.flush()
