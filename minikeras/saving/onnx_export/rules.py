"""How a model is walked through: each layer and operation by its rule, masks beside the numbers.

    LAYERS[class](layer, x, **arguments) -> y       what a layer computes in prediction; x and y as those of its `forward`
    MASKS[compute_mask](layer, x, mask) -> mask     what its `compute_mask` computes
    OPERATIONS[name](to, **arguments) -> y          what an operation of `keras.ops` computes

The rules stand in the other files of this package, beside those that are like them.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import layers
from minikeras._core import dtypes
from minikeras._core.nest import flatten, is_nested, map_leaves
from minikeras._core.operation import Operation
from minikeras._core.symbolic import KerasTensor, Node, symbolic_leaves
from minikeras._core.variable import Variable
from minikeras.layers.calling import call_spec
from minikeras.saving.onnx_export.functions import FUNCTIONS
from minikeras.saving.onnx_export.graph import Graph, Tensor, cast
from minikeras.saving.onnx_export.operations import compute

LAYERS: dict[type, Callable] = {}
MASKS: dict[Callable, Callable] = {}
REFUSED: dict[type, str] = {}  # layers that ONNX has no words for, with the reason
OWN = {"build", "get_config", "from_config", "compute_output_shape", "build_from_config", "get_build_config"}


def translate(layer: Any, x: Any, **arguments) -> Any:
    """Add what a layer, or a model used as one, does to x; return what comes out."""
    return translate_with_mask(layer, x, None, arguments)[0]


def translate_with_mask(layer: Any, x: Any, mask: Any, arguments: dict) -> tuple[Any, Any]:
    """The same for an x with a mask; return also the mask of what comes out."""
    if is_model(layer):
        return run(layer, x, mask)
    rule = rule_of(layer, LAYERS)
    graph = next(t for t in flatten((x, arguments)) if isinstance(t, Tensor)).graph
    graph.path = layer.path
    x, arguments = (map_leaves(lambda t: converted(layer, t), v) for v in (x, arguments))
    try:
        y = rule(layer, x, **arguments)
        return y, mask_after(layer, x, mask)
    except Refusal:
        raise
    except ValueError as error:
        raise Refusal(refusal(layer, str(error))) from None


class Refusal(ValueError):
    """A message that names a layer already."""


def is_model(layer: Any) -> bool:
    """Whether this is a model with a course through its layers that is ours."""
    model = model_class()
    return isinstance(layer, model) and type(layer).forward is model.forward and layer._inputs is not None


def model_class() -> type:
    """`Model`, which stands above this package."""
    return dtypes.registry.table["Functional"].__base__


def rule_of(layer: Any, table: dict) -> Callable:
    """The rule for a layer: that of its class, or of the one it inherits all computing from."""
    for above in type(layer).__mro__:
        if above in REFUSED:
            raise Refusal(refusal(layer, REFUSED[above]))
        if above in table:
            return table[above]
        named = {n for n, v in vars(above).items() if (callable(v) or isinstance(v, property)) and not n.startswith("__")}
        if "__call__" in vars(above) or any(n not in OWN and hasattr(above.__base__, n) for n in named):
            break
    if getattr(layer, "is_traced", True) and type(layer).call is not layers.Layer.call:
        return table[layers.Layer]  # a class of your own: see own.py
    raise Refusal(refusal(layer, "there is no translation for a forward() of your own: write a call() instead"))


def refusal(layer: Any, why: str) -> str:
    """The message that a layer can't be exported."""
    kind = f"operation {type(layer).__name__}" if isinstance(layer, Operation) else type(layer).__name__
    kind = layer.class_name if isinstance(layer, Operation) else kind
    what = "Operation" if isinstance(layer, Operation) else "Layer"
    return (
        f"{what} {layer.name!r} ({kind}) can't be exported to ONNX: {why}. "
        "Put layers and activations of minikeras in its place, or keep the model by model.save('model.keras')."
    )


def converted(layer: Any, t: Any) -> Any:
    """A tensor in the number type that a layer's forward would compute in."""
    if not isinstance(t, Tensor) or t.dtype.kind == "b":
        return t
    own = layer.compute_dtype
    if t.dtype.kind != "f":  # layers and models of your own take them as they are
        return cast(t, own) if layer.float_inputs and layer.casts_inputs and not layer.is_traced else t
    if own == layer.variable_dtype and layer.casts_inputs:
        return cast(t, own)
    return cast(t, np.result_type(t.dtype, *(v.dtype for v in layer.weights if np.dtype(v.dtype).kind == "f")))


# -- models ---------------------------------------------------------------------------------------------------------------


def run(model: Any, x: Any, mask: Any = None) -> tuple[Any, Any]:
    """Walk through the nodes of a model; x, mask and what is returned in the structures of its inputs and outputs."""
    x = model._flat(x)
    given = [x] if isinstance(x, Tensor) else x
    masks = flatten(mask) if isinstance(mask, (list, tuple, dict)) else [mask] * len(given)
    values = {id(t): v for t, v in zip(model.inputs, given)}
    seen = {id(t): m for t, m in zip(model.inputs, masks)}
    walk(model._nodes, values, seen, given[0].graph)
    ys, masks = ([table[id(t)] for t in model.outputs] for table in (values, seen))
    one = len(ys) == 1
    return model._structured(ys[0] if one else ys), None if all(m is None for m in masks) else masks[0] if one else masks


def walk(nodes: list[Node], values: dict, seen: dict, graph: Graph) -> None:
    """Enter what comes out of each node, and its masks, into ``values`` and ``seen`` (by the id of the symbolic tensor)."""
    for node in nodes:
        if isinstance(node.operation, Operation):
            y, after = operate(node, values, graph), None
        else:
            y, after = call(node, values, seen, graph)
        tensors = flatten(node.outputs)
        several = isinstance(after, (list, tuple)) and len(after) == len(tensors)
        for i, (t, v) in enumerate(zip(tensors, flatten(y), strict=True)):
            values[id(t)], seen[id(t)] = v, after[i] if several else after


def call(node: Node, values: dict, seen: dict, graph: Graph) -> tuple[Any, Any]:
    """One call of a layer, with the masks that travel with its arguments."""
    layer, spec = node.operation, call_spec(type(node.operation).call)
    given = {n: v for n, v in node.kwargs.items() if n != "training" and v is not None}
    if node.kwargs.get("training") in (True, 1):
        raise Refusal(refusal(layer, "it is called with training=True, and the graph predicts"))
    x, arguments = put(node.args[0], values, graph), {n: put(v, values, graph) for n, v in given.items()}
    mask = arguments.get("mask")
    if mask is None:
        mask = _none(put(node.args[0], seen, graph))
        if mask is not None and "mask" in spec.names:
            arguments["mask"] = mask
    for name in [n for n in spec.names if n.endswith("_mask") and n not in given]:
        source = node.args[0] if name == f"{spec.first}_mask" else given.get(name[: -len("_mask")])
        own = _none(put(source, seen, graph)) if source is not None and symbolic_leaves(source) else None
        if own is not None:
            arguments[name] = own
    return translate_with_mask(layer, x, mask, arguments)


def operate(node: Node, values: dict, graph: Graph) -> Any:
    """One operation."""
    graph.path = node.operation.name
    try:
        return compute(node, put(node.args, values, graph), put(node.kwargs, values, graph), graph)
    except ValueError as error:
        raise Refusal(refusal(node.operation, str(error))) from None


def put(value: Any, values: dict, graph: Graph) -> Any:
    """A structure of symbolic tensors with what came out for them; variables as constants."""
    if isinstance(value, KerasTensor):
        return values.get(id(value))
    if isinstance(value, Variable):
        return graph.weight(value, value.value.dtype)
    return map_leaves(lambda v: put(v, values, graph), value) if is_nested(value) else value


def _none(mask: Any) -> Any:
    return None if all(m is None for m in flatten(mask)) else mask


def mask_after(layer: Any, x: Any, mask: Any) -> Any:
    """The mask of what a layer gives."""
    compute_mask = type(layer).compute_mask
    if compute_mask in (layers.Layer.compute_mask, model_class().compute_mask):
        return mask if layer.supports_masking else None
    if mask is None and not layer.makes_mask:
        return None
    if compute_mask not in MASKS:
        raise ValueError("there is no translation for a compute_mask of your own")
    return MASKS[compute_mask](layer, x, mask)


# -- activations ----------------------------------------------------------------------------------------------------------


def activation(layer: Any, x: Tensor, f: Any = None) -> Tensor:
    """φ(x), φ a function, one with arguments bound, or a layer"""
    f, arguments = layer.activation if f is None else f, {}
    if isinstance(f, layers.Layer):
        return translate(f, x)
    if isinstance(f, functools.partial) and not f.args:
        f, arguments = f.func, f.keywords
    try:
        rule = FUNCTIONS.get(f)
    except TypeError:  # an object without a hash
        rule = None
    return rule(x, **arguments) if rule is not None else _own_activation(functools.partial(f, **arguments), x)


def _own_activation(f: functools.partial, x: Tensor) -> Tensor:
    """φ(x) of a function of the user's, which is followed as a Lambda's"""
    try:
        return LAYERS[layers.Lambda](layers.Lambda(f), x)
    except ValueError as error:
        name = getattr(f.func, "__name__", None) or repr(f.func)
        raise ValueError(f"its activation {name!r} is none of keras.activations, and {error}") from None


def weight(x: Tensor, variable: Any, *shape: int) -> Tensor:
    """A weight in the type of x, in a shape."""
    return x.graph.weight(variable, x.dtype, (lambda v: v.reshape(shape)) if shape else None, shape)
