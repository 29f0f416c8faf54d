"""The way through layers in a row: see `minikeras.models.course`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.symbolic import Node
from minikeras._core.threads import limited
from minikeras.layers.layer import Layer
from minikeras.models.network import Graph, has_penalty
from minikeras.models.node_step import (
    Function,
    Told,
    Trail,
    fixed_mode,
    goes_by_rows,
    in_mode,
    last_activation,
    resolve_inside,
    retraced,
    rows_at_once,
)
from minikeras.models.steps import ActivityPenalty, Cast, Shared, foreign_type

FEW = 16  # rows; products of so many with a matrix of less than 9,000 numbers are too small for BLAS to share them


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
        self._penalized = [(i, unit) for i, unit in enumerate(self.units) if has_penalty(unit)]
        small = all(goes_by_rows(unit) and all(w.size < 9000 for w in unit.weights) for unit in self.units)
        self._light = small and all(len(node.outputs.shape) == 2 for node in nodes)

    def _share(self) -> None:
        """Let the gradients of weights that stand in more than one step add up."""
        later: set[int] = set()
        for i, unit in reversed(list(enumerate(self.units))):
            unit = self.units[i] = unit.layer if type(unit) is Shared else unit
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

    def predict(self, x: np.ndarray) -> np.ndarray:
        """What a prediction gives; BLAS takes one thread, of small products without being told."""
        if self._light and len(x) <= FEW:
            return self.call(x)
        with limited():
            return self.call(x)

    def rows_at_once(self) -> int:
        """How many rows a prediction had best take together: what stays in the cache if each goes by itself, else 0."""
        return rows_at_once(self.tensors) if all(map(goes_by_rows, self.units)) else 0

    @property
    def tensors(self) -> list:
        """What stands behind each layer, symbolically."""
        return [node.outputs for node in self._nodes]

    def call_with_mask(self, x: Any, training: bool = False, mask: Any = None) -> tuple[Any, Any]:
        """The same for an input of which not all steps count, and which of those of the output do."""
        return self._with_masks().call_with_mask(x, training, mask) if self._nodes else (x, mask)

    def _with_masks(self) -> Graph:
        """The same way as a graph, in which masks travel: for a model in the middle of one that has them."""
        if self._graph is None:
            self._graph = Graph([self._nodes[0].inputs[0]], [self._nodes[-1].outputs], self._nodes)
        return self._graph

    _graph: Graph | None = None
    gives_inner_outputs = False

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
        return self._walk_back(dy, trail, len(trail), 0 if need_dx else self._first_trained(), need_dx)

    def backward_from_logits(self, delta: np.ndarray, trail: list, need_dx: bool = True) -> np.ndarray | None:
        """The same from δ = ∂L/∂z of the last layer, whose activation and loss were differentiated together."""
        if type(trail) is Trail:
            return self._graph.backward_from_logits(delta, trail, need_dx)
        last, stop = len(trail) - 1, 0 if need_dx else self._first_trained()
        if last < stop:
            return None
        delta = self.units[last].backward_from_logits(delta, trail[last], need_dx or last > stop)
        return self._walk_back(delta, trail, last, stop, need_dx)

    def _walk_back(self, delta, trail, end, stop, need_dx):
        units = self.units
        for i in range(end - 1, stop - 1, -1):
            delta = units[i].backward(delta, trail[i], need_dx or i > stop)  # δ[l] from δ[l+1]
        return delta if need_dx else None

    def _first_trained(self) -> int:
        """Where the walk back may end, if ∂L/∂x is not asked for: below it no weight waits for a gradient."""
        if self._stop is None:
            trained = [any(v.trainable for v in unit.weights) for unit in self.units]  # inside a frozen wrapper some may be
            self._stop = trained.index(True) if True in trained else len(trained)
        return self._stop

    def resolve_trainable(self) -> None:
        """Look anew at which layers are trained, and which share weights."""
        self._stop = None
        self._share()
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
