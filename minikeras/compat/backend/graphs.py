"""Graphs of keras.backend: placeholders, functions from symbolic tensors to others, and their gradients."""

from __future__ import annotations

from collections.abc import ValuesView
from typing import Any

import numpy as np

from minikeras import layers
from minikeras._core.config import standardize_dtype
from minikeras._core.naming import auto_name, shorten
from minikeras._core.nest import flatten
from minikeras._core.now import CALL, TAPE, Call
from minikeras._core.operation import Operation
from minikeras._core.symbolic import KerasTensor, Node
from minikeras._core.tape import vjp
from minikeras._core.tensor import plain
from minikeras._core.trace import Box
from minikeras._core.variable import Variable, untraced
from minikeras.compat.backend.settings import LearningPhase, _phase
from minikeras.compat.backend.values import get_value
from minikeras.layers.input_layer import InputLayer
from minikeras.models.graph import find_nodes
from minikeras.models.network import Graph
from minikeras.optimizers.keras2 import Training


def placeholder(
    shape: Any = None,
    ndim: int | None = None,
    dtype: Any = None,
    sparse: bool = False,
    name: str | None = None,
    ragged: bool = False,
) -> KerasTensor:
    """A symbolic tensor of this shape, the batch included: as `keras.Input` makes them.

    >>> placeholder((None, 3)).shape, placeholder(ndim=2).shape
    ((None, 3), (None, None))
    """
    if shape is None and ndim is None:
        raise ValueError("placeholder() needs a `shape` or the number of axes, `ndim`, got neither.")
    shape = (None,) * ndim if shape is None else tuple(shape)
    return layers.Input(batch_shape=shape, dtype=standardize_dtype(dtype), name=name or auto_name("placeholder"))


class Function:
    """What `function` returns: call it with the list of inputs.

    Args:
        inputs: symbolic tensors of any model, and `learning_phase()`, which stands for 0 or 1.
        outputs: what depends on them: symbolic tensors, variables; one, or a list.
        updates: pairs of a variable and the symbolic tensor that it gets, and what an optimizer's `get_updates` gave.
        name: kept for Keras' sake.
    """

    def __init__(self, inputs: Any, outputs: Any, updates: Any = None, name: str | None = None):
        self.inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        self.outputs, self.name = list(outputs) if isinstance(outputs, ValuesView) else outputs, name
        updates = [update for update in updates or () if update is not None and not isinstance(update, Variable)]
        self._updates = [tuple(update) for update in updates if not isinstance(update, Training)]
        self._trainings = [(u, gradients(u.loss, u.params)) for u in updates if isinstance(u, Training)]
        wrong = [x for x in self.inputs if not isinstance(x, (KerasTensor, LearningPhase))]
        if wrong:
            raise ValueError(f"The inputs of K.function are symbolic tensors such as layer.input, got {shorten(wrong[0])}.")
        self._given = [x for x in self.inputs if isinstance(x, KerasTensor)]
        steps = [g for _, grads in self._trainings for g in grads]
        targets = [*flatten(self.outputs), *(new for _, new in self._updates), *steps]
        self._symbolic = [t for t in targets if isinstance(t, KerasTensor)]
        nodes = find_nodes(self._given, self._symbolic)
        self._graph = Graph(self._given, self._symbolic, nodes) if self._given else None

    def __call__(self, inputs: Any = ()) -> Any:
        """Compute the outputs as NumPy arrays, a list of them for a list."""
        inputs = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        if len(inputs) not in (len(self.inputs), len(self._given)):
            raise ValueError(f"This function takes {len(self.inputs)} inputs, in a list, got {len(inputs)}.")
        training, arrays = bool(_phase["value"]), list(inputs)
        if len(inputs) == len(self.inputs):
            phases = [value for x, value in zip(self.inputs, inputs) if isinstance(x, LearningPhase)]
            training = bool(phases[0]) if phases else training
            arrays = [value for x, value in zip(self.inputs, inputs) if isinstance(x, KerasTensor)]
        arrays = [_fitting(a, t) for a, t in zip(arrays, self._given)]
        found = dict(zip(map(id, self._symbolic), self._compute(arrays, training)))
        for variable, new in self._updates:
            variable.assign(found[id(new)] if isinstance(new, KerasTensor) else get_value(new))
        for training, grads in self._trainings:
            training.optimizer.apply([None if g is None else found[id(g)] for g in grads], training.params)
        results = [found[id(t)] if isinstance(t, KerasTensor) else _value(t) for t in flatten(self.outputs)]
        return results if isinstance(self.outputs, (list, tuple)) else results[0]

    def _compute(self, arrays: list, training: bool) -> list:
        if not self._symbolic:
            return []
        graph, outer = self._graph, CALL.set(Call(training))
        tape = TAPE.set(None)
        try:
            with np.errstate(all="ignore"):
                y = graph.call(arrays[0] if graph.one_in else arrays, training)
        finally:
            CALL.reset(outer)
            TAPE.reset(tape)
        return [np.array(plain(v)) for v in ([y] if graph.one_out else y)]


def function(inputs: Any, outputs: Any, updates: Any = None, name: str | None = None, **kwargs: Any) -> Function:
    """Return a function that computes symbolic outputs for arrays as inputs: what is inside of a model made visible.

    Args:
        inputs: a list of symbolic tensors, such as ``model.input`` and ``layer.output``, and `learning_phase()`.
        outputs: one, or a list of what depends on them.
        updates: pairs of a variable and the symbolic tensor that it gets at each call.
        name, kwargs: kept for Keras' sake.

    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(2, input_shape=(3,), kernel_initializer="ones"), layers.Dense(1)])
    >>> hidden = function([model.layers[0].input], [model.layers[0].output])
    >>> hidden([np.ones((1, 3))])[0].tolist()
    [[3.0, 3.0]]
    """
    return Function(inputs, outputs, updates, name)


def gradients(loss: Any, variables: Any) -> list:
    """The gradients of a symbolic tensor, whose elements are summed, as symbolic tensors that `function` computes.

    Args:
        loss: what was made of symbolic tensors by layers, operators and ops.
        variables: symbolic tensors on the way to it, or variables of its layers; one, or a list.

    Returns:
        A list, None where the loss does not depend on it.

    >>> from minikeras import Input
    >>> x = Input((2,)); loss = (x * x).mean() if hasattr(x, "mean") else np.mean(x * x)
    >>> function([x], gradients(loss, [x]))([[[1.0, 3.0]]])[0].tolist()
    [[1.0, 3.0]]
    """
    losses, sources = flatten(loss), flatten(variables)
    wrong = [t for t in losses if not isinstance(t, KerasTensor)]
    if wrong:
        raise ValueError(
            f"K.gradients takes a symbolic tensor, made of keras.Input or layer.output, got {type(wrong[0]).__name__}. For "
            "what is computed at once use keras.GradientTape."
        )
    return [_gradient(losses, source) for source in sources]


def _gradient(losses: list, source: Any) -> Any:
    """One gradient as the output of an operation on the source and on what else the losses need."""
    if not isinstance(source, (KerasTensor, Variable)):
        raise ValueError(f"K.gradients is with respect to symbolic tensors and variables, got {type(source).__name__}.")
    start = [source] if isinstance(source, KerasTensor) else []
    nodes, roots = _between(start, losses)
    if start and not _reaches(source, nodes, losses) or not start and not _reads(source, nodes):
        return None
    return _Gradient(source, roots, losses, nodes).tensor(start + roots)


def _between(start: list, targets: list) -> tuple[list[Node], list[KerasTensor]]:
    """The nodes from a tensor, and from the inputs that are needed beside it, to the targets."""
    roots, seen, stack = [], {id(t) for t in start}, list(targets)
    while stack:
        tensor = stack.pop()
        if id(tensor) in seen:
            continue
        seen.add(id(tensor))
        if tensor.node is None or isinstance(tensor.node.operation, InputLayer):
            roots.append(tensor)
        else:
            stack += tensor.node.inputs
    return find_nodes([*start, *roots], targets), roots


def _reaches(source: KerasTensor, nodes: list[Node], targets: list) -> bool:
    return any(t is source for node in nodes for t in node.inputs) or any(t is source for t in targets)


def _reads(variable: Variable, nodes: list[Node]) -> bool:
    parts = [v for node in nodes for v in [*node.operation.weights, *flatten((list(node.args), dict(node.kwargs)))]]
    return any(part is variable for part in parts)


class _Gradient:
    """Computes one gradient of a part of a graph."""

    def __init__(self, source: Any, roots: list, losses: list, nodes: list[Node]):
        self.source, self.of_variable = source, isinstance(source, Variable)
        inputs = roots if self.of_variable else [source, *roots]
        self.graph = Graph(inputs, losses, nodes)
        self.graph.is_traced = True

    def tensor(self, inputs: list) -> KerasTensor:
        """The symbolic gradient."""
        operation = Operation(self, auto_name("gradients"))
        shape, dtype = self.source.shape, str(self.source.dtype)
        outputs = KerasTensor(tuple(shape), dtype)
        Node(operation, tuple(inputs), {}, outputs)
        return outputs

    __name__ = "gradients"

    def __call__(self, *inputs: Any) -> Any:
        call = CALL.get()
        training = call is not None and call.training
        if self.of_variable:
            return self._of_variable(inputs, training)
        y, back = vjp(lambda x: self._total([x, *inputs[1:]], training), inputs[0])
        return back(np.ones_like(y) if not isinstance(y, Box) else np.ones((), y.dtype))[0]

    def _of_variable(self, inputs: Any, training: bool) -> Any:
        _, back = vjp(lambda: self._total(list(inputs), training), variables=[self.source])
        return back(np.ones((), str(self.source.dtype)))[0]

    def _total(self, inputs: list, training: bool) -> Any:
        y = self.graph.retrace(inputs[0] if self.graph.one_in else inputs, training)
        return sum(np.sum(part) for part in ([y] if self.graph.one_out else y))


def _fitting(value: Any, t: KerasTensor) -> np.ndarray:
    array = np.asarray(plain(untraced(value)))
    wanted = str(t.dtype)
    array = array if wanted == "string" or array.dtype.name == wanted else array.astype(wanted)
    if array.ndim != len(t.shape) or any(n not in (None, m) for n, m in zip(t.shape, array.shape)):
        raise ValueError(f"The function takes an array of shape {tuple(t.shape)} for {t.name!r}, got {array.shape}.")
    return array


def _value(x: Any) -> Any:
    return x if x is None else np.asarray(get_value(x))
