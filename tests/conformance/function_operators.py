#!/usr/bin/env python3
"""Operators that ONNX defines by functions of simpler ones, with inputs that are known at run time only.

The shapes inside such a function are computed from those of its operands, so each model has to get static shapes
throughout. The reference evaluator and the program for the processor are held against ONNX Runtime.
"""


import numpy as np
import onnx
import onnxruntime

import frame
import judging

RELATIVE = 1e-5
ABSOLUTE = 1e-6

# Name, opset, inputs with their shapes (the others are constants), and the nodes that give y.
MODELS = [
    ("layer_normalization", 17, {"x": (2, 3, 8)}, {"s": (8,), "b": (8,)}, "y = LayerNormalization <axis = -1> (x, s, b)"),
    ("rms_normalization", 23, {"x": (2, 3, 8)}, {"s": (8,)}, "y = RMSNormalization <axis = -1> (x, s)"),
    ("rms_normalization_all", 23, {"x": (2, 3, 8)}, {"s": (2, 3, 8)}, "y = RMSNormalization <axis = 0> (x, s)"),
    ("group_normalization", 21, {"x": (2, 6, 5, 4)}, {"s": (6,), "b": (6,)},
     "y = GroupNormalization <num_groups = 3, epsilon = 0.01> (x, s, b)"),
    ("mean_variance_normalization", 13, {"x": (2, 3, 4, 5)}, {}, "y = MeanVarianceNormalization (x)"),
    ("gelu_tanh", 20, {"x": (2, 7)}, {}, 'y = Gelu <approximate = "tanh"> (x)'),
    ("hard_swish", 14, {"x": (2, 7)}, {}, "y = HardSwish (x)"),
    ("mish", 18, {"x": (2, 7)}, {}, "y = Mish (x)"),
    ("celu", 12, {"x": (2, 7)}, {}, "y = Celu <alpha = 0.7> (x)"),
    ("attention", 23, {"q": (2, 4, 5, 8), "k": (2, 4, 6, 8), "v": (2, 4, 6, 3)}, {}, "y = Attention (q, k, v)"),
    ("attention_causal", 23, {"q": (2, 4, 6, 8), "k": (2, 4, 6, 8), "v": (2, 4, 6, 8)}, {},
     "y = Attention <is_causal = 1, scale = 0.25> (q, k, v)"),
    ("attention_flat_heads", 23, {"q": (2, 5, 24), "k": (2, 6, 24), "v": (2, 6, 24)}, {},
     "y = Attention <q_num_heads = 3, kv_num_heads = 3> (q, k, v)"),
    ("attention_shared_heads", 23, {"q": (2, 9, 4, 8), "k": (2, 3, 6, 8), "v": (2, 3, 6, 8)}, {},
     "y = Attention (q, k, v)"),
    ("rotary_embedding", 23, {"x": (2, 3, 4, 8)}, {"c": (2, 4, 4), "s": (2, 4, 4)}, "y = RotaryEmbedding (x, c, s)"),
    ("affine_grid", 20, {"x": (1, 2, 3)}, {}, "z = Constant <value_ints = [1, 3, 4, 5]> () y = AffineGrid (x, z)"),
    ("affine_grid_of_volumes", 20, {"x": (2, 3, 4)}, {},
     "z = Constant <value_ints = [2, 1, 3, 4, 5]> () y = AffineGrid <align_corners = 1> (x, z)"),
    ("transformer_block", 23, {"x": (1, 5, 16)}, {"s": (16,), "w": (16, 48), "o": (16, 16)},
     """n = RMSNormalization <axis = -1> (x, s)
        p = MatMul (n, w)
        q, k, v = Split <axis = -1, num_outputs = 3> (p)
        a = Attention <q_num_heads = 4, kv_num_heads = 4, is_causal = 1> (q, k, v)
        m = MatMul (a, o)
        y = Add (x, m)"""),
]


def build(name, opset, inputs, constants, nodes, random):
    def declare(shapes):
        return ", ".join(f"float[{','.join(map(str, shape))}] {value}" for value, shape in shapes.items())
    model = onnx.parser.parse_model(
        f'<ir_version: 10, opset_import: ["" : {opset}]> {name} ({declare(inputs)}) => (float[] y) {{ {nodes} }}')
    model.graph.output[0].type.tensor_type.ClearField("shape")
    for value, shape in constants.items():
        tensor = random.uniform(-1, 1, shape).astype(np.float32)
        model.graph.initializer.append(onnx.numpy_helper.from_array(tensor, value))
    return model


def compare(qcompile, backend, path, feeds, expected):
    """What is wrong, or nothing."""
    inputs = []
    for value, tensor in feeds.items():
        np.save(path.parent / f"{value}.npy", tensor)
        inputs += ["--input", f"{value}={path.parent / value}.npy"]
    done = qcompile.call("run", path, f"--backend={backend}", "--output-dir", path.parent / backend, *inputs)
    if done.returncode:
        return f"ended with {done.returncode}: {done.stderr[-300:]}"
    found = judging.only_output(judging.read_folder(path.parent / backend))
    if found.shape != expected.shape:
        return f"expected shape {expected.shape}, found {found.shape}"
    if not np.allclose(found, expected, rtol=RELATIVE, atol=ABSOLUTE):
        return f"differs by {np.abs(found - expected).max()}"
    return None


def judge(run):
    for name, opset, inputs, constants, nodes in MODELS:
        path = run.folder / name / "model.onnx"
        path.parent.mkdir()
        onnx.save(build(name, opset, inputs, constants, nodes, run.rng), path)
        feeds = {value: run.rng.uniform(-2, 2, shape).astype(np.float32) for value, shape in inputs.items()}
        expected = onnxruntime.InferenceSession(str(path)).run(None, feeds)[0]
        for backend in ("reference", "cpu"):
            problem = compare(run.qcompile, backend, path, feeds, expected)
            if problem:
                run.failures.append(f"{name} on {backend}: {problem}")
    print(f"{2 * len(MODELS) - len(run.failures)} of {2 * len(MODELS)} runs equal ONNX Runtime's")


if __name__ == "__main__":
    frame.main(judge, __doc__)
