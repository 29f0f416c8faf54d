"""Numbers on another scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.config import image_data_format
from minikeras._core.serialize import deserialize_keras_object
from minikeras.layers.layer import Layer, registry


@registry.register
class Rescaling(Layer):
    """Multiply and add: y = x · scale + offset. ``Rescaling(1 / 255)`` brings pixels to 0 ... 1.

    Args:
        scale: a number, or one for each channel.
        offset: a number, or one for each channel.

    Input and output of any shape; the same in training and prediction.

    >>> Rescaling(1 / 127.5, offset=-1)(np.array([0.0, 127.5, 255.0])).tolist()
    [-1.0, 0.0, 1.0]
    """

    supports_masking = True
    stateless = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs):
        super().__init__(**kwargs)
        self.scale, self.offset = scale, offset

    @property
    def by_rows(self) -> bool:
        """Whether each row follows from that row of the input alone: factors may be given for each."""
        return all(len(shape) < 2 or shape[0] == 1 for shape in (np.shape(self.scale), np.shape(self.offset)))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, None]:
        """Compute y = x · scale + offset."""
        y = x * self._value(self.scale, x)
        offset = self._value(self.offset, x)
        return (y + offset if np.ndim(offset) else np.add(y, offset, out=y) if y.ndim else y + offset), None

    def backward(self, dy: np.ndarray, kept: None, need_dx: bool = True) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x."""
        return dy * self._value(self.scale, dy)  # ∂L/∂x = ∂L/∂y · scale

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape."""
        return tuple(input_shape)

    @classmethod
    def from_config(cls, config: dict) -> Rescaling:
        """Build a layer from what `get_config` returned."""
        values = {key: deserialize_keras_object(config[key]) for key in ("scale", "offset") if key in config}
        return cls(**{**config, **values})

    def _value(self, value: Any, x: np.ndarray) -> Any:
        if np.ndim(value) == 0:
            return float(value)
        value = np.asarray(value, x.dtype)
        if image_data_format() == "channels_first":
            value = value.reshape(value.shape + (1,) * (3 - value.ndim))
        return value
