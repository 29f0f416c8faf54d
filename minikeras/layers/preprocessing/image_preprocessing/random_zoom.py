"""Random zooming of images."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.layer import registry
from minikeras.layers.preprocessing.image_preprocessing.affine import AffineLayer


@registry.register
class RandomZoom(AffineLayer):
    """In training, zoom each image about its centre by a random factor.

    Args:
        height_factor: a pair of bounds, or f for (-f, f): drawn z makes the window 1 + z times as high, so that
            positive ones zoom out and negative ones in. Above -1, up to 1.
        width_factor: the same for the width; None draws one number for both, which keeps the aspect ratio.
        fill_mode: what stands outside of the image: "reflect", "wrap", "constant" or "nearest".
        interpolation: "bilinear" or "nearest".
        seed: an integer, for the same draws in each run.
        fill_value: the value outside, for fill mode "constant".
        data_format: see `keras.config.image_data_format`.

    Input and output ``(batch, height, width, channels)``, or one image.

    >>> RandomZoom((-0.5, -0.5), interpolation="nearest")(np.arange(4.0).reshape(1, 4, 1), training=True).ravel().tolist()
    [1.0, 1.0, 2.0, 2.0]
    """

    def __init__(
        self,
        height_factor: Any,
        width_factor: Any = None,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs,
    ):
        super().__init__(fill_mode, interpolation, seed, fill_value, data_format=data_format, **kwargs)
        self.height_factor, self.width_factor = height_factor, width_factor
        self._height = bounds("RandomZoom", "height_factor", height_factor, -1.0, 1.0, open_below=True)
        self._width = None
        if width_factor is not None:
            self._width = bounds("RandomZoom", "width_factor", width_factor, -1.0, 1.0, open_below=True)

    def draw(self, shape: tuple, rng: np.random.Generator) -> np.ndarray:
        """Draw a zoom for each image."""
        height = 1.0 + rng.uniform(*self._height, shape[0])
        width = height if self._width is None else 1.0 + rng.uniform(*self._width, shape[0])
        zero = np.zeros(shape[0])
        x, y = (shape[2] - 1) / 2 * (1.0 - width), (shape[1] - 1) / 2 * (1.0 - height)  # the centre stays
        return np.stack([width, zero, x, zero, height, y, zero, zero], -1)


def bounds(layer: str, name: str, factor: Any, low: float, high: float, open_below: bool = False) -> tuple[float, float]:
    """Read a pair of bounds, or one number f for (-f, f).

    >>> bounds("RandomZoom", "height_factor", 0.2, -1.0, 1.0), bounds("RandomZoom", "height_factor", [0.3, -0.2], -1.0, 1.0)
    ((-0.2, 0.2), (-0.2, 0.3))
    """
    pair = isinstance(factor, (tuple, list)) and len(factor) == 2
    numbers = factor if pair else [factor]
    good = all(isinstance(n, (int, float, np.number)) and not isinstance(n, bool) for n in numbers)
    if not good or any(not low <= n <= high or open_below and n == low for n in numbers):
        raise ValueError(
            f"The `{name}` argument of {layer} should be a number (or a list of two numbers) in the range "
            f"{'(' if open_below else '['}{low}, {high}], got {factor!r}."
        )
    return tuple(sorted(factor)) if pair else (-abs(factor), abs(factor))
