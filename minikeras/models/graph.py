"""From symbolic tensors to the nodes between them, in the order in which Keras lists the layers of a model."""

from __future__ import annotations

import weakref
from typing import Any

from minikeras._core.nest import flatten, is_nested, map_leaves
from minikeras._core.operation import Operation, output_spec
from minikeras._core.symbolic import KerasTensor, Node, shapes_of
from minikeras._core.variable import Variable
from minikeras.layers.input_layer import Input, InputLayer
from minikeras.layers.layer import Layer


def find_nodes(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> list[Node]:
    """The nodes that lead from inputs to outputs, each behind those it needs; the inputs' own are left out.

    Raises:
        ValueError: an output needs an input that is not among them; the message names the layer and the fix.
    """
    given = {id(t) for t in inputs}
    done: dict[int, Node] = {}
    open_nodes: set[int] = set()
    for output in outputs:
        stack = [(output, False)]
        while stack:
            tensor, finished = stack.pop()
            node = tensor.node
            if finished:
                open_nodes.discard(id(node))
                done.setdefault(id(node), node)
                continue
            if id(tensor) in given or node is not None and id(node) in done:
                continue
            if node is None or isinstance(node.operation, InputLayer):
                raise ValueError(_disconnected(tensor, inputs))
            if id(node) in open_nodes:
                continue
            open_nodes.add(id(node))
            stack.append((tensor, True))
            stack += [(t, False) for t in reversed(node.inputs)]
    return list(done.values())


def _disconnected(tensor: KerasTensor, inputs: list[KerasTensor]) -> str:
    name = tensor.node.operation.name if tensor.node is not None else tensor.name
    known = [t.node.operation.name if t.node is not None else t.name for t in inputs]
    return (
        f"The graph is disconnected: the outputs need the tensor of Input {name!r} {tuple(tensor.shape)}, which is not among "
        f"the inputs {known}. Add it to the inputs: keras.Model(inputs=[..., {name}], outputs=...), or leave out what needs it."
    )


def by_depth(inputs: list[KerasTensor], outputs: list[KerasTensor], nodes: list[Node]) -> list[Any]:
    """The layers and operations of a model as Keras lists them: farthest from the outputs first, then as they were met."""
    order = _as_met(inputs, outputs)
    depth: dict[int, int] = {}
    of_node: dict[int, int] = {}
    makers = {id(t): node for node in nodes for t in flatten(node.outputs)}
    for node in reversed(nodes):
        here = max(of_node.get(id(node), 0), depth.get(id(node.operation), 0))
        of_node[id(node)] = depth[id(node.operation)] = here
        for tensor in node.inputs:
            maker = makers.get(id(tensor))
            if maker is not None:
                of_node[id(maker)] = max(here + 1, of_node.get(id(maker), 0))
            elif tensor.node is not None:
                source = id(tensor.node.operation)
                depth[source] = max(here + 1, depth.get(source, 0))
    found = {id(n.operation): n.operation for n in nodes}
    for tensor in inputs:
        found.setdefault(id(tensor.node.operation), tensor.node.operation)
        depth.setdefault(id(tensor.node.operation), 0)
    return sorted(found.values(), key=lambda op: (-depth[id(op)], order.get(id(op), -1)))


def _as_met(inputs: list[KerasTensor], outputs: list[KerasTensor]) -> dict[int, int]:
    """Number layers as a walk from the outputs back meets them first."""
    order: dict[int, int] = {}
    given, seen = {id(t) for t in inputs}, set()
    for output in outputs:
        stack = [output]
        while stack:
            tensor = stack.pop()
            node = tensor.node
            if node is None:
                continue
            order.setdefault(id(node.operation), len(order))
            if id(tensor) not in given and id(node) not in seen:
                seen.add(id(node))
                stack += reversed(node.inputs)
    return order


def checked_tensors(value: Any, argument: str) -> list[KerasTensor]:
    """The symbolic tensors of `inputs` or `outputs`; anything else is named, with the fix."""
    tensors = flatten(value)
    for t in tensors:
        if isinstance(t, KerasTensor):
            continue
        if isinstance(t, Layer):
            fix = f"{argument}={t.name}(...): a layer must be called on a tensor, it is not one itself"
            what = f"the layer {t.name!r} ({type(t).__name__}), which was not called"
        else:
            what = f"{type(t).__name__} {t!r:.60}" if not isinstance(t, Variable) else f"the variable {t.path!r}"
            fix = "x = keras.Input(shape=(...)), and layers called on it"
        raise ValueError(f"`{argument}` of a Model must be symbolic tensors, got {what}. Write {fix}.")
    if argument == "inputs" and len({id(t) for t in tensors}) < len(tensors):
        raise ValueError(f"`inputs` of a Model has the same tensor twice: {[t.name for t in tensors]}.")
    if not tensors:
        raise ValueError(
            f"`{argument}` of a Model is empty: give at least one symbolic tensor, such as keras.Input(shape=(...))."
        )
    return tensors


def rooted(inputs: Any, outputs: Any) -> tuple[Any, Any]:
    """Let a model begin at tensors in the middle of a graph: an Input in the place of each, and the nodes behind it anew."""
    flat = flatten(inputs)
    if all(t.node is not None and isinstance(t.node.operation, InputLayer) for t in flat):
        return inputs, outputs
    nodes = find_nodes(flat, flatten(outputs))
    new: dict[int, KerasTensor] = {}
    for t in flat:
        if t.node is not None and isinstance(t.node.operation, InputLayer):
            new[id(t)] = t
        else:
            name = t.node.operation.name if t.node is not None else t.name
            new[id(t)] = Input(batch_shape=t.shape, dtype=t.dtype, name=f"{name}_input")
    for node in nodes:
        copies = map_leaves(lambda t: KerasTensor(t.shape, t.dtype, name=t.name), node.outputs)
        Node(node.operation, _put(node.args, new), _put(node.kwargs, new), copies)
        new.update((id(t), c) for t, c in zip(flatten(node.outputs), flatten(copies)))
    return _put(inputs, new), _put(outputs, new)


def _put(value: Any, new: dict[int, Any]) -> Any:
    if isinstance(value, KerasTensor):
        return new.get(id(value), value)
    return map_leaves(lambda v: _put(v, new) if isinstance(v, KerasTensor) else v, value) if is_nested(value) else value


def begin(model: Any, inputs: list[KerasTensor]) -> None:
    """Let the inputs of a model know it, for `outside`."""
    for t in inputs:
        if t.node is not None:
            vars(t.node.operation).setdefault("_models", weakref.WeakSet()).add(model)


def outside(inputs: list[KerasTensor], outputs: Any) -> Any:
    """Outputs of a model inside a model, ``outer.layers[1].output``, as what they are where the outer one calls it.

    What leads from the inputs to them otherwise, or not at all, stays as it is.
    """

    def lifted(t):
        roots = [r.operation for r in _all_behind(t) if isinstance(r.operation, InputLayer)]
        for model in next((vars(root).get("_models", ()) for root in roots), ()):
            place = next((i for i, own in enumerate(flatten(model.outputs)) if own is t), None)
            for node in model._inbound_nodes if place is not None else ():
                outer = flatten(node.outputs)[place]
                if _leads_to(inputs, outer):
                    return outer
        return t

    return map_leaves(lambda t: t if _leads_to(inputs, t) else lifted(t), outputs)


def _leads_to(inputs: list[KerasTensor], output: KerasTensor) -> bool:
    try:
        find_nodes(inputs, [output])
    except ValueError:
        return False
    return True


def _all_behind(tensor: KerasTensor) -> list[Node]:
    found, stack = {}, [tensor]
    while stack:
        node = stack.pop().node
        if node is not None and id(node) not in found:
            found[id(node)] = node
            stack += node.inputs
    return list(found.values())


def propagate(nodes: list[Node], tensors: dict[int, KerasTensor]) -> None:
    """Find shapes and types behind other inputs: fill ``tensors`` (id of a tensor of the graph -> what takes its place)."""
    for node in nodes:
        args, kwargs = _put(node.args, tensors), _put(node.kwargs, tensors)
        if isinstance(node.operation, Operation):
            spec = output_spec(node.operation.function, args, kwargs, f"operation {node.operation.name!r}")
        else:
            node.operation.check_input_shape(shapes_of(args[0]))
            spec = node.operation.found_spec(*args, **kwargs)
        tensors.update((id(t), s) for t, s in zip(flatten(node.outputs), flatten(spec)))


def recall(nodes: list[Node], tensors: dict[int, KerasTensor], operation: Any) -> None:
    """Call each layer of a graph, or what ``operation`` gives in its place, on other tensors: new nodes."""
    for node in nodes:
        y = operation(node.operation)(*_put(node.args, tensors), **_put(node.kwargs, tensors))
        tensors.update((id(t), new) for t, new in zip(flatten(node.outputs), flatten(y)))
