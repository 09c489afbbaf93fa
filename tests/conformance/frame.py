"""The frame of a conformance script: its command line, a folder of its own, a table and a verdict in the end."""

import argparse
import contextlib
import logging
import pathlib
import sys
import tempfile
import warnings

import numpy as np

import judging


def option(*names, **settings):
    """An argument of the command line, as argparse takes it."""
    return names, settings


SEED = option("--seed", type=int, default=1)


class Run:
    """What one run of a script is given, and what it finds."""

    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.folder = pathlib.Path(folder)
        self.qcompile = judging.Qcompile(arguments.qcompile, folder)
        self.rng = np.random.default_rng(getattr(arguments, "seed", 1))
        self.failures, self.skipped, self.rows = [], [], []

    def note(self, rows, failures):
        self.rows += rows
        self.failures += failures

    @contextlib.contextmanager
    def guard(self, title):
        """One broken model must not hide the verdict on the others."""
        try:
            yield
        except Exception as error:
            self.failures.append(f"{title}: {type(error).__name__}: {str(error)[:1000]}")


def hush_peers():
    """qonnx warns about every opset that it was not written for, and quantizers give advice."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    if "onnxruntime" in sys.modules:
        sys.modules["onnxruntime"].set_default_logger_severity(4)


def main(judge, doc, *options, heads=None):
    """Ends the process with the verdict of `judge`, which takes a Run; with `heads`, a table without rows is a failure."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qcompile", default=judging.ROOT / "build" / "bin" / "qcompile", help="path of the command under test")
    parser.add_argument("--work", help="folder for intermediate files (default: a temporary one)")
    for names, settings in options:
        parser.add_argument(*names, **settings)
    arguments = parser.parse_args()
    hush_peers()
    with tempfile.TemporaryDirectory() as temporary:
        run = Run(arguments, arguments.work or temporary)
        judge(run)
    if heads:
        judging.print_table(heads, run.rows)
        if not run.rows and not run.skipped and not run.failures:
            run.failures.append("nothing was judged")
    sys.exit(judging.exit_code(run.failures, run.skipped))
