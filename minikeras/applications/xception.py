"""Xception: depthwise separable convolutions in residual blocks (Chollet, arXiv 1610.02357)."""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis
from minikeras.models.functional import Functional

__all__ = ["Xception", "decode_predictions", "preprocess_input"]

_HASHES = ("0a58e3b7378bc2990ea3b43d5981f1f6", "b0042744bf5b25fce3cb969f33bebb97")  # of the files with and without top
_NARROWING = {2: (128, 128), 3: (256, 256), 4: (728, 728), 13: (728, 1024)}  # blocks that halve rows and columns, their filters
preprocess_input = preprocessing("tf")


def Xception(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "xception",
) -> Functional:
    """Xception for images of 299x299 pixels, without top at least 71x71.

    Arguments: see `minikeras.applications.plan.Plan`.

    >>> Xception(False, None, input_shape=(71, 71, 3), pooling="avg").output_shape
    (None, 2048)
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    with plan.drawing():
        x = plan.start(299, 71)
        for i, (filters, stride) in enumerate(((32, 2), (64, 1)), 1):
            x = layers.Conv2D(filters, (3, 3), strides=(stride, stride), use_bias=False, name=f"block1_conv{i}")(x)
            x = _relu(_normalized(x, f"block1_conv{i}_bn"), f"block1_conv{i}_act")
        for i in range(2, 14):
            x = _narrowed(x, i, *_NARROWING[i]) if i in _NARROWING else _added(x, i)
        for i, filters in enumerate((1536, 2048), 1):
            x = _relu(_separable(x, filters, f"block14_sepconv{i}"), f"block14_sepconv{i}_act")
        x = plan.ended(x, named=False)
        return plan.model(x, f"{STORE}xception/{plan.kernels('xception')}", _HASHES[0 if include_top else 1])


def _normalized(x: KerasTensor, name: str | None = None) -> KerasTensor:
    return layers.BatchNormalization(axis=channel_axis(-1), name=name)(x)


def _relu(x: KerasTensor, name: str) -> KerasTensor:
    return layers.Activation("relu", name=name)(x)


def _separable(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    x = layers.SeparableConv2D(filters, (3, 3), padding="same", use_bias=False, name=name)(x)
    return _normalized(x, f"{name}_bn")


def _narrowed(x: KerasTensor, i: int, first: int, second: int) -> KerasTensor:
    """Two separable convolutions and a pooling; a convolution with stride 2 goes around them."""
    around = layers.Conv2D(second, (1, 1), strides=(2, 2), padding="same", use_bias=False)(x)
    around = _normalized(around)
    if i > 2:
        x = _relu(x, f"block{i}_sepconv1_act")
    x = _relu(_separable(x, first, f"block{i}_sepconv1"), f"block{i}_sepconv2_act")
    x = _separable(x, second, f"block{i}_sepconv2")
    x = layers.MaxPooling2D((3, 3), strides=(2, 2), padding="same", name=f"block{i}_pool")(x)
    return layers.Add()([x, around])


def _added(x: KerasTensor, i: int) -> KerasTensor:
    """Three separable convolutions whose result is added."""
    around = x
    for j in range(1, 4):
        x = _separable(_relu(x, f"block{i}_sepconv{j}_act"), 728, f"block{i}_sepconv{j}")
    return layers.Add()([x, around])
