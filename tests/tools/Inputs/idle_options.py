"""Options without effect, and those of other commands: every row ends with exit code 2 and says what is missing; with that, the option is taken.

usage: idle_options.py QCOMPILE MODELS FOLDER
"""

import subprocess
import sys

QCOMPILE, MODELS, FOLDER = sys.argv[1:]
MODEL = f"{MODELS}/digits_w2a2.onnx"
INPUT = f"--input={MODELS}/digits_test_inputs.npy"
TEXT, ARTIFACT, RECIPE, OUT = (f"{FOLDER}/{name}" for name in ("fold.mlir", "artifact", "recipe.yaml", "out.onnx"))
RANDOM = ["run", MODEL, "--random=1"]
COMPARE = ["compare", MODEL, "--random=1"]
CONVERT = ["convert", MODEL, "--to=qcdq", "-o", OUT]
COMPRESS = ["compress", MODEL, "--recipe", RECIPE, "-o", OUT]
GOAL = ["compress", MODEL, "--max-size=50%", "-o", OUT]

# The command, the option that does nothing, and the end of the message.
ROWS = [
    *[([*CONVERT], option, "needs --verify") for option in
      ("--random=3", "--seed=3", INPUT, "--skip=1", "--samples=1", "--scale=2", "--mean=1")],
    ([*CONVERT, "--verify", INPUT], "--random=3", "does not go with --input"),
    ([*CONVERT, "--verify", INPUT], "--seed=3", "does not go with --input"),
    ([*CONVERT, "--verify", "--random=3"], "--skip=1", "needs --input"),
    (["convert", MODEL, "--to=qonnx", "-o", OUT], "--small-types", "needs a format that stores codes: --to=qcdq, qdq or qop"),
    *[(command, option, "needs --input") for command in (RANDOM, COMPARE)
      for option in ("--skip=1", "--samples=1", "--scale=2", "--mean=1")],
    (RANDOM, f"--labels={MODELS}/digits_test_labels.npy", "needs --input"),
    (["run", MODEL, INPUT], "--seed=1", "needs --random"),
    (["compare", MODEL, INPUT], "--seed=1", "needs --random"),
    (["run", MODEL, INPUT], "--scale=1/255", "needs an --input of pictures"),
    (["compare", MODEL, INPUT], "--mean=1", "needs an --input of pictures"),
    (RANDOM, "--stage=fold", "needs --backend=reference"),
    (RANDOM, f"--dump-intermediates={FOLDER}/dump", "needs --backend=reference"),
    ([*RANDOM, "--backend=reference"], "--backend-opt=target-cpu=x", "needs a backend, found reference"),
    ([*COMPARE, "--stage=fold"], "--backend=cpu", "does not go with --stage: each names the first side"),
    ([*COMPARE, "--stage=fold"], "--backend-opt=target-cpu=x", "needs a side that is a backend (--backend, --against)"),
    *[(["run", ARTIFACT, "--random=1"], option, "does not go with an artifact, which has its backend, options and shapes")
      for option in ("--backend=cpu", "--backend-opt=target-cpu=x", "--compile-from=fold", "--input-shape=image:1x1x8x8",
                     f"--save-intermediates={FOLDER}/stages")],
    *[(["inspect", ARTIFACT], option, "needs a model, found an artifact")
      for option in ("--weights", f"--html={FOLDER}/page.html", "--integer", "--accumulators")],
    (["inspect", ARTIFACT], "--input-shape=image:1x1x8x8",
     "does not go with an artifact, which has its backend, options and shapes"),
    (["inspect", MODEL, "--integer"], "--weights", "is without effect beside --integer and --accumulators, but with --json"),
    (["inspect", MODEL, "--accumulators"], f"--html={FOLDER}/page.html",
     "is without effect beside --integer and --accumulators, but with --json"),
    *[(command, "--input-shape=image:1x1x8x8", "needs an ONNX file: the text of a stage (--compile-from) has its shapes")
      for command in (["inspect", TEXT, "--compile-from=fold"], ["check", TEXT, "--compile-from=fold"],
                      ["run", TEXT, "--compile-from=fold", "--random=1"], [TEXT, "--compile-from=fold", "-o", OUT])],
    ([TEXT, "--compile-from=fold", "-o", OUT], "--compile-to=import", "names a stage before that of the text"),
    (["run", TEXT, "--compile-from=fold", "--random=1", "--backend=reference"], "--stage=import", "names a stage before that of the text"),
    *[(["compare", TEXT, "--compile-from=fold", "--random=1"], option, "names a stage before that of the text")
      for option in ("--stage=import", "--against=import")],
    *[([MODEL, "--compile-to=fold", "-o", OUT], option, "is without effect before stage target (--compile-to)")
      for option in ("--backend=imc", "--backend-opt=target-cpu=x")],
    *[(GOAL, option, "needs --input, or a recipe that names samples") for option in
      ("--skip=1", "--samples=1", f"--labels={MODELS}/digits_test_labels.npy", "--metric=top1", "--targets=x.npy")],
    ([*COMPRESS, "--metric=top1"], "--targets=x.npy", "needs --metric=mse or psnr"),
    ([*COMPRESS, "--metric=mse"], f"--labels={MODELS}/digits_test_labels.npy", "needs --metric=top1"),
    (GOAL, "--calibration-samples=3", "needs --calibration, or a recipe that names samples"),
    (COMPRESS, "--scale=2", "needs an --input of pictures"),
    *[(COMPRESS, option, "needs a goal: --max-accuracy-drop, --max-size, --max-bops or --max-macs")
      for option in (f"--state={FOLDER}/state", "--resume")],
]

# Options of other commands.
FOREIGN = [
    (["inspect", MODEL], "--backend=imc"), (["run", MODEL, "--random=1"], "--compile-to=bound"), (["check", MODEL], "-o=x"),
    (["convert", MODEL, "--to=qcdq", "-o", OUT], "--backend=imc"), (["list-backends"], "--compile-from=fold"),
    (["explain", "I003"], "--load-backend=x.so"), (["explain"], "--input-shape=x:1x2"),
    (["compress", MODEL, "--max-size=50%", "-o", OUT], "--backend-opt=a=b"),
]

# What has its effect, with the option that says so.
TAKEN = [
    [*CONVERT, "--verify", "--random=2", "--seed=3"],
    [*CONVERT, "--verify", INPUT, "--skip=1", "--samples=2"],
    ["run", MODEL, INPUT, "--skip=1", "--samples=2", f"--labels={MODELS}/digits_test_labels.npy"],
    [*RANDOM, "--seed=3", "--backend=reference", "--stage=fold", f"--dump-intermediates={FOLDER}/dump"],
    [*COMPARE, "--seed=2", "--backend=reference", "--stage=fold"],
    ["inspect", MODEL, "--integer", "--weights", "--json"],
    [TEXT, "--compile-from=fold", "--compile-to=bound", "-o", f"{FOLDER}/bound.mlir"],
]


def run(arguments):
    done = subprocess.run([QCOMPILE, *arguments], capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stderr


def main():
    wrong = 0
    for command, option, reason in ROWS:
        code, messages = run([*command, option])
        name = option.split("=")[0]
        if code != 2 or f"qcompile: error [QC-U001]: {name} {reason}; see" not in messages:
            wrong += 1
            print("WRONG", *command, option, code, messages, sep=" ")
    for command, option in FOREIGN:
        code, messages = run([*command, option])
        name = option.split("=")[0]
        if code != 2 or f"qcompile: error [QC-U001]: '{command[0]}' has no option {name}; see" not in messages:
            wrong += 1
            print("TAKEN", *command, option, code, messages, sep=" ")
    for arguments in TAKEN:
        code, messages = run(arguments)
        if code != 0:
            wrong += 1
            print("REFUSED", *arguments, code, messages, sep=" ")
    print(f"{len(ROWS) + len(FOREIGN)} refused, {len(TAKEN)} taken, {wrong} wrong")


if __name__ == "__main__":
    main()
