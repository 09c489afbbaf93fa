#!/usr/bin/env python3
"""Operators in the float types that node tests do not have: each test on float32 again in float64, float16, bfloat16.

A test is written anew for every other type that the operator's schema allows, with operands that float32 does not hold.
The judge is onnx' reference evaluator, for some operators on their functions. Results in float64 must be of double
precision: a float32 step on the way is found. Nothing may be wrong, and no type may be refused.
"""

import argparse
import copy
import pathlib
import sys
import tempfile

import ml_dtypes
import numpy as np
import onnx
from onnx import AttributeProto, FunctionProto, TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import judging
import node_models
import node_tests

TYPES = {"double": (TensorProto.DOUBLE, np.float64), "float16": (TensorProto.FLOAT16, np.float16),
         "bfloat16": (TensorProto.BFLOAT16, ml_dtypes.bfloat16)}
# How far results may be from those of the judge. It takes narrow floats as float32 and rounds once, where functions
# round at each step.
TOLERANCES = {"double": (1e-12, 1e-13), "float16": (2e-2, 1e-2), "bfloat16": (6e-2, 3e-2)}
# Where float64 is judged in float32: onnx' evaluator computes so, or the function does (its attribute stash_type says
# so, or its constants are float32).
JUDGED_IN_FLOAT32 = {"Attention", "DeformConv", "Erf", "Gelu", "GridSample", "GroupNormalization", "LayerNormalization",
                     "LRN", "RMSNormalization", "Resize", "RotaryEmbedding"}
# The judge has another result: it rounds to 8 bits by way of float32 (Cast), ignores the operand's type (AffineGrid),
# rounds counts up (OneHot), divides in float32 and casts infinities (QuantizeLinear), or lacks the operator (Scatter).
NOT_JUDGED = {"AffineGrid", "Cast", "CastLike", "OneHot", "QuantizeLinear", "Scatter"}
# Where onnx' evaluator does not do what the function of the operator says.
BY_FUNCTION = {"GroupNormalization", "LayerNormalization", "RMSNormalization"}


def formal(parameters, names):
    return [(name, parameters[min(i, len(parameters) - 1)].type_str) for i, name in enumerate(names) if name]


def retype(model, schema, allowed):
    """The model with its float32 values in another type, where their parameters allow it, and their names; or None."""
    node = model.graph.node[0]
    parameters = {c.type_param_str for c in schema.type_constraints if allowed in c.allowed_type_strs}
    names = {name for name, parameter in formal(schema.inputs, node.input) + formal(schema.outputs, node.output)
             if parameter in parameters}
    model = copy.deepcopy(model)
    changed = set()
    for value in (*model.graph.input, *model.graph.output):
        if value.name in names and value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TYPES[allowed[7:-1]][0]
            changed.add(value.name)
    try:
        onnx.checker.check_model(model, full_check=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError):
        return None  # an attribute says the type
    return (model, changed) if changed else None


def as_function(model, schema, opset):
    """The model whose node calls the operator's function."""
    model = copy.deepcopy(model)
    node = model.graph.node[0]
    written = {attribute.name for attribute in node.attribute}
    node.attribute.extend(attribute.default_value for name, attribute in schema.attributes.items()
                          if name not in written and attribute.default_value.name)
    types = {value.name: value.type.SerializeToString() for value in model.graph.input}
    inputs = [types.get(name, b"") for name in node.input]
    version = max(v for v in schema.context_dependent_function_opset_versions if v <= opset)
    function = FunctionProto.FromString(
        schema.get_context_dependent_function_with_opset_version(version, node.SerializeToString(), inputs))
    for call, body in ((node.input, function.input), (node.output, function.output)):
        del body[len(call):]
    node.domain = function.domain = "body"
    model.functions.append(function)
    model.opset_import.append(helper.make_opsetid("body", 1))
    return model


def judge(model, schema, opset, feeds):
    if schema.name in BY_FUNCTION:
        model = as_function(model, schema, opset)
    return ReferenceEvaluator(model).run(None, feeds)


def widen(model, changed):
    model = copy.deepcopy(model)
    for value in (*model.graph.input, *model.graph.output):
        if value.name in changed:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    return model


def write_variant(model, changed, schema, opset, source, folder):
    """One test of the group that the folder is in; nothing where the judge has no answer."""
    group = folder.parent.name
    kind = group.split("-", maxsplit=1)[0]
    random, feeds = np.random.default_rng(0), {}
    for i, value in enumerate(model.graph.input):
        array = judging.read_tensor(source / f"input_{i}.pb")
        if value.name in changed:
            array = array.astype(TYPES[kind][1])
        if value.name in changed and group == "double":
            array = array * (1 + random.integers(1, 1 << 20, array.shape) * 2.0**-52)
        feeds[value.name] = np.asarray(array)
    try:
        if kind == "double":
            outputs = judge(model, schema, opset, feeds)
        else:
            wide = {name: array.astype(np.float32) if name in changed else array for name, array in feeds.items()}
            outputs = [np.asarray(array).astype(TYPES[kind][1]) if value.name in changed else array
                       for array, value in zip(judge(widen(model, changed), schema, opset, wide), model.graph.output)]
    except Exception:  # pylint: disable=broad-except
        return
    node_models.write_test(folder, model, feeds, outputs)


def write_tests(archive, folder):
    with tempfile.TemporaryDirectory() as unpacked:
        node_tests.unpack(archive, unpacked)
        for path in sorted(pathlib.Path(unpacked).rglob("model.onnx")):
            model = onnx.load(path)
            node = model.graph.node[0]
            graphs = any(attribute.type == AttributeProto.GRAPH for attribute in node.attribute)
            if len(model.graph.node) != 1 or node.domain or graphs or node.op_type in NOT_JUDGED:
                continue
            opset = next(i.version for i in model.opset_import if not i.domain)
            schema = onnx.defs.get_schema(node.op_type, opset, "")
            for kind in TYPES:
                variant = retype(model, schema, f"tensor({kind})")
                if variant:
                    precise = kind != "double" or node.op_type not in JUDGED_IN_FLOAT32
                    group = kind if precise else "double-as-float"
                    write_variant(*variant, schema, opset, path.parent / "test_data_set_0",
                                  folder / group / path.parent.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True, help="the program node-tests")
    parser.add_argument("--backend", default="reference")
    arguments = parser.parse_args()
    archive, missing, failures = judging.shared_folder() / "data" / node_tests.ARCHIVE, [], []
    if not judging.available(archive, missing):
        return judging.exit_code([], missing)
    with tempfile.TemporaryDirectory() as work:
        write_tests(archive, pathlib.Path(work))
        for group, (relative, absolute) in {**TOLERANCES, "double-as-float": (1e-5, 1e-6)}.items():
            results = node_models.run_tests(pathlib.Path(arguments.runner).resolve(), pathlib.Path(work, group),
                                            f"--backend={arguments.backend}", f"--relative={relative}",
                                            f"--absolute={absolute}")
            bad = [result for result in results if result["result"] == "wrong"
                   or (result["result"] == "unsupported" and "type" in result["message"])]
            failures += [f"{group} {result['name']}: {result['message']}" for result in bad]
            passed = sum(result["result"] == "pass" for result in results)
            print(f"{group}: {passed} of {len(results)} pass, {len(bad)} are wrong or of a type that is not taken")
    return judging.exit_code(failures, missing)


if __name__ == "__main__":
    sys.exit(main())
