"""ONNX Runtime as a judge: its optimizer, which changes results, is off."""

import onnxruntime


def open_session(model):
    """A session of a model or of a file."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 4  # errors show as exceptions
    options.intra_op_num_threads = 1
    source = model.SerializeToString() if hasattr(model, "SerializeToString") else str(model)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def compute(model, feeds):
    """All outputs by name."""
    session = open_session(model)
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, feeds)))
