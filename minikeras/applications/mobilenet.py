"""MobileNet: depthwise convolutions, each followed by one of a single pixel (Howard et al., arXiv 1704.04861)."""

from __future__ import annotations

import warnings
from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis
from minikeras.models.functional import Functional

__all__ = ["MobileNet", "decode_predictions", "preprocess_input"]

_FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
_STRIDED = (2, 4, 6, 12)
_SIZES = (128, 160, 192, 224)  # for which there are trained weights
_ALPHAS = {0.25: "2_5", 0.50: "5_0", 0.75: "7_5", 1.0: "1_0"}
preprocess_input = preprocessing("tf")


def MobileNet(
    input_shape: tuple | None = None,
    alpha: float = 1.0,
    depth_multiplier: int = 1,
    dropout: float = 1e-3,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Functional:
    """MobileNet for images of 224x224 pixels, without top at least 32x32.

    Args:
        alpha: factor for the number of filters of each layer.
        depth_multiplier: how many filters the depthwise convolutions have for each channel.
        dropout: rate before the last layer.

    The others: see `minikeras.applications.plan.Plan`.

    >>> MobileNet((32, 32, 3), alpha=0.25, weights=None, classes=10).output_shape
    (None, 10)
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    plan.check_weights()
    shape = plan.shape(known_size(input_shape, _SIZES), 32)
    rows = trained_size(shape, _SIZES, weights)
    if weights == "imagenet" and (depth_multiplier != 1 or alpha not in _ALPHAS):
        raise ValueError(
            f"With weights='imagenet', depth_multiplier should be 1 and alpha one of {list(_ALPHAS)}, got "
            f"depth_multiplier={depth_multiplier}, alpha={alpha}."
        )
    plan = plan._replace(name=name or f"mobilenet_{alpha:0.2f}_{rows}")
    with plan.drawing():
        x, filters = plan.images(shape), int(32 * alpha)
        x = layers.Conv2D(filters, (3, 3), padding="same", use_bias=False, strides=(2, 2), name="conv1")(x)
        x = _normalized(x, "conv1")
        for i, filters in enumerate(_FILTERS, 1):
            x = _block(x, int(filters * alpha), depth_multiplier, i)
        x = _classified(x, dropout, plan) if include_top else plan.pooled(x, named=False)
        file = f"mobilenet_{_ALPHAS.get(alpha)}_{rows}_tf{'' if include_top else '_no_top'}.h5"
        return plan.model(x, f"{STORE}mobilenet/{file}")


def _normalized(x: KerasTensor, name: str) -> KerasTensor:
    x = layers.BatchNormalization(axis=channel_axis(-1), name=f"{name}_bn")(x)
    return layers.ReLU(6.0, name=f"{name}_relu")(x)


def _block(x: KerasTensor, filters: int, depth_multiplier: int, i: int) -> KerasTensor:
    """A depthwise convolution and one of a single pixel."""
    stride = 2 if i in _STRIDED else 1
    if stride == 2:
        x = layers.ZeroPadding2D(((0, 1), (0, 1)), name=f"conv_pad_{i}")(x)
    x = layers.DepthwiseConv2D(
        (3, 3),
        padding="same" if stride == 1 else "valid",
        depth_multiplier=depth_multiplier,
        strides=(stride, stride),
        use_bias=False,
        name=f"conv_dw_{i}",
    )(x)
    x = _normalized(x, f"conv_dw_{i}")
    x = layers.Conv2D(filters, (1, 1), padding="same", use_bias=False, strides=(1, 1), name=f"conv_pw_{i}")(x)
    return _normalized(x, f"conv_pw_{i}")


def _classified(x: KerasTensor, dropout: float, plan: Plan) -> KerasTensor:
    """The classes by a convolution of the one pixel that the mean is."""
    x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Conv2D(plan.classes, (1, 1), padding="same", name="conv_preds")(x)
    x = layers.Reshape((plan.classes,), name="reshape_2")(x)
    return layers.Activation(plan.activation(), name="predictions")(x)


def known_size(shape: tuple | None, sizes: tuple) -> int:
    """The size of square images for which there are trained weights; 224 for others.

    >>> known_size((160, 160, 3), (128, 160)), known_size((100, 100, 3), (128, 160))
    (160, 224)
    """
    rows, columns = rows_columns(shape) if shape is not None else (None, None)
    return rows if rows == columns and rows in sizes else 224


def rows_columns(shape: tuple) -> tuple:
    """The size of images of this shape, the batch left out."""
    return tuple(shape[1:]) if channel_axis() == 1 else tuple(shape[:2])


def trained_size(shape: tuple, sizes: tuple, weights: Any) -> int | None:
    """The size of the images, or of those whose trained weights are nearest to it."""
    rows, columns = rows_columns(shape)
    if weights == "imagenet" and (rows != columns or rows not in sizes):
        warnings.warn(f"ImageNet's weights are for square images of {sizes} pixels: those for 224 are taken.", stacklevel=3)
        return 224
    return rows
