"""The way of the data through the layers of a model, resolved once: `Chain` where each layer eats what the one before gives,
`Graph` for everything else.

    call(x, training) -> y                      prediction: no way back, no tape
    forward(x, training) -> y, trail            the trail holds what each layer's backward needs
    backward(dy, trail, need_dx) -> dx          from the outputs back to the first weight that is trained, or to the inputs

x and y are one array where the model has one input and one output, else lists of arrays in the order of the model's.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import regularizers
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.now import CALL
from minikeras._core.symbolic import KerasTensor, Node
from minikeras.layers.layer import Layer
from minikeras.models.node_step import (
    Function,
    Step,
    Told,
    Trail,
    fixed_mode,
    in_mode,
    last_activation,
    resolve_inside,
    retraced,
    spread_mask,
    step_shares,
)
from minikeras.models.steps import ActivityPenalty, Cast, Shared, foreign_type


def course(inputs: list[KerasTensor], outputs: list[KerasTensor], nodes: list[Node], losses: list[KerasTensor] = ()) -> Any:
    """The simplest course that goes through these nodes."""
    straight = len(inputs) == len(outputs) == 1 and not losses
    at = inputs[0] if straight else None
    for node in nodes if straight else ():
        tensors = node.inputs
        straight &= len(tensors) == 1 and tensors[0] is at and isinstance(node.outputs, KerasTensor)
        straight = straight and bool(node.args) and node.args[0] is at
        if not straight:
            break
        at = node.outputs
    straight = straight and at is outputs[0] and not any(_makes_mask(node.operation) for node in nodes)
    return Chain(nodes) if straight else Graph(inputs, outputs, nodes, losses)


def _makes_mask(operation: Any) -> bool:
    return isinstance(operation, Layer) and operation.makes_mask


def _has_penalty(unit: Any) -> bool:
    """Whether a pass through a layer may add to the loss."""
    return getattr(unit, "is_traced", False) or bool(getattr(unit, "is_penalized", False))


class Chain:
    """Layers in a row."""

    masked = False

    def __init__(self, nodes: list[Node]):
        self.units: list[Any] = []  # layers, and what stands between them
        self._passes: list[tuple[Callable, bool]] = []  # for prediction: what to call, and whether it gives (y, kept)
        self._stop: int | None = None
        self._nodes = nodes
        for node in nodes:
            unit = node.operation if isinstance(node.operation, Layer) else Function(node)
            given = {name: value for name, value in node.kwargs.items() if name != "training" and value is not None}
            given = given if isinstance(unit, Layer) else {}  # an operation has its own at hand
            forward = unit.forward if not given else functools.partial(unit.forward, **given)
            infer = unit.infer if not given else functools.partial(unit.infer, **given)
            mode = fixed_mode(node)
            if mode is not None:
                forward, infer = in_mode(forward, mode), in_mode(infer, mode)
            wanted = foreign_type(unit, node.inputs[0]) if isinstance(unit, Layer) else None
            if wanted is not None:
                self.units.append(Cast(wanted))
                self._passes.append((self.units[-1].forward, True))
            self.units.append(Told(unit, forward) if given or mode is not None else unit)
            self._passes.append((infer, False) if unit.is_traced else (forward, True))
            if isinstance(unit, Layer) and unit.activity_regularizer is not None:
                self.units.append(ActivityPenalty(unit.activity_regularizer))
        self._share()
        self._forwards = [unit.forward for unit in self.units]
        self._penalized = [(i, unit) for i, unit in enumerate(self.units) if _has_penalty(unit)]

    def _share(self) -> None:
        """Let the gradients of weights that stand in more than one step add up."""
        later: set[int] = set()
        for i, unit in reversed(list(enumerate(self.units))):
            weights = unit.weights
            shared = [v for v in weights if id(v) in later]
            later.update(id(v) for v in weights)
            if shared:
                self.units[i] = Shared(unit, shared)

    def forward(self, x: np.ndarray, training: bool = False, mask: Any = None) -> tuple[np.ndarray, list]:
        """Pass x through all layers; keep what each one's backward needs."""
        if mask is not None and self._nodes:
            return self._with_masks().forward(x, training, mask)
        trail = []
        for forward in self._forwards:
            x, kept = forward(x, training)  # a[l] = g(a[l-1] W[l] + b[l])
            trail.append(kept)
        return x, trail

    def call(self, x: np.ndarray, training: bool = False, mask: Any = None) -> np.ndarray:
        """Pass x through all layers."""
        if mask is not None:
            return self.call_with_mask(x, training, mask)[0]
        for step, kept_too in self._passes:
            x = step(x, training)[0] if kept_too else step(x, training)
        return x

    def call_with_mask(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Any]:
        """The same for an input of which not all steps count, and which of those of the output do."""
        return self._with_masks().call_with_mask(x, training, mask) if self._nodes else (x, mask)

    def _with_masks(self) -> Graph:
        """The same way as a graph, in which masks travel: for a model in the middle of one that has them."""
        if self._graph is None:
            self._graph = Graph([self._nodes[0].inputs[0]], [self._nodes[-1].outputs], self._nodes)
        return self._graph

    _graph: Graph | None = None

    def retrace(self, x: Any, training: bool = False, mask: Any = None) -> Any:
        """The same on a tape, layer by layer."""
        if mask is not None and self._nodes:
            return self._with_masks().retrace(x, training, mask)
        for node in self._nodes:
            given = {name: value for name, value in node.kwargs.items() if name != "training" and value is not None}
            mode = fixed_mode(node)
            unit = node.operation if isinstance(node.operation, Layer) else Function(node)
            x = retraced(unit, x, training if mode is None else mode, given)
        return x

    def backward(self, dy: np.ndarray, trail: list, need_dx: bool = True) -> np.ndarray | None:
        """Walk back from ∂L/∂y to the first layer that is trained, or to ∂L/∂x."""
        if type(trail) is Trail:
            return self._graph.backward(dy, trail, need_dx)
        return self._walk_back(dy, trail, len(trail), need_dx)

    def backward_from_logits(self, delta: np.ndarray, trail: list, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z of the last layer, whose activation and loss were differentiated together."""
        if type(trail) is Trail:
            return self._graph.backward_from_logits(delta, trail, need_dx)
        last, stop = len(trail) - 1, self._first_trained(need_dx)
        if last < stop:
            return None
        delta = self.units[last].backward_from_logits(delta, trail[last], need_dx or last > stop)
        return self._walk_back(delta, trail, last, need_dx)

    def _walk_back(self, delta, trail, end, need_dx):
        stop = self._first_trained(need_dx)
        for i in range(end - 1, stop - 1, -1):
            delta = self.units[i].backward(delta, trail[i], need_dx or i > stop)  # δ[l] from δ[l+1]
        return delta if need_dx else None

    def _first_trained(self, need_dx: bool) -> int:
        """Where the walk back may end: below it no weight waits for a gradient."""
        if need_dx:
            return 0
        if self._stop is None:
            trained = [bool(unit.trainable_weights) for unit in self.units]
            self._stop = trained.index(True) if True in trained else len(trained)
        return self._stop

    def resolve_trainable(self) -> None:
        """Look anew at which layers are trained."""
        self._stop = None
        for unit in self.units:
            resolve_inside(unit)
        if self._graph is not None:
            self._graph.resolve_trainable()

    def activation(self, k: int = 0) -> Any:
        """The activation that the model ends in, if its last layer can be differentiated from the logits."""
        return last_activation(self.units[-1]) if self.units else None

    def logits(self, trail: list, k: int = 0) -> np.ndarray:
        """What the last activation was applied to."""
        return self._graph.logits(trail) if type(trail) is Trail else self.units[-1].logits(trail[-1])

    @property
    def is_penalized(self) -> bool:
        """Whether a pass may add to the loss."""
        return bool(self._penalized)

    def penalty(self, trail: list) -> float:
        """What this pass adds to the loss."""
        if type(trail) is Trail:
            return self._graph.penalty(trail)
        return float(sum(unit.penalty(trail[i]) for i, unit in self._penalized))


class Graph:
    """Any directed graph of layers and operations: numbered slots for the arrays, nodes in topological order."""

    def __init__(
        self, inputs: list[KerasTensor], outputs: list[KerasTensor], nodes: list[Node], losses: list[KerasTensor] = ()
    ):
        tensors = [*inputs, *(t for node in nodes for t in flatten(node.outputs))]
        self._slots = {id(t): i for i, t in enumerate(tensors)}
        self._tensors = tensors  # the ids above hold as long as these do
        self.steps = [Step(node, self._slots) for node in nodes]
        self.inputs = list(range(len(inputs)))
        self.outputs = [self._slots[id(t)] for t in outputs]
        self.losses = [self._slots[id(t)] for t in losses]
        self.one_in, self.one_out = len(inputs) == 1, len(outputs) == 1
        self.masked = any(_makes_mask(node.operation) for node in nodes)
        self._penalized = [(i, s.unit) for i, s in enumerate(self.steps) if _has_penalty(s.unit)]
        self._activity = [(s, s.unit.activity_regularizer) for s in self.steps if s.unit.activity_regularizer is not None]
        self._count_shared()
        self._wanted: list[bool] | None = None
        self._trained: list[list] = []
        self._makers = {i: k for k, s in enumerate(self.steps) for i in s.outs}
        self._readers = [i for s in self.steps for i in s.ins]

    def _count_shared(self) -> None:
        times: dict[int, int] = {}
        for step in self.steps:
            for v in step.weights:
                times[id(v)] = times.get(id(v), 0) + 1
        self._shared = [[v for v in s.weights if times[id(v)] > 1] for s in self.steps]

    # -- forward -----------------------------------------------------------------------------------------------------

    def _start(self, x: Any) -> list:
        values: list[Any] = [None] * len(self._tensors)
        if self.one_in:
            values[0] = x
        else:
            values[: len(self.inputs)] = x
        return values

    def _end(self, values: list) -> Any:
        return values[self.outputs[0]] if self.one_out else [values[i] for i in self.outputs]

    def forward(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Trail]:
        """Pass x through the graph; keep what each node's backward needs."""
        values, trail = self._start(x), Trail()
        masks = self._start(mask if mask is not None or self.one_in else [None] * len(self.inputs))
        masked = self.masked or mask is not None
        for step in self.steps:
            given, arguments = step.gather(values)
            if masked:
                arguments, before = step.with_masks(given, arguments, masks)
            y, kept = step.unit.forward(given, training if step.mode is None else step.mode, **arguments)
            step.spread(y, values)
            if masked:
                step.spread(spread_mask(step, step.mask_after(given, before, kept)), masks)
            trail.append((given, arguments, kept) if step.is_layer else kept)
        trail.append(values)
        if masked:
            trail.mask = self._end(masks)
        return self._end(values), trail

    def retrace(self, x: Any, training: bool = False, mask: Any = None) -> Any:
        """The same on a tape, layer by layer."""
        y, _, values = self._walk(x, training, mask, True)
        call = CALL.get()
        if call is not None:
            call.losses += [(self.steps[0].node.operation, np.mean(values[slot])) for slot in self.losses]
        return y

    def call(self, x: Any, training: bool = False, mask: Any = None) -> Any:
        """Pass x through the graph."""
        return self.call_with_mask(x, training, mask)[0]

    def call_with_mask(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Any]:
        """The same, and the masks of what comes out."""
        return self._walk(x, training, mask, False)[:2]

    def _walk(self, x: Any, training: bool, mask: Any, on_tape: bool) -> tuple[Any, Any, list]:
        values = self._start(x)
        masked = self.masked or mask is not None
        masks = self._start(mask if mask is not None or self.one_in else [None] * len(self.inputs)) if masked else []
        for step in self.steps:
            given, arguments = step.gather(values)
            mode = training if step.mode is None else step.mode
            if not masked:
                y = retraced(step.unit, given, mode, arguments) if on_tape else step.unit.infer(given, mode, **arguments)
                step.spread(y, values)
                continue
            arguments, before = step.with_masks(given, arguments, masks)
            if on_tape:
                y, after = retraced(step.unit, given, mode, arguments), step.mask_after(given, before, None)
            elif isinstance(step.unit, Layer) and getattr(step.unit, "_course", None) is not None:
                y, after = step.unit.infer_with_mask(given, mode, **arguments)
            else:
                y = step.unit.infer(given, mode, **arguments)
                after = step.mask_after(given, before, None)
            step.spread(y, values)
            step.spread(spread_mask(step, after), masks)
        return self._end(values), self._end(masks) if masked else None, values

    # -- backward ----------------------------------------------------------------------------------------------------

    def backward(self, dy: Any, trail: Trail, need_dx: bool = True, from_logits: tuple = ()) -> Any:
        """Walk back from ∂L/∂y of each output to the weights, and to ∂L/∂x.

        Args:
            from_logits: the numbers of the outputs for which ∂L/∂z comes instead.
        """
        if self._wanted is None:
            self._resolve()
        grads: list[Any] = [None] * len(self._tensors)
        values = trail[-1]
        for k, (slot, g) in enumerate(zip(self.outputs, [dy] if self.one_out else dy)):
            if k not in from_logits and g is not None:
                grads[slot] = g if grads[slot] is None else grads[slot] + g
        for slot in self.losses:
            g = np.full_like(values[slot], 1.0 / max(values[slot].size, 1))  # the mean of what was added to the loss
            grads[slot] = g if grads[slot] is None else grads[slot] + g
        for step, regularizer in self._activity:
            for slot in step.outs:
                n = max(len(values[slot]), 1)
                g = regularizers.grad(regularizer, values[slot]) * (1.0 / n)  # ∂(L + R/n)/∂a = ∂L/∂a + ∂R/∂a / n
                grads[slot] = g if grads[slot] is None else grads[slot] + g
        raw = {self._makers[self.outputs[k]]: k for k in from_logits}
        seen: set[int] = set()
        for i in range(len(self.steps) - 1, -1, -1):
            step = self.steps[i]
            need = need_dx or any(self._wanted[slot] for slot in step.ins)
            given = [grads[slot] for slot in step.outs]
            if not (need or self._trained[i]) or i not in raw and all(g is None for g in given):
                continue
            kept = trail[i][2] if step.is_layer else trail[i]
            before = [(v, v.grad.copy()) for v in self._shared[i] if id(v) in seen]
            if i in raw:
                delta = dy if self.one_out else dy[raw[i]]
                dx = step.unit.backward_from_logits(delta, kept, need)  # δ[L] = ∂C/∂z[L] at once
            else:
                dx = step.unit.backward(given[0] if step.single else pack_sequence_as(step.node.outputs, given), kept, need)
            for v, grad in before:
                v.grad += grad  # ∂L/∂w = Σ ∂L/∂w[i] over the places that share w
            seen.update(id(v) for v in self._trained[i])
            if need:
                self._spread_back(step, trail[i], dx, grads, values)
        self._fill_rest(seen)
        if not need_dx:
            return None
        dxs = [np.zeros_like(values[i]) if grads[i] is None and values[i].dtype.kind == "f" else grads[i] for i in self.inputs]
        return dxs[0] if self.one_in else dxs

    def _spread_back(self, step: Step, passed: Any, dx: Any, grads: list, values: list) -> None:
        if step.plain and type(dx) is np.ndarray:
            shares = (dx,)
        elif step.is_layer:
            shares = step_shares(step, passed, dx)
        else:
            shares = dx if isinstance(dx, list) else (dx,)
        for slot, share in zip(step.ins, shares):
            if share is not None and step.cast is not None:
                share = share.astype(values[slot].dtype, copy=False)
            if share is not None:
                grads[slot] = share if grads[slot] is None else grads[slot] + share  # not in place: it may be another's array

    def _fill_rest(self, seen: set[int]) -> None:
        """Weights that no output depends on in this pass get the gradient 0."""
        for weights in self._trained:
            for v in weights:
                if id(v) not in seen:
                    v.grad.fill(0)

    def _resolve(self) -> None:
        """Find the slots above a weight that is trained: only to these a gradient must go."""
        self._wanted = [False] * len(self._tensors)
        self._trained = [[v for v in step.node.operation.trainable_weights if v.grad is not None] for step in self.steps]
        for step, trained in zip(self.steps, self._trained):
            if trained or any(self._wanted[slot] for slot in step.ins):
                for slot in step.outs:
                    self._wanted[slot] = True

    def resolve_trainable(self) -> None:
        """Look anew at which layers are trained."""
        self._wanted = None
        for step in self.steps:
            resolve_inside(step.unit)

    def backward_from_logits(self, delta: Any, trail: Trail, need_dx: bool = True) -> Any:
        """From δ = ∂L/∂z of the only output."""
        return self.backward(delta, trail, need_dx, (0,))

    def activation(self, k: int = 0) -> Any:
        """The activation that an output comes from, if a loss can start from its logits: nobody else may read that output."""
        slot = self.outputs[k]
        if slot not in self._makers or self._readers.count(slot) or self.outputs.count(slot) > 1 or slot in self.losses:
            return None
        step = self.steps[self._makers[slot]]
        penalized = step.unit.activity_regularizer is not None
        return last_activation(step.unit) if step.single and not penalized else None

    def logits(self, trail: Trail, k: int = 0) -> np.ndarray:
        """What that activation was applied to."""
        i = self._makers[self.outputs[k]]
        return self.steps[i].unit.logits(trail[i][2])

    @property
    def is_penalized(self) -> bool:
        """Whether a pass may add to the loss."""
        return bool(self._penalized or self._activity or self.losses)

    def penalty(self, trail: Trail) -> float:
        """What this pass adds to the loss."""
        values = trail[-1]
        total = sum(unit.penalty(trail[i][2] if self.steps[i].is_layer else trail[i]) for i, unit in self._penalized)
        total += sum(float(r(values[s])) / max(len(values[s]), 1) for step, r in self._activity for s in step.outs)
        return float(total + sum(float(np.mean(values[s])) for s in self.losses))
