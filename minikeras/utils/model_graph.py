"""What a picture of a model shows: boxes, what is written in them, and which feeds which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from minikeras._core.symbolic import is_shape, shapes_of


class Box(NamedTuple):
    """A layer in a picture."""

    key: str
    title: str
    rows: list[str]  # what stands below the title
    trainable: bool | None  # None where it isn't said
    group: tuple[str, ...]  # the models that it stands in, the outermost first


class Drawing(NamedTuple):
    """A picture to be: boxes, and pairs of keys of boxes."""

    boxes: list[Box]
    arrows: list[tuple[str, str]]


def drawing_of(model: Any, expand_nested: bool = False, **shown: bool) -> Drawing:
    """Return what a picture of a model shows.

    Args:
        model: a built model.
        expand_nested: show the layers of models within.
        shown: ``shapes``, ``dtype``, ``layer_names``, ``layer_activations``, ``trainable``: what is written in boxes.

    >>> from minikeras import Sequential, layers
    >>> model = Sequential([layers.Dense(2, input_shape=(3,), name="a"), layers.Dense(1, name="b")])
    >>> drawing = drawing_of(model, shapes=True)
    >>> [box.title for box in drawing.boxes], drawing.boxes[0].rows, len(drawing.arrows)
    (['Dense', 'Dense'], ['Input shape: (None, 3)', 'Output shape: (None, 2)'], 1)
    """
    boxes = [_box(layer, group, shown) for layer, group in _layers(model, expand_nested, ())]
    known = {box.key for box in boxes}
    arrows = [(str(id(a)), str(id(b))) for a, b in _arrows(model, expand_nested)]
    return Drawing(boxes, [pair for pair in dict.fromkeys(arrows) if known.issuperset(pair)])


def _steps(model: Any) -> list[Any]:
    """The layers and operations of a model; of one that is written as a class, only itself is known."""
    if _nodes(model):
        return list(model.operations)
    return list(model.layers) if _is_row(model) else [model]


def _nodes(model: Any) -> list:
    """The calls of a model made of symbolic tensors; none where the layers stand in a row."""
    return [] if _is_row(model) else getattr(model, "_nodes", None) or []


def _is_row(model: Any) -> bool:
    return any(cls.__name__ == "Sequential" for cls in type(model).__mro__)


def _is_model(layer: Any) -> bool:
    return bool(_nodes(layer)) or (_is_row(layer) and bool(layer.layers))


def _layers(model: Any, expand: bool, group: tuple) -> Iterator[tuple[Any, tuple]]:
    for step in _steps(model):
        if expand and step is not model and _is_model(step):
            yield from _layers(step, True, (*group, step.name))
        else:
            yield step, group


def _arrows(model: Any, expand: bool) -> Iterator[tuple[Any, Any]]:
    steps = _steps(model)
    for step in steps:
        if expand and step is not model and _is_model(step):
            yield from _arrows(step, True)
    for source, index, target, place in _joints(model, steps):
        begins = _begins(target, expand)
        for begin in begins if len(begins) == 1 or place is None else begins[place : place + 1]:
            yield _end(source, index, expand), begin


def _joints(model: Any, steps: list) -> Iterator[tuple[Any, int, Any, int | None]]:
    """What feeds what, which of its outputs, and by which of the inputs there."""
    if not _nodes(model):
        yield from ((a, 0, b, None) for a, b in zip(steps, steps[1:]))
        return
    for node in _nodes(model):
        for place, tensor in enumerate(node.inputs):
            yield tensor.node.operation, tensor.index, node.operation, place


def _begins(layer: Any, expand: bool) -> list[Any]:
    if not expand or not _is_model(layer):
        return [layer]
    if _nodes(layer):
        return [tensor.node.operation for tensor in layer.inputs]
    return _begins(layer.layers[0], expand)


def _end(layer: Any, index: int, expand: bool) -> Any:
    """The layer that gives this output; within a model that is opened, one of its layers."""
    if not expand or not _is_model(layer):
        return layer
    if _nodes(layer):
        tensor = layer.outputs[index]
        return _end(tensor.node.operation, tensor.index, expand)
    return _end(layer.layers[-1], index, expand)


# -- what is written -----------------------------------------------------------------------------------------------------


def _box(layer: Any, group: tuple, shown: dict) -> Box:
    kind = getattr(layer, "class_name", None) or type(layer).__name__
    rows = []
    activation = getattr(layer, "activation", None)
    if shown.get("layer_activations") and activation is not None:
        rows.append(f"Activation: {getattr(activation, '__name__', None) or getattr(activation, 'name', activation)}")
    if shown.get("shapes"):
        if kind != "InputLayer":
            rows.append(f"Input shape: {_written(_input_shape(layer))}")
        rows.append(f"Output shape: {_written(_output_shape(layer))}")
    if shown.get("dtype"):
        rows.append(f"Output dtype: {_dtype(layer)}")
    trainable = bool(layer.trainable) if shown.get("trainable") and getattr(layer, "weights", None) else None
    if trainable is not None:
        rows.append("Trainable" if trainable else "Non-trainable")
    title = f"{layer.name} ({kind})" if shown.get("layer_names") else kind
    return Box(str(id(layer)), title, rows, trainable, group)


def _input_shape(layer: Any) -> Any:
    node = next(iter(getattr(layer, "_inbound_nodes", ())), None)
    if node is not None and node.inputs:
        shapes = [tuple(tensor.shape) for tensor in node.inputs]
        return shapes[0] if len(shapes) == 1 else shapes
    return getattr(layer, "_build_shape", None)


def _output_shape(layer: Any) -> Any:
    node = next(iter(getattr(layer, "_inbound_nodes", ())), None)
    return shapes_of(node.outputs) if node is not None else getattr(layer, "_output_shape", None)


def _dtype(layer: Any) -> str:
    node = next(iter(getattr(layer, "_inbound_nodes", ())), None)
    tensors = node.output_tensors if node is not None else []
    names = dict.fromkeys(str(tensor.dtype) for tensor in tensors)
    return ", ".join(names) or str(getattr(layer, "compute_dtype", "?"))


def _written(shape: Any) -> str:
    """
    >>> _written((None, 3)), _written([(None, 3), (None, 2)]), _written(None)
    ('(None, 3)', '[(None, 3), (None, 2)]', '?')
    """
    if shape is None:
        return "?"
    if isinstance(shape, dict):
        return ", ".join(f"{name}: {_written(one)}" for name, one in shape.items())
    return str(tuple(shape)) if is_shape(shape) else f"[{', '.join(map(_written, shape))}]"
