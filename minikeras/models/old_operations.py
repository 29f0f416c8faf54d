"""Functions of TensorFlow in graphs that Keras 2 wrote, said in operations of Keras 3.

TF 2.4 to 2.15 writes ``TFOpLambda`` and ``SlicingOpLambda`` with the function's name, TF 2.0 to 2.3 ``TensorFlowOpLayer``
with the node of TensorFlow's own graph.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.naming import shorten, snake_case
from minikeras._core.nest import flatten
from minikeras._core.symbolic import KerasTensor

OLD_KINDS = ("TFOpLambda", "SlicingOpLambda", "TensorFlowOpLayer")

# TensorFlow's name -> Keras' function, its arguments in TensorFlow's order; "=" where they are called something else here
FUNCTIONS = {
    name: line.split()
    for line, names in {
        "add x1=x x2=y": "math.add __operators__.add",
        "subtract x1=x x2=y": "math.subtract",
        "multiply x1=x x2=y": "math.multiply",
        "true_divide x1=x x2=y": "math.truediv math.divide",
        "power x1=x x2=y": "math.pow",
        "mod x1=x x2=y": "math.floormod",
        "floor_divide x1=x x2=y": "compat.v1.floor_div math.floordiv",
        "maximum x1=x x2=y": "math.maximum",
        "minimum x1=x x2=y": "math.minimum",
        "divide_no_nan x1=x x2=y": "math.divide_no_nan",
        "equal x1=x x2=y": "math.equal",
        "not_equal x1=x x2=y": "math.not_equal",
        "greater x1=x x2=y": "math.greater",
        "less x1=x x2=y": "math.less",
        "greater_equal x1=x x2=y": "math.greater_equal",
        "less_equal x1=x x2=y": "math.less_equal",
        "logical_and x1=x x2=y": "math.logical_and",
        "logical_or x1=x x2=y": "math.logical_or",
        "logical_not x": "math.logical_not",
        "sqrt x": "math.sqrt",
        "square x": "math.square",
        "rsqrt x": "math.rsqrt",
        "exp x": "math.exp",
        "expm1 x": "math.expm1",
        "log x": "math.log",
        "log1p x": "math.log1p",
        "abs x": "math.abs",
        "negative x": "math.negative",
        "sign x": "math.sign",
        "round x": "math.round",
        "floor x": "math.floor",
        "ceil x": "math.ceil",
        "sin x": "math.sin",
        "cos x": "math.cos",
        "tan x": "math.tan",
        "tanh x": "math.tanh nn.tanh",
        "sigmoid x": "math.sigmoid nn.sigmoid",
        "erf x": "math.erf",
        "softplus x": "math.softplus nn.softplus",
        "reciprocal x": "math.reciprocal",
        "isnan x": "math.is_nan",
        "mean x=input_tensor axis keepdims": "math.reduce_mean",
        "sum x=input_tensor axis keepdims": "math.reduce_sum",
        "max x=input_tensor axis keepdims": "math.reduce_max",
        "min x=input_tensor axis keepdims": "math.reduce_min",
        "prod x=input_tensor axis keepdims": "math.reduce_prod",
        "std x=input_tensor axis keepdims": "math.reduce_std",
        "var x=input_tensor axis keepdims": "math.reduce_variance",
        "any x=input_tensor axis keepdims": "math.reduce_any",
        "all x=input_tensor axis keepdims": "math.reduce_all",
        "logsumexp x=input_tensor axis keepdims": "math.reduce_logsumexp",
        "cumsum x axis": "math.cumsum",
        "cumprod x axis": "math.cumprod",
        "argmax x=input axis": "math.argmax",
        "argmin x=input axis": "math.argmin",
        "top_k x=input k sorted": "math.top_k nn.top_k",
        "sort x=values axis": "sort",
        "relu x=features": "nn.relu",
        "relu6 x=features": "nn.relu6",
        "leaky_relu x=features negative_slope=alpha": "nn.leaky_relu",
        "elu x=features": "nn.elu",
        "selu x=features": "nn.selu",
        "silu x=features": "nn.silu nn.swish",
        "softmax x=logits axis": "nn.softmax",
        "log_softmax x=logits axis": "nn.log_softmax",
        "softsign x=features": "nn.softsign",
        "concatenate xs=values axis": "concat",
        "stack x=values axis": "stack",
        "unstack x=value num axis": "unstack",
        "reshape x=tensor newshape=shape": "reshape",
        "transpose x=a axes=perm": "transpose compat.v1.transpose",
        "expand_dims x=input axis": "expand_dims",
        "squeeze x=input axis": "squeeze compat.v1.squeeze",
        "tile x=input repeats=multiples": "tile",
        "repeat x=input repeats axis": "repeat",
        "flip x=tensor axis": "reverse",
        "roll x=input shift axis": "roll",
        "broadcast_to x=input shape": "broadcast_to",
        "stop_gradient variable=input": "stop_gradient",
        "zeros_like x=input": "zeros_like",
        "ones_like x=input": "ones_like",
        "where condition x1=x x2=y": "where",
        "take x=params indices axis": "gather compat.v1.gather",
        "clip x=t x_min=clip_value_min x_max=clip_value_max": "clip_by_value",
        "depth_to_space x=input block_size": "nn.depth_to_space",
        "space_to_depth x=input block_size": "nn.space_to_depth",
        "tensordot x1=a x2=b axes": "tensordot",
    }.items()
    for name in names.split()
}


def _needed(o: Any) -> dict[str, Callable]:
    """Functions whose arguments mean something else here, or that take several operations."""

    def matmul(a, b, transpose_a=False, transpose_b=False, **rest):
        a, b = (o.swapaxes(t, -1, -2) if turned else t for t, turned in ((a, transpose_a), (b, transpose_b)))
        return o.matmul(a, b)

    def l2_normalize(x, axis=None, epsilon=1e-12, **rest):
        return x * o.rsqrt(o.maximum(o.sum(o.square(x), axis=axis, keepdims=True), epsilon))

    def split(value, num_or_size_splits, axis=0, **rest):
        parts = num_or_size_splits
        return o.split(value, parts if isinstance(parts, int) else [int(n) for n in np.cumsum(parts)[:-1]], axis=axis)

    def pad(tensor, paddings, mode="CONSTANT", constant_values=0, **rest):
        mode = mode.lower()
        return o.pad(
            tensor, paddings, mode, **({"constant_values": constant_values} if mode == "constant" and constant_values else {})
        )

    def pool(kind):
        def run(input, ksize, strides=None, padding="VALID", **rest):
            size, steps = (v[1:-1] if isinstance(v, list) and len(v) == len(input.shape) else v for v in (ksize, strides))
            return kind(input, size, steps, padding.lower())

        return run

    def norm(tensor, ord="euclidean", axis=None, keepdims=False, **rest):
        return (
            o.sqrt(o.sum(o.square(tensor), axis=axis, keepdims=bool(keepdims)))
            if ord == "euclidean"
            else o.norm(tensor, ord, axis, bool(keepdims))
        )

    average, largest = pool(o.average_pool), pool(o.max_pool)
    return {
        "linalg.matmul": matmul,
        "matmul": matmul,
        "math.l2_normalize": l2_normalize,
        "nn.l2_normalize": l2_normalize,
        "split": split,
        "compat.v1.pad": pad,
        "pad": pad,
        "compat.v1.norm": norm,
        "norm": norm,
        "nn.avg_pool2d": average,
        "nn.avg_pool": average,
        "nn.max_pool2d": largest,
        "nn.max_pool": largest,
        "math.squared_difference": lambda x, y, **rest: o.square(o.subtract(x, y)),
        "math.add_n": lambda inputs, **rest: sum_of(inputs),
        "nn.bias_add": lambda value, bias, **rest: o.add(
            value, np.asarray(bias, "float32") if isinstance(bias, list) else bias
        ),
        "nn.gelu": lambda features, approximate=False, **rest: o.gelu(features, approximate=approximate),
        "cast": lambda x, dtype, **rest: o.cast(x, _dtype(dtype)),
        "one_hot": lambda indices, depth, axis=-1, dtype=None, **rest: o.one_hot(
            indices, depth, axis=-1 if axis is None else axis
        ),
        "identity": lambda input, **rest: input,
        "convert_to_tensor": lambda value, **rest: value,
        "image.resize": lambda images, size, method="bilinear", **rest: o.image.resize(
            images, tuple(size), interpolation=method
        ),
        "__operators__.getitem": _slice,
    }


def sum_of(tensors: list) -> Any:
    """The sum of tensors."""
    first, *rest = tensors
    for t in rest:
        first = first + t
    return first


def _dtype(value: Any) -> Any:
    """A type as Keras 2 writes it, ``"<dtype: 'float32'>"`` too."""
    return value.split("'")[1] if isinstance(value, str) and value.count("'") == 2 else value


def _slice(x: Any, slice_spec: Any = (), **rest: Any) -> Any:
    """x[slice_spec], in which slices are written as dicts."""

    def read(part):
        if isinstance(part, dict):
            return (
                Ellipsis
                if part.get("class_name") == "__ellipsis__"
                else slice(part.get("start"), part.get("stop"), part.get("step"))
            )
        return Ellipsis if part == "..." else part

    return x[tuple(read(part) for part in slice_spec) if isinstance(slice_spec, (list, tuple)) else read(slice_spec)]


class OldOperation:
    """An operation layer of Keras 2: called on symbolic tensors, it makes the operations of Keras 3 that do the same."""

    def __init__(self, kind: str, config: Any, name: str, ops: Any):
        config = config if isinstance(config, dict) else {}
        self.name = name
        self._inbound_nodes: list = []
        if kind == "TensorFlowOpLayer":
            self.function, self.what = _graph_node(config, name, ops)
            return
        self.what = "__operators__.getitem" if kind == "SlicingOpLambda" else config.get("function")
        self.function = _named_function(self.what, ops) if isinstance(self.what, str) else None
        if self.function is None:
            raise ValueError(f"The function {shorten(self.what)} of layer {name!r}, of TensorFlow 2, is not known here.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        known = {id(t) for t in flatten((args, kwargs)) if isinstance(t, KerasTensor)}
        if not known:
            raise ValueError(f"The operation {self.name!r} in the config is called on no tensor.")
        results = self.function(*args, **{key: value for key, value in kwargs.items() if key != "name"})
        self._name_all(results, known)
        return results

    def _name_all(self, results: Any, known: set[int]) -> None:
        """Call the operation that gives the result as the file does, those on the way to it after it."""
        stack = [t for t in flatten(results) if isinstance(t, KerasTensor) and id(t) not in known]
        taken: set[str] = set()
        seen: set[int] = set()
        while stack:
            operation = stack[0].node.operation
            inputs = [t for t in stack.pop(0).node.inputs if id(t) not in known]
            if id(operation) not in seen:
                seen.add(id(operation))
                name, n = f"{self.name}_{snake_case(operation.class_name)}" if taken else self.name, 1
                while name in taken:
                    name, n = f"{self.name}_{snake_case(operation.class_name)}_{n}", n + 1
                operation.name = name
                taken.add(name)
            stack += inputs


def _named_function(what: str, ops: Any) -> Callable | None:
    needed = _needed(ops).get(what)
    if needed is not None or what not in FUNCTIONS:
        return needed
    function, *given = FUNCTIONS[what]
    pairs = [(pair.partition("=")[2] or pair, pair.partition("=")[0]) for pair in given]
    names = dict(pairs)

    def call(*args, **kwargs):
        found = dict(zip((old for old, _ in pairs), args))
        found.update((key, value) for key, value in kwargs.items() if key in names and value is not None)
        if "keepdims" in found:
            found["keepdims"] = bool(found["keepdims"])
        return getattr(ops, function)(**{names[old]: value for old, value in found.items()})

    return call


# -- nodes of TensorFlow's graph ----------------------------------------------------------------------------------------

NODES = dict(  # TensorFlow's operation -> what it is called as a function
    pair.split("=")
    for pair in (
        "AddV2=math.add Add=math.add Sub=math.subtract Mul=math.multiply RealDiv=math.truediv Pow=math.pow "
        "Maximum=math.maximum Minimum=math.minimum SquaredDifference=math.squared_difference FloorMod=math.floormod "
        "FloorDiv=math.floordiv DivNoNan=math.divide_no_nan Equal=math.equal NotEqual=math.not_equal "
        "Greater=math.greater GreaterEqual=math.greater_equal Less=math.less LessEqual=math.less_equal "
        "LogicalAnd=math.logical_and LogicalOr=math.logical_or LogicalNot=math.logical_not Neg=math.negative "
        "Sqrt=math.sqrt Square=math.square Rsqrt=math.rsqrt Exp=math.exp Log=math.log Log1p=math.log1p Abs=math.abs "
        "Sign=math.sign Tanh=math.tanh Sigmoid=math.sigmoid Relu=nn.relu Relu6=nn.relu6 Elu=nn.elu Selu=nn.selu "
        "Softmax=nn.softmax LogSoftmax=nn.log_softmax Softplus=nn.softplus Sin=math.sin Cos=math.cos Floor=math.floor "
        "Ceil=math.ceil Mean=math.reduce_mean Sum=math.reduce_sum Max=math.reduce_max Min=math.reduce_min "
        "Prod=math.reduce_prod Any=math.reduce_any All=math.reduce_all Reshape=reshape Transpose=transpose "
        "ExpandDims=expand_dims Squeeze=squeeze Tile=tile ConcatV2=concat Pack=stack MatMul=matmul BatchMatMulV2=matmul "
        "Cast=cast Identity=identity StopGradient=stop_gradient GatherV2=gather SelectV2=where Select=where "
        "ArgMax=math.argmax Pad=pad LeakyRelu=nn.leaky_relu ZerosLike=zeros_like OnesLike=ones_like "
        "StridedSlice=__operators__.getitem BiasAdd=nn.bias_add "
    ).split()
)
TYPES = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_HALF": "float16",
    "DT_INT32": "int32",
    "DT_INT64": "int64",
    "DT_BOOL": "bool",
}


def _graph_node(config: dict, name: str, ops: Any) -> tuple[Callable, str]:
    """The function that a node of TensorFlow's graph stands for."""
    node = config.get("node_def")
    try:
        node = json.loads(node) if isinstance(node, str) else node
    except (ValueError, RecursionError):
        node = None
    constants = config.get("constants") or {}
    kind = node.get("op") if isinstance(node, dict) else None
    if not isinstance(kind, str) or kind not in NODES or not isinstance(constants, dict):
        raise ValueError(f"The operation {shorten(kind)} of layer {name!r}, written by TensorFlow 2, is not known here.")
    attributes = node.get("attr") if isinstance(node.get("attr"), dict) else {}
    run = _named_function(NODES[kind], ops)

    def call(tensors):
        given = list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]
        for at in sorted(int(key) for key in constants):
            given.insert(at, constants[str(at)] if str(at) in constants else constants[at])
        return _call_node(kind, run, given, attributes)

    return call, kind


def _call_node(kind: str, run: Callable, given: list, attributes: dict) -> Any:
    flag = lambda key: bool(_attribute(attributes, key, "b", False))  # noqa: E731
    if kind in ("ConcatV2",):
        return run(given[:-1], given[-1])
    if kind == "Pack":
        return run(given, int(_attribute(attributes, "axis", "i", 0)))
    if kind in ("Mean", "Sum", "Max", "Min", "Prod", "Any", "All"):
        return run(*given, flag("keep_dims"))
    if kind == "Squeeze":
        axes = _attribute(attributes, "squeeze_dims", "list", {}).get("i", [])
        return run(given[0], [int(n) for n in axes] or None)
    if kind == "Cast":
        return run(given[0], TYPES.get(_attribute(attributes, "DstT", "type", "DT_FLOAT"), "float32"))
    if kind in ("MatMul", "BatchMatMulV2"):
        return run(*given, flag("transpose_a") or flag("adj_x"), flag("transpose_b") or flag("adj_y"))
    if kind == "LeakyRelu":
        return run(given[0], float(_attribute(attributes, "alpha", "f", 0.2)))
    return run(given[0], _strided(*given[1:4], attributes)) if kind == "StridedSlice" else run(*given)


def _attribute(attributes: dict, key: str, kind: str, default: Any) -> Any:
    found = attributes.get(key)
    return found.get(kind, default) if isinstance(found, dict) else default


def _strided(begin: list, end: list, steps: list, attributes: dict) -> list:
    """The parts of an index from three lists and the masks that say which of their numbers count."""
    mask = {
        key: int(_attribute(attributes, f"{key}_mask", "i", 0))
        for key in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    parts: list = []
    for i, (first, last, step) in enumerate(zip(begin, end, steps)):
        on = {key: value >> i & 1 for key, value in mask.items()}
        if on["ellipsis"]:
            parts.append({"class_name": "__ellipsis__"})
        elif on["new_axis"]:
            parts.append(None)
        elif on["shrink_axis"]:
            parts.append(int(first))
        else:
            parts.append(
                {"start": None if on["begin"] else int(first), "stop": None if on["end"] else int(last), "step": int(step)}
            )
    return parts
