#!/usr/bin/env python3
"""Random networks: the model as written, its integer form and every backend must give the same codes.

Per network, on the same random inputs, every output and every tensor that both sides have, bit for bit:
  reference   stage import (the exact reading of the file) against stage bound (the integer form)
  a backend   its outputs against those of the integer form

Starting a process costs more than running a small network, so many networks stand in one file. A file that fails is
halved until the network that is to blame stands alone; it is kept with its inputs, and the command is printed.
"""

import collections
import concurrent.futures
import dataclasses
import json
import pathlib
import re
import subprocess
import time

import numpy as np
import onnx

import frame
import judging
import random_graphs

UNSUPPORTED = 3
ISLAND = re.compile(r"QC-P002]: node '[^']*\.([^']*?)_\d+' (.*)")  # the remark on an operation that stays float
INEXACT = "QC-P003"  # the compiler says that it could not keep a sum exact


@dataclasses.dataclass(frozen=True)
class Member:
    """One network of a file."""

    profile: str
    seed: int
    model: onnx.ModelProto

    @property
    def prefix(self):
        return f"{self.profile}_{self.seed}."

    @property
    def title(self):
        return f"{self.profile} {self.seed}"


@dataclasses.dataclass(frozen=True)
class Finding:
    """What one run of `qcompile compare` found in one network: `kind` is wrong, refused, inexact or broken."""

    kind: str
    title: str
    against: str
    text: str


class Checker:
    """Runs the comparisons, on files of several networks, and narrows failures down to one."""

    def __init__(self, run):
        self.arguments, self.qcompile = run.arguments, run.qcompile
        self.compared, self.islands = collections.Counter(), collections.Counter()

    def check(self, members, backend):
        """The findings in these networks; one process where there are none."""
        place = self.write(members, backend)
        done, command = self.compare(place, backend)
        problem = self.problem(members, done, backend)
        if problem is None:
            return []
        if len(members) == 1:
            kind, text = problem
            return [Finding(kind, members[0].title, backend, f"{text}\n    {self.keep(place, command, members[0])}")]
        middle = len(members) // 2
        return self.check(members[:middle], backend) + self.check(members[middle:], backend)

    def write(self, members, backend):
        """A folder with the file of these networks and their inputs."""
        place = self.qcompile.work / f"{members[0].prefix}{members[-1].seed}-{backend}"
        place.mkdir(parents=True, exist_ok=True)
        onnx.save(random_graphs.pack({m.prefix: m.model for m in members}), place / "model.onnx")
        for member in members:
            arrays = random_graphs.random_inputs(member.model, member.seed, self.arguments.samples)
            for name, array in arrays.items():
                np.save(place / f"{member.prefix}{name}.npy", array)
        return place

    def compare(self, place, backend):
        sides = (["--backend=reference", "--stage=import"] if backend == "reference" else [f"--backend={backend}"])
        inputs = [f"--input={path.name[:-len('.npy')]}={path.name}" for path in sorted(place.glob("*.npy"))]
        command = ["compare", "model.onnx", *sides, "--against=bound", *inputs, "--json",
                   *(["-v"] if self.arguments.islands else [])]
        try:
            done = self.qcompile.call(*command, cwd=place)
        except subprocess.TimeoutExpired:
            done = subprocess.CompletedProcess(command, -1, "", f"error: no end after {judging.TIMEOUT_SECONDS} s")
        return done, [self.qcompile.binary, *command]

    def problem(self, members, done, backend):
        """The kind of problem and its description, or None."""
        if done.returncode == UNSUPPORTED:
            return "refused", errors(done.stderr)
        try:
            tensors = {t["name"]: t for t in json.loads(done.stdout)["tensors"]}
        except (json.JSONDecodeError, KeyError, TypeError):
            return "broken", f"ended with {done.returncode}: {errors(done.stderr)}"
        wrong = [t for t in tensors.values() if t["differing"]]
        if wrong:
            first = wrong[0]
            text = f"{first['differing']} of {first['elements']} values of {first['name']} differ"
            return ("inexact" if INEXACT in done.stderr else "wrong"), text
        missing = [m.prefix + o.name for m in members for o in m.model.graph.output
                   if f"output {m.prefix}{o.name}" not in tensors]
        if missing:
            return "broken", f"{missing[0]} was not compared"
        if done.returncode:
            return "broken", f"ended with {done.returncode} and no difference: {errors(done.stderr)}"
        if backend == "reference":
            self.islands.update(f"{op} {anonymous(why)}" for op, why in ISLAND.findall(done.stderr))
        self.compared[backend, "tensors"] += len(tensors)
        self.compared[backend, "elements"] += sum(t["elements"] for t in tensors.values())
        return None

    def keep(self, place, command, member):
        """Copies a failing network where it stays, if such a folder is given; the command that shows the failure."""
        shown = " ".join(command)
        if not self.arguments.keep:
            return shown
        kept = pathlib.Path(self.arguments.keep) / place.name
        kept.mkdir(parents=True, exist_ok=True)
        for path in place.iterdir():
            (kept / path.name).write_bytes(path.read_bytes())
        return f"(cd {kept} && {shown})"


def errors(messages):
    """The errors of a run, or the end of what it said."""
    lines = [line for line in messages.splitlines() if "error" in line]
    return " | ".join(lines[:3] or messages.splitlines()[-3:])[:600] or "no message"


def files(arguments):
    """Lists of networks for one file each: those of one batch size stand together."""
    waiting = collections.defaultdict(list)
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.count)
    for profile in arguments.profile:
        for seed in seeds:
            model = random_graphs.make_model(seed, profile)
            group = waiting[random_graphs.batch_of(model)]
            group.append(Member(profile, seed, model))
            if len(group) == arguments.per_file:
                yield list(group)
                group.clear()
    yield from filter(None, waiting.values())


def anonymous(message):
    """A message without the names and numbers in it, so that equal ones can be counted."""
    return re.sub(r"[0-9]+", "#", re.sub(r"'[^']*'", "'…'", message))[:200]


def reasons(findings):
    """How often each kind of message came, the most frequent first."""
    texts = (f"{f.against}, {f.kind}: {anonymous(f.text.splitlines()[0])}" for f in findings)
    return collections.Counter(texts).most_common()


def report(arguments, findings, networks, compared, seconds):
    """Prints the counts; the failures."""
    rows = []
    for backend in arguments.backends.split(","):
        mine = [f for f in findings if f.against == backend]
        kinds = [sum(f.kind == kind for f in mine) for kind in ("wrong", "broken", "refused", "inexact")]
        rows.append((backend, networks, networks - len(mine), *kinds, compared[backend, "tensors"],
                     compared[backend, "elements"]))
    judging.print_table(("against", "networks", "equal", "wrong", "broken", "refused", "inexact", "tensors",
                         "elements"), rows)
    print(f"{networks} networks of profile {','.join(arguments.profile)} in {seconds:.1f} s")
    for reason, count in reasons(findings)[:judging.MOST_SHOWN] if len(findings) > 1 else ():
        print(f"  {count} x {reason}")
    allowed = set(filter(None, arguments.allow.split(",")))
    return [f"{f.title} on {f.against}, {f.kind}: {f.text}" for f in findings if f.kind not in allowed]


def judge(run):
    asked = run.arguments
    started, networks, findings = time.monotonic(), 0, []
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        checker, waiting = Checker(run), []
        for members in files(asked):
            networks += len(members)
            waiting += [pool.submit(checker.check, members, b) for b in asked.backends.split(",")]
        for future in waiting:
            findings += future.result()
    run.failures += report(asked, findings, networks, checker.compared, time.monotonic() - started)
    for island, count in checker.islands.most_common():
        print(f"  {count} x {island}")


if __name__ == "__main__":
    frame.main(judge, __doc__,
               frame.option("--profile", default="all", type=random_graphs.profiles_asked,
                            help="profiles of random_graphs.py, comma-separated, or 'each'"),
               frame.option("--first-seed", type=int, default=1),
               frame.option("--count", type=int, default=100, help="networks per profile, with consecutive seeds"),
               frame.option("--backends", default="reference,cpu", help="comma-separated; reference is the integer form"),
               frame.option("--samples", type=int, default=random_graphs.SAMPLES, help="inputs per network"),
               frame.option("--per-file", type=int, default=25, help="networks in one file"),
               frame.option("--jobs", type=int, default=2, help="processes at a time"),
               frame.option("--allow", default="", help="kinds of findings that are no failures: refused, inexact"),
               frame.option("--islands", action="store_true", help="list which operations stay float, and why"),
               frame.option("--keep", help="folder for the networks that fail"))
