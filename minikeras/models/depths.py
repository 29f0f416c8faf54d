"""The graph of a model in the form that Keras keeps privately, and libraries that draw or convert models read."""

from __future__ import annotations

import weakref
from typing import Any

from minikeras._core.nest import flatten
from minikeras._core.registry import REGISTRIES
from minikeras._core.symbolic import Node
from minikeras.layers.layer import Layer

_functionals: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()  # a Sequential -> its graph, and what it was made of


def nodes_by_depth(inputs: list, outputs: list) -> dict[int, list[Node]]:
    """The calls of a graph by their distance from the outputs: 0 for the last ones; those of the inputs among them.

    >>> import minikeras as keras
    >>> x = keras.Input((2,)); y = keras.layers.Dense(1)(keras.layers.Dense(3)(x))
    >>> [nodes[0].operation.name.split("_")[0] for nodes in nodes_by_depth([x], [y]).values()]
    ['dense', 'dense', 'input']
    """
    given = {id(t) for t in inputs}
    order: dict[int, Node] = {}  # each after all that it needs
    stack = [(t.node, False) for t in reversed(outputs) if t.node is not None]
    while stack:
        node, is_done = stack.pop()
        if id(node) in order:
            continue
        if is_done:
            order[id(node)] = node
            continue
        stack.append((node, True))
        if not any(id(t) in given for t in flatten(node.outputs)):
            stack.extend((t.node, False) for t in reversed(node.inputs) if t.node is not None)
    depth = dict.fromkeys(order, 0)
    for node in reversed(order.values()):
        for tensor in () if any(id(t) in given for t in flatten(node.outputs)) else node.inputs:
            if tensor.node is not None:
                depth[id(tensor.node)] = max(depth[id(tensor.node)], depth[id(node)] + 1)
    table: dict[int, list[Node]] = {}
    for key, node in order.items():
        table.setdefault(depth[key], []).append(node)
    return dict(sorted(table.items()))


class Depths:
    """The private attributes of Keras' models, made when they are asked for."""

    inputs: Any
    outputs: Any
    compiled: bool
    input_names: list[str]
    output_names: list[str]

    @property
    def _is_compiled(self) -> bool:  # of Keras 2
        return self.compiled

    @property
    def _nodes_by_depth(self) -> dict[int, list[Node]]:
        return nodes_by_depth(self.inputs, self.outputs)

    @property
    def _operations_by_depth(self) -> dict[int, list]:
        found: dict[int, tuple[int, Any]] = {}
        for depth, nodes in self._nodes_by_depth.items():
            found.update({id(node.operation): (depth, node.operation) for node in nodes})  # a shared one: the farthest
        table: dict[int, list] = {}
        for depth, operation in found.values():
            table.setdefault(depth, []).append(operation)
        return dict(sorted(table.items()))

    @property
    def _layers_by_depth(self) -> dict[int, list]:
        return {depth: [one for one in all_ if isinstance(one, Layer)] for depth, all_ in self._operations_by_depth.items()}

    @property
    def _feed_inputs(self) -> list:  # of Keras 2, as are the next two
        return list(self.inputs)

    @property
    def _feed_input_names(self) -> list[str]:
        return list(self.input_names)

    @property
    def _feed_output_names(self) -> list[str]:
        return list(self.output_names)

    @property
    def _input_layers(self) -> list:
        return [t.node.operation for t in self.inputs]

    @property
    def _output_layers(self) -> list:
        return [t.node.operation for t in self.outputs]


def functional_of(model: Any) -> Any:
    """The graph of a built `Sequential` as a model of its own, with an input layer; None before it is built.

    >>> import minikeras as keras
    >>> [type(layer).__name__ for layer in functional_of(keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])).layers]
    ['InputLayer', 'Dense']
    """
    if model._outputs is None:
        return None
    kept = _functionals.get(model)
    if kept is None or kept[0] is not model._outputs:
        made = REGISTRIES["keras"].table["Functional"](model._inputs, model._outputs, name=model.name)
        kept = _functionals[model] = (model._outputs, made)
    return kept[1]
