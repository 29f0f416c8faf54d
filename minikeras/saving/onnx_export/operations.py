"""The operations of `keras.ops` and of NumPy that stand in a graph: the table `OPERATIONS` from Keras' names to rules.

A rule gets ``to``, which knows the number type of the result, and the operation's arguments by name: tensors of the graph where
there were symbolic ones, else what the user gave. Those of windows are entered by `windows`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations as act
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.symbolic import Node
from minikeras.saving.onnx_export import arrays as ar
from minikeras.saving.onnx_export import elementwise as el
from minikeras.saving.onnx_export import moves as mv
from minikeras.saving.onnx_export import shapes as sh
from minikeras.saving.onnx_export.elementwise import To
from minikeras.saving.onnx_export.graph import Graph, cast, op


def compute(node: Node, args: Any, kwargs: Any, graph: Graph) -> Any:
    """Add what a node of operations computes."""
    from minikeras.ops import OPERATIONS as known  # only models with operations need it: it takes its time to import

    operation = node.operation
    rule, function = OPERATIONS.get(operation.class_name), known.get(operation.class_name, operation.function)
    if rule is None:
        raise ValueError("there is no translation for this operation")
    try:
        given = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"its arguments are not those of keras.ops: {error}") from None
    given.apply_defaults()
    outs = flatten(node.outputs)
    y = rule(To(graph, np.dtype(str(outs[0].dtype)), tuple(outs[0].shape)), *given.args, **given.kwargs)
    flat = [cast(part, str(spec.dtype)) for part, spec in zip(flatten(y), outs, strict=True)]
    return pack_sequence_as(node.outputs, flat)


OPERATIONS: dict[str, Callable] = {
    "Absolute": el.one("Abs"),
    "Add": el.of(lambda a, b: a + b),
    "All": ar.truths("ReduceMin"),
    "Amax": ar.reduced("ReduceMax"),
    "Amin": ar.reduced("ReduceMin"),
    "Any": ar.truths("ReduceMax"),
    "Arccos": el.narrow("Acos"),
    "Arccosh": el.narrow("Acosh"),
    "Arcsin": el.narrow("Asin"),
    "Arcsinh": el.narrow("Asinh"),
    "Arctan": el.narrow("Atan"),
    "Arctanh": el.narrow("Atanh"),
    "Argmax": ar.place_of("ArgMax"),
    "Argmin": ar.place_of("ArgMin"),
    "Array": el.same,
    "Average": ar.average,
    "BroadcastTo": mv.broadcast_to,
    "Cast": lambda to, x, dtype: el.truth(to, x) if to.dtype == bool else to.lift(x),
    "Ceil": el.one("Ceil"),
    "Celu": el.activation(act.celu),
    "Clip": el.clip_between,
    "Concatenate": mv.concatenate,
    "ConvertToTensor": el.same,
    "Copy": el.same,
    "Cos": el.one("Cos"),
    "Cosh": el.of(lambda x: (op("Exp", x) + op("Exp", -x)) * 0.5),
    "CountNonzero": ar.count_nonzero,
    "Cumsum": ar.cumsum,
    "Divide": el.of(lambda a, b: a / b),
    "Dot": ar.dot,
    "DotProductAttention": ar.attention,
    "Einsum": ar.einsum,
    "Elu": el.activation(act.elu),
    "Equal": el.compare("Equal"),
    "Erf": el.narrow("Erf"),
    "Exp": el.one("Exp"),
    "Exp2": el.of(lambda x: op("Exp", x * math.log(2.0))),
    "ExpandDims": mv.expand_dims,
    "Expm1": el.of(el.expm1),
    "Flip": mv.flip,
    "Floor": el.one("Floor"),
    "FloorDivide": el.floor_divide,
    "FullLike": mv.filled(),
    "Gelu": el.activation(act.gelu),
    "GetItem": mv.getitem,
    "Glu": el.activation(act.glu),
    "Greater": el.compare("Greater"),
    "GreaterEqual": el.compare("GreaterOrEqual"),
    "HardShrink": el.activation(act.hard_shrink),
    "HardSigmoid": el.activation(act.hard_sigmoid),
    "HardSilu": el.activation(act.hard_silu),
    "HardTanh": el.activation(act.hard_tanh),
    "Hstack": lambda to, xs: mv.concatenate(to, xs, 0 if xs[0].ndim == 1 else 1),
    "Isfinite": lambda to, x: op("Abs", x) < math.inf,
    "Isinf": lambda to, x: op("Equal", op("Abs", x), math.inf, dtype=bool),
    "Isnan": lambda to, x: op("IsNaN", x, dtype=bool),
    "LeakyRelu": el.activation(act.leaky_relu),
    "Less": el.compare("Less"),
    "LessEqual": el.compare("LessOrEqual"),
    "Log": el.one("Log"),
    "Log10": el.of(lambda x: op("Log", x) * (1.0 / math.log(10.0))),
    "Log1p": el.of(el.log1p),
    "Log2": el.of(lambda x: op("Log", x) * (1.0 / math.log(2.0))),
    "LogSigmoid": el.activation(act.log_sigmoid),
    "LogSoftmax": el.activation(act.log_softmax),
    "Logaddexp": el.of(el.logaddexp),
    "LogicalAnd": el.logical("And"),
    "LogicalNot": el.logical("Not"),
    "LogicalOr": el.logical("Or"),
    "LogicalXor": el.logical("Xor"),
    "Logsumexp": ar.logsumexp,
    "Matmul": el.of(sh.matmul),
    "Max": ar.reduced("ReduceMax"),
    "Maximum": el.of(lambda a, b: op("Max", a, b)),
    "Mean": ar.reduced("ReduceMean"),
    "Min": ar.reduced("ReduceMin"),
    "Minimum": el.of(lambda a, b: op("Min", a, b)),
    "Mod": el.mod,
    "Moments": ar.moments,
    "Moveaxis": mv.moveaxis,
    "Multiply": el.of(lambda a, b: a * b),
    "NanToNum": el.nan_to_num,
    "Negative": el.one("Neg"),
    "Norm": ar.norm,
    "Normalize": ar.normalize,
    "NotEqual": el.compare("Equal", inverse=True),
    "OneHot": mv.one_hot,
    "OnesLike": mv.filled(1),
    "Outer": ar.outer,
    "Pad": mv.padded,
    "Power": el.of(lambda a, b: op("Pow", a, b)),
    "Prod": ar.prod,
    "Ravel": lambda to, x: sh.reshape(x, -1),
    "Reciprocal": el.one("Reciprocal"),
    "Relu": el.activation(act.relu),
    "Relu6": el.activation(act.relu6),
    "Repeat": mv.repeat,
    "Reshape": mv.reshape,
    "Roll": mv.roll,
    "Round": el.round_to,
    "Rsqrt": el.of(lambda x: 1.0 / op("Sqrt", x)),
    "Selu": el.activation(act.selu),
    "Sigmoid": el.activation(act.sigmoid),
    "Sign": el.one("Sign"),
    "Silu": el.activation(act.silu),
    "Sin": el.one("Sin"),
    "Sinh": el.of(lambda x: (op("Exp", x) - op("Exp", -x)) * 0.5),
    "SoftShrink": el.activation(act.soft_shrink),
    "Softmax": el.activation(act.softmax),
    "Softplus": el.activation(act.softplus),
    "Softsign": el.activation(act.softsign),
    "SparsePlus": el.activation(act.sparse_plus),
    "SparseSigmoid": el.activation(act.sparse_sigmoid),
    "Sparsemax": el.activation(act.sparsemax),
    "Split": mv.split,
    "Sqrt": el.one("Sqrt"),
    "Square": el.of(lambda x: x * x),
    "Squareplus": el.activation(act.squareplus),
    "Squeeze": mv.squeeze,
    "Stack": mv.stack,
    "Std": lambda to, *given: op("Sqrt", ar.variance(to, *given)),
    "StopGradient": el.same,
    "Subtract": el.of(lambda a, b: a - b),
    "Sum": ar.reduced("ReduceSum"),
    "Swapaxes": mv.swapaxes,
    "Take": mv.take,
    "TakeAlongAxis": mv.take_along_axis,
    "Tan": el.of(lambda x: op("Sin", x) / op("Cos", x)),
    "Tanh": el.one("Tanh"),
    "TanhShrink": el.activation(act.tanh_shrink),
    "Tensordot": ar.tensordot,
    "Threshold": el.activation(act.threshold),
    "Tile": mv.tile,
    "TopK": ar.top_k,
    "Transpose": mv.transposed,
    "Tril": mv.triangle(0),
    "Triu": mv.triangle(1),
    "TrueDivide": el.of(lambda a, b: a / b),
    "Trunc": el.of(lambda x: op("Sign", x) * op("Floor", op("Abs", x))),
    "Unstack": mv.unstack,
    "Var": ar.variance,
    "Vstack": lambda to, xs: mv.concatenate(to, [sh.expand_dims(x, 0) if x.ndim == 1 else x for x in xs], 0),
    "Where": el.choose,
    "ZerosLike": mv.filled(0),
}
