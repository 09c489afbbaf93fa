#!/usr/bin/env python3
"""Runs every fuzzer for its share of the time, from seeds made here and the kept corpus.

A crash, a hang (25 s), a leak or more than 2 GB of memory fails, and the input that did it is named. Inputs that reached
new code are kept in BUILD/corpus for the next run; inputs that once failed are in tests/fuzz/corpus for good.
"""

import argparse
import io
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import zlib

import numpy as np
from onnx import numpy_helper

FUZZERS = ("model", "stage", "data", "recipe", "program", "imc", "assembler", "encoding")
# Of the time; the others share what is left.
SHARES = {"model": 0.4, "stage": 0.15}
# LLVM's arena allocator poisons memory in instrumented code only, so user poisoning stays off.
SANITIZER = "allow_user_poisoning=0:allocator_may_return_null=1:detect_leaks="
HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent


def write(folder, name, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def make_png(width, height):
    """A grey picture, by the PNG specification."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    rows = b"".join(b"\0" + bytes((x * y) % 256 for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_data_seeds(folder):
    for number, array in enumerate((np.arange(6, dtype=np.float32).reshape(2, 3), np.array(7, dtype=np.int64),
                                    np.zeros((0, 2), dtype=np.uint8), np.array([[True, False]]))):
        npy, npz = io.BytesIO(), io.BytesIO()
        np.save(npy, array)
        np.savez(npz, x=array, y=array)
        write(folder, f"npy{number}", b"\0" + npy.getvalue())
        write(folder, f"pb{number}", b"\1" + numpy_helper.from_array(array, "x").SerializeToString())
        write(folder, f"npz{number}", b"\2" + npz.getvalue())
    write(folder, "png", b"\3" + make_png(8, 8))


def make_artifact_seeds(qcompile, models, seeds, work):
    """Programs of the IMC macro, its assembly and host programs, from the artifacts of a few models."""
    for name in ("affine_steps", "codes_signed", "gemm_plain", "fork"):
        artifact = work / name
        if artifact.exists():
            shutil.rmtree(artifact)
        subprocess.run([qcompile, models / f"{name}.onnx", "--backend=imc", "-o", artifact, "-q"], check=True,
                       env=dict(os.environ, ASAN_OPTIONS=SANITIZER + "0"))
        for file in artifact.iterdir():
            kind = {".imc": "imc", ".imcs": "assembler", ".qcp": "program"}.get(file.suffix)
            if kind:
                write(seeds / kind, f"{name}-{file.name}", file.read_bytes())


def make_seeds(build, seeds):
    models = build / "fuzz" / "models"
    subprocess.run([sys.executable, "-B", TESTS / "models" / "make_corner_models.py", models], check=True,
                   stdout=subprocess.DEVNULL)
    for file in models.glob("*.onnx"):
        write(seeds / "model", file.name, file.read_bytes())
    for file in list(TESTS.glob("dialects/**/*.mlir")) + list(TESTS.glob("passes/**/*.mlir")):
        # Files of cases that are apart from each other.
        for number, case in enumerate(file.read_text().split("// -----")):
            write(seeds / "stage", f"{file.parent.name}-{file.stem}-{number}", case.encode())
    for file in TESTS.glob("tools/Inputs/*.yaml"):
        write(seeds / "recipe", file.name, file.read_bytes())
    write(seeds / "recipe", "plain", b"calibration: {input: x.npy, samples: 8}\nsteps:\n"
          b"  - {pass: onnx-quantize-model, layers: ['conv*'], options: {weight-bits: 4}}\n")
    make_data_seeds(seeds / "data")
    make_artifact_seeds(build / "bin" / "qcompile", models, seeds, build / "fuzz" / "artifacts")
    for kind in range(5):
        write(seeds / "encoding", str(kind), bytes((kind, 3, 7, 4, 1, 1, 4, 0)) + bytes(range(64)))


def run(build, name, seconds):
    """Whether the fuzzer found nothing."""
    corpus, seeds, kept = build / "fuzz" / "corpus" / name, build / "fuzz" / "seeds" / name, HERE / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    findings = build / "fuzz" / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, ASAN_OPTIONS=SANITIZER + "1")
    command = [build / "bin" / f"fuzz_{name}", f"-max_total_time={seconds}", "-timeout=25", "-rss_limit_mb=2048",
               "-max_len=65536", "-print_final_stats=1", f"-artifact_prefix={findings}/{name}-", corpus, seeds]
    if kept.is_dir():
        command.append(kept)
    result = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    runs = next((line.split()[-1] for line in result.stderr.splitlines() if "number_of_executed_units" in line), "?")
    print(f"fuzz_{name}: {runs} inputs in {seconds} s, {'nothing found' if result.returncode == 0 else 'FAILED'}",
          flush=True)
    if result.returncode:
        print("\n".join(result.stderr.splitlines()[-60:]))
    return result.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, help="build folder with the fuzzers")
    parser.add_argument("--seconds", type=int, default=60, help="for all together")
    parser.add_argument("--only", choices=FUZZERS)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    make_seeds(build, build / "fuzz" / "seeds")
    names = [arguments.only] if arguments.only else FUZZERS
    rest = (1 - sum(SHARES.values())) / (len(FUZZERS) - len(SHARES))
    ok = True
    for name in names:
        share = 1 if arguments.only else SHARES.get(name, rest)
        ok &= run(build, name, max(1, round(arguments.seconds * share)))
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
