"""MobileNet V2: blocks that widen, convolve depthwise, narrow, and add the narrow ends (Sandler et al., arXiv 1801.04381)."""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.mobilenet import known_size, rows_columns, trained_size
from minikeras.applications.plan import STORE, Plan, channel_axis, channels, divisible, padding_for
from minikeras.models.functional import Functional

__all__ = ["MobileNetV2", "decode_predictions", "preprocess_input"]

_STAGES = ((16, 1, 1), (24, 2, 2), (32, 2, 3), (64, 2, 4), (96, 1, 3), (160, 2, 3), (320, 1, 1))  # filters, stride, blocks
_SIZES = (96, 128, 160, 192, 224)
_ALPHAS = (0.35, 0.50, 0.75, 1.0, 1.3, 1.4)
preprocess_input = preprocessing("tf")


def MobileNetV2(
    input_shape: tuple | None = None,
    alpha: float = 1.0,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str | None = None,
) -> Functional:
    """MobileNet V2 for images of 224x224 pixels, without top at least 32x32.

    Args:
        alpha: factor for the number of filters of each layer.

    The others: see `minikeras.applications.plan.Plan`.

    >>> MobileNetV2((32, 32, 3), alpha=0.35, weights=None, include_top=False, pooling="avg").output_shape
    (None, 1280)
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    plan.check_weights()
    check_tensor_fits(plan)
    given = input_shape if input_shape is not None else None if input_tensor is None else tuple(input_tensor.shape[1:])
    shape = plan.shape(known_size(given, _SIZES), 32)
    rows = trained_size(shape, _SIZES, weights)
    if weights == "imagenet" and alpha not in _ALPHAS:
        raise ValueError(f"With weights='imagenet', alpha should be one of {_ALPHAS}, got {alpha}.")
    plan = plan._replace(name=name or f"mobilenetv2_{alpha:0.2f}_{rows}")
    with plan.drawing():
        x = plan.images(shape)
        x = layers.Conv2D(divisible(32 * alpha), 3, strides=(2, 2), padding="same", use_bias=False, name="Conv1")(x)
        x = layers.ReLU(6.0, name="Conv1_relu")(normalized(x, "bn_Conv1"))
        number = 0
        for filters, stride, count in _STAGES:
            for j in range(count):
                x = _block(x, divisible(int(filters * alpha)), stride if j == 0 else 1, number)
                number += 1
        x = layers.Conv2D(divisible(1280 * alpha) if alpha > 1.0 else 1280, 1, use_bias=False, name="Conv_1")(x)
        x = layers.ReLU(6.0, name="out_relu")(normalized(x, "Conv_1_bn"))
        x = plan.ended(x, top=None, named=False)
        url = f"{STORE}mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_{float(alpha)}_{rows}"
        return plan.model(x, f"{url}{'' if include_top else '_no_top'}.h5")


def _block(x: KerasTensor, filters: int, stride: int, number: int) -> KerasTensor:
    """Widen (not in the first block), convolve depthwise, narrow; add where the shapes allow it."""
    start, inside = x, channels(x)
    name = f"block_{number}_" if number else "expanded_conv_"
    if number:
        x = layers.Conv2D(6 * inside, 1, padding="same", use_bias=False, name=f"{name}expand")(x)
        x = layers.ReLU(6.0, name=f"{name}expand_relu")(normalized(x, f"{name}expand_BN"))
    if stride == 2:
        x = layers.ZeroPadding2D(padding_for(x, 3), name=f"{name}pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.DepthwiseConv2D(3, strides=stride, use_bias=False, padding=padding, name=f"{name}depthwise")(x)
    x = layers.ReLU(6.0, name=f"{name}depthwise_relu")(normalized(x, f"{name}depthwise_BN"))
    x = layers.Conv2D(filters, 1, padding="same", use_bias=False, name=f"{name}project")(x)
    x = normalized(x, f"{name}project_BN")
    return layers.Add(name=f"{name}add")([start, x]) if inside == filters and stride == 1 else x


def normalized(x: KerasTensor, name: str) -> KerasTensor:
    """Batch normalization as in MobileNet V2 and V3."""
    return layers.BatchNormalization(axis=channel_axis(-1), epsilon=1e-3, momentum=0.999, name=name)(x)


def check_tensor_fits(plan: Plan) -> None:
    """Whether a tensor and a shape that were both given agree."""
    if plan.input_tensor is None or plan.input_shape is None:
        return
    given = rows_columns(plan.images(()).shape[1:])
    if given != rows_columns(plan.input_shape):
        raise ValueError(f"`input_shape` {plan.input_shape} and `input_tensor` of shape {plan.input_tensor.shape} don't agree.")
