"""Text tests of the compiler: lit with FileCheck over the folders below."""

import os

import lit.formats
from lit.llvm import llvm_config

config.name = "qcompile"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
# These folders hold tests of other runners, and their data.
config.excludes = ["bench", "conformance", "hygiene", "models", "plugin", "requirements", "unit", "wrong-backend", "Inputs"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = os.path.join(config.qcompile_binary_dir, "tests")

# Messages must not depend on the language of whoever runs the tests.
config.environment["LC_ALL"] = "C.UTF-8"
config.substitutions.append(("%models", os.path.join(config.qcompile_source_dir, "tests", "models")))
config.substitutions.append(("%wrong_backend", os.path.join(
    config.qcompile_binary_dir, "tests", "wrong-backend", "wrong_backend.so")))
config.substitutions.append(("%python", config.python_executable))

llvm_config.add_tool_substitutions(
    ["qcompile-opt", "qcompile"], [os.path.join(config.qcompile_binary_dir, "bin")])
llvm_config.add_tool_substitutions(["FileCheck", "not", "split-file"], [config.llvm_tools_dir])
