"""Inception-ResNet V2: convolutions side by side that add to what they are given (Szegedy et al., arXiv 1602.07261)."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis, channels
from minikeras.layers.layer import Layer, registry
from minikeras.models.functional import Functional
from minikeras.saving.onnx_export.rules import LAYERS

__all__ = ["CustomScaleLayer", "InceptionResNetV2", "decode_predictions", "preprocess_input"]

_BLOCKS = {  # chains of (filters, kernel) side by side
    "block35": ([(32, 1)], [(32, 1), (32, 3)], [(32, 1), (48, 3), (64, 3)]),
    "block17": ([(192, 1)], [(128, 1), (160, [1, 7]), (192, [7, 1])]),
    "block8": ([(192, 1)], [(192, 1), (224, [1, 3]), (256, [3, 1])]),
}
_HASHES = ("e693bd0210a403b3192acc6073ad2e96", "d19885ff4a710c122648d3b5c3b684e4")  # of the files with and without top
preprocess_input = preprocessing("tf")


@registry.register
class CustomScaleLayer(Layer):
    """The sum of the first of two arrays and of the second times a number.

    Args:
        scale: the number.

    >>> CustomScaleLayer(0.5)([np.ones(2), np.array([2.0, 4.0])]).tolist()
    [2.0, 3.0]
    """

    keras_module = "keras.src.applications.inception_resnet_v2"

    def __init__(self, scale: float, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def forward(self, x: Any, training: bool = False) -> tuple:
        """Return x₀ + scale · x₁."""
        y = x[1] * self.scale
        y += x[0]
        return y, None

    def backward(self, dy: np.ndarray, kept: Any, need_dx: bool = True) -> list | None:
        """Hand δ on to both."""
        return [dy, dy * self.scale] if need_dx else None

    def compute_output_shape(self, input_shape: list) -> tuple:
        """The shape of the first."""
        return tuple(input_shape[0])


LAYERS[CustomScaleLayer] = lambda layer, x: x[0] + x[1] * layer.scale  # for ONNX


def InceptionResNetV2(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "inception_resnet_v2",
) -> Functional:
    """Inception-ResNet V2 for images of 299x299 pixels, without top at least 75x75.

    Arguments: see `minikeras.applications.plan.Plan`.
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    with plan.drawing():
        x = _mixtures(plan.start(299, 75))
        x = _convolved(x, 1536, 1, name="conv_7b")
        x = plan.ended(x, named=False)
        url = f"{STORE}inception_resnet_v2/{plan.kernels('inception_resnet_v2')}"
        return plan.model(x, url, _HASHES[0 if include_top else 1])


def _mixtures(x: KerasTensor) -> KerasTensor:
    """All convolutions of the net but the last."""
    x = _chain(x, (32, 3, 2, "valid"), (32, 3, 1, "valid"), (64, 3))
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = _chain(x, (80, 1, 1, "valid"), (192, 3, 1, "valid"))
    x = layers.MaxPooling2D(3, strides=2)(x)
    branches = [_chain(x, *chain) for chain in ([(96, 1)], [(48, 1), (64, 5)], [(64, 1), (96, 3), (96, 3)])]
    branches.append(_chain(layers.AveragePooling2D(3, strides=1, padding="same")(x), (64, 1)))
    x = layers.Concatenate(axis=channel_axis(), name="mixed_5b")(branches)
    for i in range(1, 11):
        x = _block(x, 0.17, "block35", i)
    x = _reduced(x, "mixed_6a", [(384, 3, 2, "valid")], [(256, 1), (256, 3), (384, 3, 2, "valid")])
    for i in range(1, 21):
        x = _block(x, 0.1, "block17", i)
    ends = ([(256, 1), (384, 3, 2, "valid")], [(256, 1), (288, 3, 2, "valid")], [(256, 1), (288, 3), (320, 3, 2, "valid")])
    x = _reduced(x, "mixed_7a", *ends)
    for i in range(1, 10):
        x = _block(x, 0.2, "block8", i)
    return _block(x, 1.0, "block8", 10, activation=None)


def _convolved(
    x: KerasTensor,
    filters: int,
    kernel: Any,
    stride: int = 1,
    padding: str = "same",
    name: str | None = None,
) -> KerasTensor:
    """A convolution with normalization and ReLU."""
    x = layers.Conv2D(filters, kernel, strides=stride, padding=padding, use_bias=False, name=name)(x)
    x = layers.BatchNormalization(axis=channel_axis(), scale=False, name=name and f"{name}_bn")(x)
    return layers.Activation("relu", name=name and f"{name}_ac")(x)


def _chain(x: KerasTensor, *convolutions: tuple) -> KerasTensor:
    for convolution in convolutions:
        x = _convolved(x, *convolution)
    return x


def _reduced(x: KerasTensor, name: str, *chains: list) -> KerasTensor:
    """Half as many rows and columns, more channels."""
    branches = [_chain(x, *chain) for chain in chains]
    branches.append(layers.MaxPooling2D(3, strides=2, padding="valid")(x))
    return layers.Concatenate(axis=channel_axis(), name=name)(branches)


def _block(x: KerasTensor, scale: float, kind: str, i: int, activation: str | None = "relu") -> KerasTensor:
    """Chains side by side, joined to as many channels as there were, scaled and added."""
    name = f"{kind}_{i}"
    branches = [_chain(x, *chain) for chain in _BLOCKS[kind]]
    up = layers.Concatenate(axis=channel_axis(), name=f"{name}_mixed")(branches)
    up = layers.Conv2D(channels(x), 1, strides=1, padding="same", name=f"{name}_conv")(up)
    x = CustomScaleLayer(scale)([x, up])
    return x if activation is None else layers.Activation(activation, name=f"{name}_ac")(x)
