"""One step of a model: a layer or an operation, where its arguments come from, and where its results go."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from minikeras._core.nest import flatten, is_nested, map_leaves
from minikeras._core.now import CALL, Call
from minikeras._core.symbolic import KerasTensor, Node, symbolic_leaves
from minikeras._core.tape import traced
from minikeras.activations import DERIVATIVES
from minikeras.layers.calling import call_spec
from minikeras.layers.layer import Layer
from minikeras.models.steps import foreign_type

AT_ONCE = 2**18  # numbers that a layer puts out for the rows that a prediction takes together: 1 MB


class Trail(list):
    """What the layers of a pass keep for the way back, and the masks of what came out."""

    mask: Any = None


def fixed_mode(node: Node) -> bool | None:
    """The ``training=`` that a layer was called with when the graph was made: it holds whatever the model does, as in Keras."""
    mode = node.kwargs.get("training")
    return bool(mode) if isinstance(mode, (bool, int)) and isinstance(node.operation, Layer) else None


def in_mode(function: Callable, mode: bool) -> Callable:
    """A layer's pass that is always, or never, one of training."""
    return lambda x, training=False, **arguments: function(x, mode, **arguments)


def last_activation(unit: Any) -> Any:
    """The activation that a layer ends in, None where a loss can't start from its logits."""
    return unit.activation if getattr(unit, "logits", None) is not None else None


def resolve_inside(unit: Any) -> None:
    if hasattr(type(unit), "resolve_trainable"):
        unit.resolve_trainable()


def retraced(unit: Any, x: Any, training: bool, arguments: dict) -> Any:
    """What a layer or an operation makes of traced arrays, on the tape."""
    if isinstance(unit, Function):
        return unit.traced(x)
    y = unit._compute(x, training, arguments)
    unit.note_activity(y)
    return y


class Told:
    """A layer with arguments that are the same in each pass."""

    def __init__(self, layer: Any, forward: Callable):
        self.layer, self.forward = layer, forward

    def __getattr__(self, name):
        return getattr(self.layer, name)


def goes_by_rows(unit: Any) -> bool:
    """Whether a layer computes each row of a batch by itself, whatever a user has put into it.

    >>> from minikeras.layers import Dense
    >>> goes_by_rows(Dense(1, "relu")), goes_by_rows(Dense(1, lambda x: x - np.mean(x)))
    (True, False)
    """
    activation = getattr(unit, "activation", None)
    known = activation is None or isinstance(activation, FunctionType) and activation in DERIVATIVES
    return known and "by_rows" in vars(type(unit)) and unit.by_rows


def rows_at_once(tensors: list[KerasTensor]) -> int:
    """How many rows of all that layers put out stay in the cache; 0 where sizes are open, or the batch is the only axis: then
    the last one, along which a softmax sums, say.

    >>> from minikeras import Input
    >>> rows_at_once([Input((1024,))]), rows_at_once([Input((None, 2))]), rows_at_once([Input(())])
    (256, 0, 0)
    """
    sizes = [math.prod(n or 0 for n in t.shape[1:]) if len(t.shape) > 1 else 0 for t in tensors]
    return AT_ONCE // max(sizes) if all(sizes) and sizes else 0


class Function:
    """An operation in a course: computed as it is, differentiated by the tape."""

    is_traced = True
    is_penalized = False
    weights = trainable_weights = ()
    activity_regularizer = logits = None

    def __init__(self, node: Node):
        self.function, self.node = node.operation.function, node
        self._asks = getattr(self.function, "asks_training", False)  # whether it wants to know, as K.in_train_phase does
        self.ids = [id(t) for t in node.inputs]

    def _run(self, tensors: Any) -> Any:
        given = dict(zip(self.ids, [tensors] if len(self.ids) == 1 and not isinstance(tensors, list) else tensors))

        def put(value):
            if isinstance(value, KerasTensor):
                return given[id(value)]
            return map_leaves(put, value) if is_nested(value) else value

        return self.function(*put(self.node.args), **put(self.node.kwargs))

    def traced(self, x: Any) -> Any:
        """Compute on a tape."""
        return self._run(x)

    def infer(self, x: Any, training: bool = False) -> Any:
        """Compute."""
        return map_leaves(np.asarray, self._told(x, training) if self._asks else self._run(x))

    def _told(self, x: Any, training: bool) -> Any:
        outer = CALL.set(Call(training))
        try:
            return self._run(x)
        finally:
            CALL.reset(outer)

    def forward(self, x: Any, training: bool = False) -> tuple[Any, Any]:
        """Compute, and keep the tape."""
        run = traced(functools.partial(self._told, training=training) if self._asks else self._run, x)
        return run.value(), run

    def backward(self, dy: Any, run: Any, need_dx: bool = True) -> Any:
        """∂L/∂x of each tensor."""
        dxs = run.back(dy)[0]
        return dxs if isinstance(run.y, list) or len(dxs) > 1 else dxs[0]

    def penalty(self, run: Any) -> float:
        """None."""
        return 0.0


class Step:
    """One node of a graph, resolved: from which slots its arguments come and where its results go."""

    def __init__(self, node: Node, slots: dict[int, int]):
        operation = node.operation
        self.node, self.is_layer = node, isinstance(operation, Layer)
        self.unit: Any = operation if self.is_layer else Function(node)
        tensors = symbolic_leaves((node.args, node.kwargs))
        self.ins = [slots[id(t)] for t in tensors]
        self.outs = [slots[id(t)] for t in flatten(node.outputs)]
        self.single = not is_nested(node.outputs)
        self.plain = len(self.ins) == 1 and (not self.is_layer or node.args and node.args[0] is tensors[0])
        self.constants = {n: v for n, v in node.kwargs.items() if n != "training" and v is not None} if self.is_layer else {}
        self.mode = fixed_mode(node)
        spec = call_spec(type(operation).call) if self.is_layer else None
        self.takes_mask = self.is_layer and "mask" in spec.names and self.constants.get("mask") is None
        self.mask_names = [n for n in (spec.names if spec else ()) if n.endswith("_mask") and self.constants.get(n) is None]
        self.first = spec.first if spec else None
        self.slots = slots
        first = symbolic_leaves(node.args[:1])  # other arguments may be integers, or truth values such as masks
        asked = [t for t in tensors if t.dtype.is_floating or any(t is f for f in first)] if self.is_layer else []
        self.cast = next((dtype for dtype in (foreign_type(operation, t) for t in asked) if dtype is not None), None)
        self.whole = {slots[id(t)] for t in first if not t.dtype.is_floating}

    @property
    def weights(self) -> list:
        """Those that it has now."""
        return self.node.operation.weights

    def by_rows(self) -> bool:
        """Whether each row of the result follows from that row of the arguments alone."""
        if not self.single or self.constants or self.mode or self.cast is not None:
            return False
        if self.is_layer:
            return goes_by_rows(self.unit)
        known = isinstance(self.unit.function, np.ufunc) and not self.node.kwargs
        return known and all(isinstance(a, (KerasTensor, int, float)) for a in self.node.args)

    def gather(self, values: list) -> tuple[Any, dict]:
        """The first argument and the others, from the slots."""
        if self.cast is not None:
            whole = self.whole
            values = [
                v.astype(self.cast, copy=False) if v is not None and (v.dtype.kind == "f" or i in whole) else v
                for i, v in enumerate(values)
            ]
        if self.plain:
            return values[self.ins[0]], self.constants
        if not self.is_layer:
            return [values[i] for i in self.ins], {}
        return self.put(self.node.args[0], values), {n: self.put(v, values) for n, v in self.constants.items()}

    def put(self, value: Any, values: list) -> Any:
        """A structure of symbolic tensors with what their slots hold."""
        if isinstance(value, KerasTensor):
            return values[self.slots[id(value)]]
        return map_leaves(lambda v: self.put(v, values) if isinstance(v, KerasTensor) else v, value)

    def spread(self, y: Any, values: list) -> None:
        """Put results into their slots."""
        if self.single:
            values[self.outs[0]] = y
        else:
            for i, part in zip(self.outs, flatten(y)):
                values[i] = part

    def with_masks(self, x: Any, arguments: dict, masks: list) -> tuple[dict, Any]:
        """The arguments with the masks that travel with them, and the mask of the first argument."""
        if not self.is_layer:
            return arguments, None
        given = {n: v for n, v in self.constants.items() if v is not None}
        mask = given.get("mask") if given.get("mask") is not None and not isinstance(given.get("mask"), KerasTensor) else None
        if isinstance(given.get("mask"), KerasTensor):
            mask = arguments["mask"]
        if mask is None:
            mask = none_of(self.put(self.node.args[0], masks))
            if mask is not None and self.takes_mask:
                arguments = {**arguments, "mask": mask}
        for name in self.mask_names:
            source = self.node.args[0] if name == f"{self.first}_mask" else given.get(name[: -len("_mask")])
            own = none_of(self.put(source, masks)) if source is not None and symbolic_leaves(source) else None
            if own is not None:
                arguments = {**arguments, name: own}
        return arguments, mask

    def mask_after(self, x: Any, mask: Any, kept: Any) -> Any:
        """The mask of the results."""
        if not self.is_layer:
            return None
        if isinstance(kept, Trail):
            return kept.mask
        if mask is not None and not self.unit.supports_masking and type(self.unit).compute_mask is Layer.compute_mask:
            return None
        return self.unit.compute_mask(x, self.unit.no_mask(x) if mask is None else mask)


def none_of(mask: Any) -> Any:
    return None if all(m is None for m in flatten(mask)) else mask


def step_shares(step: Step, passed: tuple, dx: Any) -> list:
    """The gradients of a layer's arguments, one for each symbolic tensor among them, in the order of its slots."""
    args, kwargs = step.node.args, step.constants
    others = dx.arguments if type(dx).__name__ == "Shares" else {}
    first = dx.x if type(dx).__name__ == "Shares" else dx
    shares = _aligned(args[0] if args else None, first)
    for name, value in kwargs.items():
        shares += _aligned(value, others.get(name))
    return shares


def _aligned(value: Any, share: Any) -> list:
    """A gradient for each symbolic tensor in a structure."""
    if isinstance(value, KerasTensor):
        return [share]
    if not is_nested(value):
        return []
    if len(value) == 1 and isinstance(share, np.ndarray):  # of the only one
        return [s for v in flatten(value) for s in _aligned(v, share)]
    places = value if isinstance(value, dict) else range(len(value))
    return [s for k in places for s in _aligned(value[k], None if share is None else share[k])]


def spread_mask(step: Step, mask: Any) -> Any:
    if step.single:
        return mask[0] if isinstance(mask, (list, tuple)) and len(mask) == 1 else mask
    return [None] * len(step.outs) if mask is None else mask if isinstance(mask, (list, tuple)) else [mask] * len(step.outs)
