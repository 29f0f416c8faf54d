"""What all these models have in common: their arguments, the shape of the images, the last layers, the files with weights."""

from __future__ import annotations

import os
import warnings
from typing import Any, NamedTuple

from minikeras import activations, layers
from minikeras._core.config import image_data_format
from minikeras._core.symbolic import KerasTensor
from minikeras._core.variable import undrawn
from minikeras.layers.input_layer import Input, InputLayer
from minikeras.models.functional import Functional

STORE = "https://storage.googleapis.com/tensorflow/keras-applications/"


class Plan(NamedTuple):
    """The arguments that every model takes, and what is done with them before and after its own layers.

    Args:
        include_top: whether the model ends in its classifier; without it, in feature maps.
        weights: None for random ones, ``"imagenet"`` for those trained on ImageNet, or the path of a file with weights.
        input_tensor: the symbolic images, instead of an Input of the model's own.
        input_shape: their shape without the batch; free where ``include_top`` is False.
        pooling: what follows the feature maps where there is no top: None, ``"avg"`` or ``"max"``.
        classes: the number of classes.
        classifier_activation: that of the last layer; None for logits.
        name: of the model.
    """

    include_top: bool
    weights: Any
    input_tensor: Any
    input_shape: tuple | None
    pooling: str | None
    classes: int
    classifier_activation: Any
    name: str | None

    def start(self, default_size: int, min_size: int) -> KerasTensor:
        """Check the arguments and return the symbolic images."""
        self.check_weights()
        return self.images(self.shape(default_size, min_size))

    def check_weights(self) -> None:
        """Whether the weights that are asked for exist and fit the classes."""
        if self.weights not in (None, "imagenet") and not os.path.exists(self.weights):
            raise ValueError(
                "The `weights` argument should be None (random ones), 'imagenet' (trained on ImageNet) or the path of a file "
                f"that exists, got weights={self.weights!r}."
            )
        if self.weights == "imagenet" and self.include_top and self.classes != 1000:
            raise ValueError(
                "With weights='imagenet' and include_top=True, `classes` should be 1000, those of ImageNet; "
                f"got classes={self.classes}. Write include_top=False and put a Dense layer of your own on top."
            )

    def shape(self, default_size: int, min_size: int) -> tuple:
        """The shape of the images: that which was given, checked, or the default."""
        given = None if self.input_shape is None else tuple(self.input_shape)
        first = image_data_format() == "channels_first"
        ready = self.weights == "imagenet"
        if given is not None and len(given) != 3:
            raise ValueError(f"`input_shape` should be a tuple of three integers, got {given}.")
        channels = 3 if given is None or ready else given[0] if first else given[2]
        if channels not in (1, 3):
            warnings.warn(f"Images usually have 1 or 3 channels, not {channels} as in input_shape={given}.", stacklevel=4)
        default = (channels, default_size, default_size) if first else (default_size, default_size, channels)
        if ready and self.include_top:
            if given not in (None, default):
                raise ValueError(f"With include_top=True and weights='imagenet', `input_shape` is {default}, got {given}.")
            return default
        if given is None:
            return default if self.include_top else (3, None, None) if first else (None, None, 3)
        if ready and given[0 if first else 2] != 3:
            raise ValueError(f"With weights='imagenet' the images must have 3 channels, got input_shape={given}.")
        if any(n is not None and n < min_size for n in (given[1:] if first else given[:2])):
            raise ValueError(f"The images must have at least {min_size}x{min_size} pixels, got input_shape={given}.")
        if self.include_top and None in given:
            raise ValueError(f"With include_top=True `input_shape` must be known in full, got {given}.")
        return given

    def images(self, shape: tuple) -> KerasTensor:
        """The tensor that was given, or an Input of this shape."""
        if self.input_tensor is None:
            return Input(shape)
        if not isinstance(self.input_tensor, KerasTensor):
            raise ValueError(f"`input_tensor` should be what keras.Input(...) returns, got {type(self.input_tensor).__name__}.")
        return self.input_tensor

    def pooled(self, x: KerasTensor, named: bool = True) -> KerasTensor:
        """The end of a model without top."""
        if self.pooling == "avg":
            return layers.GlobalAveragePooling2D(name="avg_pool" if named else None)(x)
        if self.pooling == "max":
            return layers.GlobalMaxPooling2D(name="max_pool" if named else None)(x)
        return x

    def activation(self) -> Any:
        """That of the last layer; trained weights go with softmax or none."""
        if self.weights is not None and activations.get(self.classifier_activation) not in (
            activations.get("softmax"),
            activations.get(None),
        ):
            raise ValueError(
                "With trained weights and include_top=True, `classifier_activation` should be 'softmax' or None, "
                f"got {self.classifier_activation!r}."
            )
        return self.classifier_activation

    def classified(self, x: KerasTensor, **arguments) -> KerasTensor:
        """The last layer of a model with top."""
        return layers.Dense(self.classes, activation=self.activation(), **{"name": "predictions", **arguments})(x)

    def ended(self, x: KerasTensor, top: str | None = "avg_pool", named: bool = True) -> KerasTensor:
        """A mean over the pixels and a dense layer, or what there is instead without top."""
        if not self.include_top:
            return self.pooled(x, named)
        return self.classified(layers.GlobalAveragePooling2D(name=top)(x))

    def drawing(self) -> Any:
        """A context in which weights are not drawn that a file is going to overwrite."""
        return undrawn(self.weights is not None)

    def model(self, x: KerasTensor, url: str, file_hash: str | None = None, file: str | None = None) -> Functional:
        """The model that ends in x, with its weights; ``url`` is where those of ImageNet are."""
        inputs = sources(x)
        model = Functional(inputs if len(inputs) > 1 else inputs[0], x, name=self.name)
        if self.weights == "imagenet":
            try:
                model.load_weights(fetched(url, file_hash, file))
            except OSError as error:
                more = "Or write weights=None for random ones, weights=<path> for a file that is elsewhere."
                raise OSError(f"{error} {more}") from error
        elif self.weights is not None:
            model.load_weights(self.weights)
        return model

    def kernels(self, stem: str) -> str:
        """The name that most files with ImageNet's weights have."""
        return f"{stem}_weights_tf_dim_ordering_tf_kernels{'' if self.include_top else '_notop'}.h5"


def fetched(url: str, file_hash: str | None = None, file: str | None = None) -> str:
    """The path of a file of Keras' store, from the cache or downloaded; without a network the error says where to put it."""
    from minikeras.utils import get_file  # brings the network along: only when something is to be fetched

    return get_file(file or url.rsplit("/", 1)[1], url, cache_subdir="models", file_hash=file_hash)


def sources(x: KerasTensor) -> list[KerasTensor]:
    """The Inputs that a tensor comes from."""
    found: dict[int, KerasTensor] = {}
    seen, stack = set(), [x]
    while stack:
        tensor = stack.pop()
        if tensor.node is None or isinstance(tensor.node.operation, InputLayer):
            found[id(tensor)] = tensor
        elif id(tensor.node) not in seen:
            seen.add(id(tensor.node))
            stack += reversed(tensor.node.inputs)
    return list(found.values())


def channel_axis(last: int = 3) -> int:
    """Where the channels of images stand; ``last`` where they come last."""
    return 1 if image_data_format() == "channels_first" else last


def channels(x: KerasTensor) -> int:
    """How many channels images have."""
    return x.shape[channel_axis()]


def padding_for(x: KerasTensor, kernel: int) -> tuple:
    """The zeros around images before a convolution with stride 2, so that it is centred as in the original models."""
    size = x.shape[2:] if channel_axis() == 1 else x.shape[1:3]
    half = kernel // 2
    even = [1 if size[0] is None else 1 - n % 2 for n in size]
    return tuple((half - e, half) for e in even)


def divisible(v: float, divisor: int = 8) -> int:
    """The multiple of ``divisor`` next to v, not more than a tenth below it.

    >>> divisible(16 * 0.35), divisible(100)
    (8, 104)
    """
    near = max(divisor, int(v + divisor / 2) // divisor * divisor)
    return near + divisor if near < 0.9 * v else near
