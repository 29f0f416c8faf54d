"""The way through a graph of layers and operations: see `minikeras.models.course`."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import regularizers
from minikeras._core.nest import flatten, pack_sequence_as
from minikeras._core.now import CALL
from minikeras._core.symbolic import KerasTensor, Node
from minikeras._core.threads import limited
from minikeras.layers.layer import Layer
from minikeras.models.node_step import (
    Step,
    Trail,
    last_activation,
    resolve_inside,
    retraced,
    rows_at_once,
    spread_mask,
    step_shares,
)


def makes_mask(operation: Any) -> bool:
    """Whether a mask may come out of a node although none went in."""
    return isinstance(operation, Layer) and operation.makes_mask


def has_penalty(unit: Any) -> bool:
    """Whether a pass through a layer may add to the loss."""
    return getattr(unit, "is_traced", False) or bool(getattr(unit, "is_penalized", False))


class Graph:
    """Any directed graph of layers and operations: numbered slots for the arrays, nodes in topological order.

    Args:
        losses: tensors whose means are added to the loss.
        watched: pairs of a tensor and a metric that gets its mean in each pass of training and testing.
    """

    def __init__(
        self,
        inputs: list[KerasTensor],
        outputs: list[KerasTensor],
        nodes: list[Node],
        losses: list[KerasTensor] = (),
        watched: list[tuple] = (),
    ):
        tensors = [*inputs, *(t for node in nodes for t in flatten(node.outputs))]
        self._slots = {id(t): i for i, t in enumerate(tensors)}
        self.tensors = tensors  # the ids above hold as long as these do
        self.steps = [Step(node, self._slots) for node in nodes]
        self.inputs = list(range(len(inputs)))
        self.outputs = [self._slots[id(t)] for t in outputs]
        self.losses = [self._slots[id(t)] for t in losses]
        self.watched = [(self._slots[id(t)], metric) for t, metric in watched]
        self.one_in, self.one_out = len(inputs) == 1, len(outputs) == 1
        self.masked = any(makes_mask(node.operation) for node in nodes)
        self._penalized = [(i, s.unit) for i, s in enumerate(self.steps) if has_penalty(s.unit)]
        self._activity = [(s, s.unit.activity_regularizer) for s in self.steps if s.unit.activity_regularizer is not None]
        self._count_shared()
        self._wanted: list[bool] | None = None
        self._trained: list[list] = []
        self._makers = {i: k for k, s in enumerate(self.steps) for i in s.outs}
        self._readers = [i for s in self.steps for i in s.ins]
        self.gives_inner_outputs = not set(self._readers).isdisjoint(self.outputs)  # ∂(one output)/∂(another) may be asked for

    def _count_shared(self) -> None:
        times: dict[int, int] = {}
        for step in self.steps:
            for v in step.weights:
                times[id(v)] = times.get(id(v), 0) + 1
        self._shared = [[v for v in s.weights if times[id(v)] > 1] for s in self.steps]

    # -- forward -----------------------------------------------------------------------------------------------------

    def _start(self, x: Any) -> list:
        values: list[Any] = [None] * len(self.tensors)
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
        for slot, metric in self.watched:
            metric.update_state(np.mean(values[slot]))
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

    def predict(self, x: Any) -> Any:
        """What a prediction gives; BLAS takes one thread."""
        with limited():
            return self.call(x)

    def rows_at_once(self) -> int:
        """How many rows a prediction had best take together, if each goes by itself; else 0."""
        one = self.one_in and self.one_out and not self.masked
        return rows_at_once(self.tensors) if one and all(step.by_rows() for step in self.steps) else 0

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
            elif isinstance(step.unit, Layer) and getattr(step.unit, "_straight", None) is not None:
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
        grads: list[Any] = [None] * len(self.tensors)
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
        self._wanted = [False] * len(self.tensors)
        self._trained = [[v for v in step.weights if v.trainable and v.grad is not None] for step in self.steps]
        for step, trained in zip(self.steps, self._trained):
            if trained or any(self._wanted[slot] for slot in step.ins):
                for slot in step.outs:
                    self._wanted[slot] = True

    def resolve_trainable(self) -> None:
        """Look anew at which layers are trained, and which share weights."""
        self._wanted = None
        self._count_shared()
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
