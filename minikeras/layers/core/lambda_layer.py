"""A function as a layer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from minikeras._core.byte_code import function_of
from minikeras._core.serialize import deserialize_keras_object
from minikeras._core.symbolic import is_shape
from minikeras.layers.layer import Layer, registry

_OF_KERAS_2 = ("module", "function_type", "output_shape_type", "output_shape_module")


@registry.register
class Lambda(Layer):
    """Any function of arrays as a layer: y = f(x). Its gradient is traced through NumPy's functions or `keras.ops`.

    A model is saved with the name of the function (``def``); to load it, register the function by
    `keras.saving.register_keras_serializable` or pass ``custom_objects={name: function}``. A ``lambda`` has no name: its byte
    code is saved, as Keras does, but never run; pass the function as ``custom_objects={name of the layer: function}``.
    Weights belong in a layer of your own, not in a function.

    Args:
        function: f, which may also take ``mask`` and ``training``.
        output_shape: shape of one output without the batch, or a function from the input's shape to the output's; by
            default found by trying.
        mask: the mask of the output: an array, or a function of the inputs and their mask; None for none.
        arguments: further arguments of f, a dict.

    >>> Lambda(lambda x, power: x**power, arguments={"power": 2})([[1.0, 2.0, 3.0]]).tolist()
    [[1.0, 4.0, 9.0]]
    """

    float_inputs = False

    def __init__(self, function: Callable, output_shape: Any = None, mask: Any = None, arguments: dict | None = None, **kwargs):
        if not callable(function):
            raise ValueError(
                f"Argument `function` of Lambda must be a function, got {function!r}. If it is the name of one, register it or "
                "pass custom_objects={name: function}."
            )
        if arguments is not None and not isinstance(arguments, dict):
            raise ValueError(f"Argument `arguments` of Lambda must be a dict of further arguments, got {arguments!r}.")
        if not (output_shape is None or callable(output_shape) or _is_shape_of_output(output_shape)):
            raise ValueError(
                "Argument `output_shape` of Lambda must be a shape without the batch (whole numbers and None), a list or dict "
                f"of shapes, or a function of the input's shape; got {output_shape!r}."
            )
        super().__init__(**kwargs)
        self.function = function
        self.arguments = dict(arguments or {})
        self.mask = mask
        self.supports_masking = mask is not None
        self._shape = output_shape
        self._takes = parameters(function)

    def _symbolic(self, x: Any, arguments: dict) -> Any:
        if "gradients" in getattr(getattr(self.function, "__code__", None), "co_names", ()):
            y = self.function(x, **self.arguments)  # K.gradients: of the graph around the layer, not of its inputs
            return y[0] if isinstance(y, list) and len(y) == 1 else y
        return super()._symbolic(x, arguments)

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Compute y = f(x)."""
        more = {name: value for name, value in (("mask", mask), ("training", training)) if name in self._takes}
        return self.function(inputs, **{**self.arguments, **more})

    @property
    def makes_mask(self) -> bool:
        """Whether a mask may come out although none went in."""
        return self.mask is not None

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """Return the mask that was given, or what the function that was given makes of the input's."""
        return self.mask(inputs, mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output: as given, else found by trying."""
        if self._shape is None:
            return super().compute_output_shape(input_shape)
        if callable(self._shape):
            return self._shape(input_shape)
        first = input_shape
        while first and isinstance(first[0], (list, tuple)):
            first = first[0]
        return with_batch(first[0] if first else None, self._shape)

    def compute_output_spec(self, x: Any, **arguments: Any) -> Any:
        """Return symbolic outputs: of the given shape, else found by trying."""
        return self._tried(x, arguments) if self._shape is None else super().compute_output_spec(x, **arguments)

    def _own_config(self, leave_out: Any = ()) -> dict:
        # functions as they are: what saves a model writes their names, what copies a layer needs none
        config: dict = {"function": self.function, "arguments": self.arguments}
        config |= {} if self._shape is None else {"output_shape": self._shape}
        return config if self.mask is None else {**config, "mask": self.mask}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None, safe_mode: bool | None = None) -> Lambda:
        """Build a layer from what `get_config` returned. Names are looked up; code is not run, whatever ``safe_mode`` says."""
        for name in ("function", "output_shape"):
            given = config.get(name)
            if isinstance(given, list) and config.get(f"{name}_type", config.get("function_type")) == "lambda":
                code = given  # as Keras 2 wrote them
            elif isinstance(given, dict) and given.get("class_name") == "__lambda__":
                code = given.get("config")
            else:
                continue
            config = {**config, name: function_of(code, custom_objects, str(config.get("name", "<lambda>")))}
        config = {name: value for name, value in config.items() if name not in _OF_KERAS_2}
        for name in ("function", "output_shape", "mask", "arguments"):
            if name in config and not callable(config[name]):
                config[name] = deserialize_keras_object(config[name], custom_objects)
        return cls(**config)


def parameters(function: Callable) -> tuple[str, ...]:
    """The names of a function's parameters; none for those that don't tell.

    >>> parameters(lambda x, training=False: x)
    ('x', 'training')
    """
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return ()


def _is_shape_of_output(shape: Any) -> bool:
    if isinstance(shape, dict):
        return all(map(_is_shape_of_output, shape.values()))
    if isinstance(shape, (list, tuple)):
        return is_shape(shape) and all(n is None or n >= 0 for n in shape) or all(
            isinstance(part, (list, tuple, dict)) and _is_shape_of_output(part) for part in shape
        )
    return is_shape([shape]) and shape is not None and shape >= 0


def with_batch(batch: int | None, shape: Any) -> Any:
    """A shape, or a list of shapes, with the size of the batch in front.

    >>> with_batch(None, (2, 3)), with_batch(5, [(2,), (3,)])
    ((None, 2, 3), [(5, 2), (5, 3)])
    """
    if isinstance(shape, dict):
        return {key: with_batch(batch, part) for key, part in shape.items()}
    if isinstance(shape, (list, tuple)) and shape and all(isinstance(part, (list, tuple, dict)) for part in shape):
        return [with_batch(batch, part) for part in shape]
    return (batch, *(shape if isinstance(shape, (list, tuple)) else (shape,)))
