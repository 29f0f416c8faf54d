"""A graph of layers as plain data, as Keras 3 writes it; `graph_from_config` reads it."""

from __future__ import annotations

import inspect
from typing import Any

from minikeras._core.operation import Operation
from minikeras._core.serialize import serialize_keras_object
from minikeras._core.symbolic import KerasTensor, Node
from minikeras.layers.layer import Layer

TRAINING = "training"  # beside args and kwargs: Keras writes a `training` into kwargs that nobody gave, and does not mind it


def graph_config(model: Any) -> dict:
    """The config of a model made of symbolic tensors."""
    own = {id(node): None for node in [*model._nodes, *(t.node for t in model.inputs)]}
    number: dict[int, int] = {}
    for operation in model._operations:
        mine = [node for node in operation._inbound_nodes if id(node) in own]
        number.update((id(node), i) for i, node in enumerate(mine))
    history = _History(number)
    layers = []
    for operation in model._operations:
        nodes = [node for node in operation._inbound_nodes if id(node) in own]
        entry = serialize_keras_object(operation) if isinstance(operation, Layer) else _operation_config(operation)
        entry["name"] = operation.name
        entry["inbound_nodes"] = [history.call(node) for node in nodes if node.inputs]
        layers.append(entry)
    return {
        "name": model.name,
        "trainable": model._trainable,
        "layers": layers,
        "input_layers": history.places(model._inputs),
        "output_layers": history.places(model._outputs),
    }


class _History:
    """How a symbolic tensor is written: the layer, which of its calls in this model, which of its outputs."""

    def __init__(self, number: dict[int, int]):
        self.number = number

    def place(self, tensor: KerasTensor) -> list:
        return [tensor.node.operation.name, self.number[id(tensor.node)], tensor.index]

    def places(self, structure: Any) -> Any:
        if isinstance(structure, KerasTensor):
            return self.place(structure)
        if isinstance(structure, dict):
            return {key: self.places(value) for key, value in structure.items()}
        places = [self.places(value) for value in structure]
        return tuple(places) if isinstance(structure, tuple) else places

    def call(self, node: Node) -> dict:
        args, kwargs = node.args, node.kwargs
        if isinstance(node.operation, Operation):
            args, kwargs = _call_arguments(node)
        call = {"args": [self.value(a) for a in args], "kwargs": {name: self.value(v) for name, v in kwargs.items()}}
        return call if kwargs.get("training") is None else {**call, TRAINING: kwargs["training"]}

    def value(self, value: Any) -> Any:
        if isinstance(value, KerasTensor):
            shape, dtype = list(value.shape), str(value.dtype)
            return {
                "class_name": "__keras_tensor__",
                "config": {"shape": shape, "dtype": dtype, "keras_history": self.place(value)},
            }
        if isinstance(value, dict):
            return {key: self.value(v) for key, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.value(v) for v in value]
        return serialize_keras_object(value)


def settings_of(operation: Operation) -> list[str]:
    """The arguments that Keras' class of the operation takes when it is made, rather than called."""
    return list(getattr(function_of(operation.class_name, operation.function), "settings", ()))


def function_of(class_name: str, default: Any = None) -> Any:
    """The function of `keras.ops` that Keras' class of an operation stands for.

    >>> function_of("Negative").__name__
    'negative'
    """
    return ops().OPERATIONS.get(class_name, default)


def ops() -> Any:
    """`keras.ops`, which only files with operations need: with all its tables it takes its time to import."""
    from minikeras import ops

    return ops


def _named(node: Node) -> dict:
    """The arguments of an operation's call by name."""
    function = function_of(node.operation.class_name, node.operation.function)
    try:
        return dict(inspect.signature(function).bind(*node.args, **node.kwargs).arguments)
    except (TypeError, ValueError):
        raise ValueError(
            f"Operation {node.operation.name!r} ({node.operation.class_name}) can't be written to a file: it is no operation "
            "of Keras. Write it as a layer of your own, or with keras.ops."
        ) from None


SPACES = {  # file of an operation here -> where Keras has it, if not in ops.numpy
    "convolution": "nn", "curves": "nn", "attention": "nn", "crossentropies": "nn", "ctc": "nn", "normalizing": "nn",
    "resize": "image", "colors": "image", "warp": "image", "linalg": "linalg", "control": "core", "core": "core",
    "einops": "einops", "fourier": "math", "math": "math",
}  # fmt: skip


def _operation_config(operation: Operation) -> dict:
    function = function_of(operation.class_name)
    if function is None:
        raise ValueError(
            f"Operation {operation.name!r} ({operation.class_name}) can't be written to a file: it is no operation of Keras. "
            "Write it as a layer of your own, or with keras.ops."
        )
    given = _named(operation._inbound_nodes[0])
    config = {name: given[name] for name in settings_of(operation) if name in given}
    home = function.__wrapped__.__module__.rpartition(".")[2]
    module = f"keras.src.ops.{SPACES.get(home, 'numpy')}"
    return {
        "module": module,
        "class_name": operation.class_name,
        "config": {"name": operation.name, **serialize_keras_object(config)},
        "registered_name": operation.class_name,
    }


def _call_arguments(node: Node) -> tuple[tuple, dict]:
    """What Keras' class of the operation is called with: its data, in order."""
    given, settings = _named(node), settings_of(node.operation)
    parameters = inspect.signature(function_of(node.operation.class_name, node.operation.function)).parameters
    args: list = []
    for name, value in given.items():
        if name not in settings and parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
            args += value
        elif name not in settings:
            args.append(value)
    return tuple(args), {}
