"""Merging as Keras 1 wrote it: `Merge` of whole branches, as the first layer of a Sequential, and `merge` of tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from minikeras import layers
from minikeras._core.naming import shorten
from minikeras._core.old_arguments import hint
from minikeras.layers.layer import Layer
from minikeras.models.model import Model
from minikeras.models.sequential import Sequential

MODES: dict[str, Callable] = {
    "sum": lambda axis, dot_axes, **named: layers.Add(**named),
    "mul": lambda axis, dot_axes, **named: layers.Multiply(**named),
    "ave": lambda axis, dot_axes, **named: layers.Average(**named),
    "max": lambda axis, dot_axes, **named: layers.Maximum(**named),
    "min": lambda axis, dot_axes, **named: layers.Minimum(**named),
    "concat": lambda axis, dot_axes, **named: layers.Concatenate(axis=axis, **named),
    "dot": lambda axis, dot_axes, **named: layers.Dot(dot_axes, **named),
    "cos": lambda axis, dot_axes, **named: layers.Dot(dot_axes, normalize=True, **named),
}


class _Computed(Layer):
    """A function of several inputs as a layer, which is not saved with the model: ``mode`` is the user's own function."""

    def __init__(self, function: Callable, arguments: dict | None = None, **kwargs):
        super().__init__(**kwargs)
        self.function, self.arguments = function, dict(arguments or {})

    def call(self, x: Any) -> Any:
        return self.function(x, **self.arguments)


class _Source(NamedTuple):
    """Where an input of a Merge comes from: a branch and the number among its inputs."""

    branch: Any
    number: int


def merging_layer(mode: Any, concat_axis: int, dot_axes: Any, name: str | None, arguments: dict | None = None) -> Layer:
    """The layer of today for a mode of Keras 1: its name, or a function of the list of inputs.

    >>> type(merging_layer(lambda x: x[0] - x[1], -1, -1, None)).__name__
    '_Computed'
    """
    if callable(mode):
        return _Computed(mode, arguments, name=name)
    if mode not in MODES:
        raise ValueError(f"Argument `mode` of merge must be a function or one of {sorted(MODES)}, got {shorten(mode)}.")
    dot_axes = tuple(dot_axes) if isinstance(dot_axes, list) and all(type(a) is int for a in dot_axes) else dot_axes
    if isinstance(dot_axes, (list, tuple)) and not all(type(a) is int for a in dot_axes):
        dot_axes = tuple(axes[0] for axes in dot_axes)  # [[1], [1]], as Theano has them
    layer = MODES[mode](concat_axis, dot_axes, name=name)
    hint("merge", mode, f"`merge(mode={mode!r})` still works; it is the layer `{type(layer).__name__}` now.")
    return layer


def merge(
    inputs: list,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: dict | None = None,
    name: str | None = None,
) -> Any:
    """Join tensors, as Keras 1 wrote it.

    Args:
        inputs: symbolic tensors.
        mode: "sum", "mul", "ave", "max", "concat", "dot", "cos", or a function of their list.
        concat_axis, dot_axes: the axis of "concat"; the axes of "dot" and "cos".
        output_shape, output_mask: not needed: both follow from the rest.
        arguments: further arguments of a function.
        name: of the layer.

    >>> from minikeras import Input, config
    >>> config.disable_hints(); merge([Input((2,)), Input((3,))], mode="concat").shape; config.enable_hints()
    (None, 5)
    """
    return merging_layer(mode, concat_axis, dot_axes, name, arguments)(inputs)


def Merge(  # noqa: N802
    layers: list | None = None,
    mode: Any = "sum",
    concat_axis: int = -1,
    dot_axes: Any = -1,
    output_shape: Any = None,
    output_mask: Any = None,
    arguments: dict | None = None,
    node_indices: Any = None,
    tensor_indices: Any = None,
    name: str | None = None,
) -> Layer:
    """Join the outputs of branches: a model of several inputs, to be the first layer of a Sequential.

    Args:
        layers: models, each of a known input shape; without them, a layer to be called on a list of tensors.
        mode, concat_axis, dot_axes, output_shape, output_mask, arguments, name: as of `merge`.
        node_indices, tensor_indices: kept for Keras' sake.

    >>> from minikeras import Sequential, config, layers
    >>> config.disable_hints()
    >>> left, right = (Sequential([layers.Dense(4, input_shape=(n,))]) for n in (2, 3))
    >>> model = Sequential([Merge([left, right], mode="concat"), layers.Dense(1)])
    >>> model.input_shape, model.output_shape; config.enable_hints()
    ([(None, 2), (None, 3)], (None, 1))
    """
    joint = merging_layer(mode, concat_axis, dot_axes, name if layers is None else None, arguments)
    if layers is None:
        return joint
    inputs, outputs = {}, []
    for branch in layers:
        mine = [inputs.setdefault(source, _input_like(t)) for source, t in zip(_sources(branch), _inputs_of(branch))]
        outputs.append(branch(mine if len(mine) > 1 else mine[0]))
    joined = Model(list(inputs.values()), joint(outputs), name=name)
    joined._merged = tuple(inputs)
    return joined


def _sources(branch: Any) -> list:
    """What the inputs of a branch come from: a part that two branches have in common has its inputs once, as in Keras 1."""
    while isinstance(branch, Sequential) and branch.layers and isinstance(branch.layers[0], Model):
        branch = branch.layers[0]
    merged = getattr(branch, "_merged", None)
    if merged is not None:
        return list(merged)
    return [_Source(branch, number) for number, _ in enumerate(_inputs_of(branch))]


def _inputs_of(branch: Any) -> list:
    if isinstance(branch, Model) and branch._inputs is not None:
        return branch.inputs
    if isinstance(branch, Layer) and branch._given_shape is not None:
        return [layers.Input(batch_shape=branch._given_shape)]
    raise ValueError(
        f"Merge joins models that know the shape of their input, got {shorten(branch)}: give its first layer an input_shape."
    )


def _input_like(tensor: Any) -> Any:
    return layers.Input(batch_shape=tuple(tensor.shape), dtype=str(tensor.dtype))
