"""Layers, cells and models of your own: their `call` is followed on symbolic tensors, which note each operation and layer.

So it may use layers, variables, operators, NumPy's functions and `keras.ops`; what looks at numbers, or at sizes that are open,
can't be followed.
"""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras._core.nest import flatten, map_leaves
from minikeras._core.now import CALL, Call
from minikeras._core.symbolic import KerasTensor, Node
from minikeras.layers.calling import call_spec
from minikeras.layers.rnn.states import pack
from minikeras.saving.onnx_export.graph import Tensor
from minikeras.saving.onnx_export.recurrent import CELLS
from minikeras.saving.onnx_export.rules import LAYERS, walk


def follow(function: Any, args: tuple, kwargs: dict, graph: Any, within: Any = ()) -> Any:
    """What a function of symbolic tensors computes, for tensors of the graph; ``within``: the layers that it may call."""
    given: dict[int, tuple[KerasTensor, Tensor]] = {}

    def symbol(value):
        if not isinstance(value, Tensor):
            return value
        made = KerasTensor(value.shape, value.dtype.name)
        given[id(made)] = made, value
        return made

    counts = [(layer, len(layer._inbound_nodes)) for layer in within]
    outer = CALL.set(Call(False))
    try:
        y = function(*map_leaves(symbol, args), **map_leaves(symbol, kwargs))
    except (TypeError, ValueError, AttributeError, IndexError, NotImplementedError, ArithmeticError) as error:
        raise ValueError(f"its call() can't be followed on tensors without numbers: {str(error).rstrip('.')}") from None
    finally:
        CALL.reset(outer)
        for layer, n in counts:
            del layer._inbound_nodes[n:]  # these calls are part of no model
    values = {key: value for key, (_, value) in given.items()}
    walk(_nodes(flatten(y), values), values, dict.fromkeys(values), graph)
    return map_leaves(lambda t: values[id(t)] if isinstance(t, KerasTensor) else _constant(t, graph), y)


def _constant(value: Any, graph: Any) -> Any:
    return graph.constant(value, getattr(value, "dtype", "float32")) if value is not None else None


def _nodes(outputs: list, given: dict) -> list[Node]:
    """The nodes that lead to outputs, each behind those it needs."""
    done: dict[int, Node] = {}
    stack = [(t, False) for t in outputs if isinstance(t, KerasTensor)]
    while stack:
        tensor, finished = stack.pop()
        if id(tensor) in given or tensor.node is None or id(tensor.node) in done:
            continue
        if finished:
            done[id(tensor.node)] = tensor.node
        else:
            stack += [(tensor, True), *((t, False) for t in tensor.node.inputs)]
    return list(done.values())


def own_layer(layer: Any, x: Any, **arguments) -> Any:
    """What `call` computes in prediction."""
    graph = next(t for t in flatten((x, arguments)) if isinstance(t, Tensor)).graph
    told = {"training": False} if call_spec(type(layer).call).takes("training") else {}
    return follow(layer.call, (x,), {**arguments, **told}, graph, layer._inner_layers())


def own_step(cell: Any, x: Tensor, states: list) -> list[Tensor]:
    """One step of a cell: its output, then its states."""
    within = cell._inner_layers() if isinstance(cell, layers.Layer) else ()
    told = {"training": False} if call_spec(type(cell).call).takes("training") else {}
    y, new = follow(cell.call, (x, pack(cell.state_size, states, listed=True)), told, x.graph, within)
    return [y, *flatten(new)]


LAYERS[layers.Lambda] = LAYERS[layers.Layer] = own_layer
CELLS[layers.Layer] = (lambda cell, x: x, own_step)
