"""Generated operators as models: many cases in one file, so that the command starts a few times only."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def output_of(name, kind=TensorProto.FLOAT):
    """A graph output of unknown shape."""
    info = helper.make_empty_tensor_value_info(name)
    info.type.tensor_type.elem_type = kind
    return info


def merge(cases, imports):
    """One model of cases, which have `inputs`, an element type `output`, and `nodes(prefix)` from PREFIXin0, PREFIXin1, … to PREFIXout;
    the prefix of the i-th case is c<i>_. The model's only input goes to an output of its own."""
    nodes, initializers = [helper.make_node("Identity", ["feed"], ["fed"])], []
    outputs = [helper.make_tensor_value_info("fed", TensorProto.FLOAT, [1])]
    for i, case in enumerate(cases):
        prefix = f"c{i}_"
        nodes += case.nodes(prefix)
        initializers += [numpy_helper.from_array(np.asarray(array), f"{prefix}in{j}") for j, array in enumerate(case.inputs)]
        outputs.append(output_of(f"{prefix}out", case.output))
    graph = helper.make_graph(nodes, "cases", [helper.make_tensor_value_info("feed", TensorProto.FLOAT, [1])], outputs,
                              initializers)
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid(*pair) for pair in imports.items()])
