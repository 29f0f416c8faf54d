"""What all layers for images share: one image or a batch, either layout, dicts of images and labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.now import CALL
from minikeras._core.random import SeedGenerator
from minikeras._core.symbolic import symbolic_leaves
from minikeras._core.tape import vjp
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.layer import Layer


class BaseImagePreprocessingLayer(Layer):
    """A layer from images to images. Subclasses see batches ``(batch, height, width, channels)`` only.

    A subclass writes `apply`, and `draw` if chance is involved. Called outside of a model without ``training``, such a
    layer acts as in training, as in Keras; inside of a model it does as the model does.

    Args:
        data_format: ``"channels_last"`` or ``"channels_first"``; `keras.config.image_data_format` by default.
        bounding_box_format: kept as in Keras; layers that move pixels don't move boxes here.
    """

    training_by_default = True
    moves_pixels = False  # whether segmentation masks have to be changed along with the images

    def __init__(self, data_format: str | None = None, bounding_box_format: str | None = None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(type(self).__name__, data_format)
        self.bounding_box_format = bounding_box_format

    # -- what subclasses write ---------------------------------------------------------------------------------------

    def draw(self, shape: tuple, rng: np.random.Generator) -> Any:
        """Draw what is done to each image of a batch of that shape."""

    def apply(self, images: np.ndarray, drawn: Any) -> np.ndarray:
        """Change a batch of images as `draw` has it."""
        raise NotImplementedError(f"{type(self).__name__} should define apply(images, drawn).")

    def apply_backward(self, dy: np.ndarray, images: np.ndarray, drawn: Any) -> np.ndarray:
        """Turn ∂L/∂y into ∂L/∂x; traced through `apply` unless a layer has a formula."""
        return vjp(lambda x: self.apply(x, drawn), images)[1](dy)[0]

    def apply_to_labels(self, labels: np.ndarray, drawn: Any) -> np.ndarray:
        """Change the labels that belong to the images."""
        return labels

    def apply_to_masks(self, masks: np.ndarray, drawn: Any) -> np.ndarray:
        """Change the segmentation masks that belong to the images."""
        return self.apply(masks, drawn) if self.moves_pixels else masks

    # -- computing ---------------------------------------------------------------------------------------------------

    def __call__(self, inputs: Any, *args, **kwargs) -> Any:
        """Change an image, a batch of images, or a dict of "images", "labels" and "segmentation_masks"."""
        if type(inputs) is not np.ndarray and symbolic_leaves(inputs):
            return super().__call__(inputs, *args, **kwargs)
        if not args and kwargs.get("training") is None:
            call = CALL.get()
            told = None if call is None else call.training
            kwargs["training"] = self.training_by_default if told is None else bool(told)
        if isinstance(inputs, dict):
            return self._call_dict(inputs, *args, **kwargs)
        return super().__call__(inputs, *args, **kwargs)

    def forward(self, x: np.ndarray, training: bool = False) -> tuple[np.ndarray, tuple | None]:
        """Change the images in training, else leave them as they are."""
        self._check_rank(x.shape)
        if not training:
            return x, None
        images = self.to_batch(x)
        drawn = self._drawn(images.shape)
        return self.from_batch(self.apply(images, drawn), x.ndim), (images, drawn)

    def backward(self, dy: np.ndarray, kept: tuple | None, need_dx: bool = True) -> np.ndarray | None:
        """Turn ∂L/∂y into ∂L/∂x."""
        if kept is None or not need_dx:
            return dy if need_dx else None
        return self.from_batch(self.apply_backward(self.to_batch(dy), *kept), dy.ndim)

    def to_batch(self, x: np.ndarray) -> np.ndarray:
        """Give images the shape ``(batch, height, width, channels)``."""
        x = x[None] if x.ndim == 3 else x
        return np.moveaxis(x, 1, -1) if self.data_format == "channels_first" else x

    def from_batch(self, images: np.ndarray, ndim: int) -> np.ndarray:
        """Give images the shape of the input again."""
        x = np.moveaxis(images, -1, 1) if self.data_format == "channels_first" else images
        return x[0] if ndim == 3 else x

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Return the input's shape."""
        return tuple(input_shape)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this layer."""
        config = super().get_config()
        if config["bounding_box_format"] is None:
            del config["bounding_box_format"]
        return config

    def _drawn(self, shape: tuple) -> Any:
        generator = getattr(self, "generator", None)
        return self.draw(shape, generator.rng()) if isinstance(generator, SeedGenerator) else self.draw(shape, None)

    def _check_rank(self, shape: tuple) -> None:
        if len(shape) not in (3, 4):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) expects one image (rank 3) or a batch of images (rank 4), "
                f"got an input of shape {tuple(shape)}."
            )

    def _call_dict(self, data: dict, training: bool = False) -> dict:
        if "images" not in data:
            raise ValueError(f"Layer {self.name!r}: a dict of images needs the key 'images', got {sorted(data)}.")
        if "bounding_boxes" in data and (self.moves_pixels or type(self).compute_output_shape is not _same_shape):
            raise NotImplementedError(
                f"Layer {self.name!r} ({type(self).__name__}) does not move bounding boxes. "
                "Take 'bounding_boxes' out of the dict."
            )
        x = self.convert(data["images"])
        self._check_rank(x.shape)
        result, images = dict(data), self.to_batch(x)
        drawn = self._drawn(images.shape) if training else None
        result["images"] = self.from_batch(self.apply(images, drawn), x.ndim) if training else self.forward(x, False)[0]
        if training and "labels" in data:
            labels = np.asarray(data["labels"])
            changed = self.apply_to_labels(labels[None] if x.ndim == 3 else labels, drawn)
            result["labels"] = changed[0] if x.ndim == 3 else changed
        if "segmentation_masks" in data and (training or not self.training_by_default):
            masks = np.asarray(data["segmentation_masks"])
            result["segmentation_masks"] = self.from_batch(self.apply_to_masks(self.to_batch(masks), drawn), masks.ndim)
        return result


_same_shape = BaseImagePreprocessingLayer.compute_output_shape


def factor_range(layer: str, name: str, factor: Any, low: float, high: float, default_low: Any = None) -> tuple:
    """Read a factor: two numbers, or one number f that stands for (-f, f), cut off at ``low``.

    >>> factor_range("RandomHue", "factor", 0.5, 0, 1), factor_range("RandomRotation", "factor", 0.2, -1, 1)
    ((0, 0.5), (-0.2, 0.2))
    """
    pair = isinstance(factor, (tuple, list)) and len(factor) == 2
    numbers = factor if pair else [factor]
    if not all(isinstance(n, (int, float, np.number)) and not isinstance(n, bool) and low <= n <= high for n in numbers):
        raise ValueError(
            f"The `{name}` argument should be a number (or a list of two numbers) in the range [{low}, {high}]. "
            f"{layer} got {name}={factor!r}."
        )
    if pair:
        return tuple(sorted(factor))
    return (max(-abs(factor), low) if default_low is None else default_low, abs(factor))


def value_pair(layer: str, value_range: Any) -> Any:
    """Check the range of an image's values: two numbers.

    >>> value_pair("RandomHue", (0, 255))
    (0, 255)
    """
    good = isinstance(value_range, (tuple, list)) and len(value_range) == 2
    if not good or not all(isinstance(v, (int, float, np.number)) for v in value_range):
        raise ValueError(f"The `value_range` argument of {layer} should be a list of two numbers, got {value_range!r}.")
    return value_range


def choice(layer: str, name: str, value: Any, allowed: tuple) -> Any:
    """Check that an argument is one of a few words.

    >>> choice("RandomZoom", "fill_mode", "wrap", ("wrap", "nearest"))
    'wrap'
    """
    if value not in allowed:
        raise ValueError(f"Unknown `{name}` {value!r} of {layer}. Expected one of {tuple(allowed)}.")
    return value
