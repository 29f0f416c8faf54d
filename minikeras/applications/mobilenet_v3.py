"""MobileNet V3: V2's blocks with hard swish and channels weighed by their means (Howard et al., arXiv 1905.02244)."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.mobilenet import rows_columns
from minikeras.applications.mobilenet_v2 import check_tensor_fits, normalized
from minikeras.applications.plan import STORE, Plan, channel_axis, channels, divisible, padding_for
from minikeras.applications.resnet import called
from minikeras.models.functional import Functional

__all__ = ["MobileNetV3Large", "MobileNetV3Small", "decode_predictions", "preprocess_input"]

# widening, filters, kernel, stride, whether channels are weighed, whether hard swish; in plain models 3, no, no
_SMALL = (
    (1, 16, 3, 2, 1, 0), (72 / 16, 24, 3, 2, 0, 0), (88 / 24, 24, 3, 1, 0, 0), (4, 40, 5, 2, 1, 1), (6, 40, 5, 1, 1, 1),
    (6, 40, 5, 1, 1, 1), (3, 48, 5, 1, 1, 1), (3, 48, 5, 1, 1, 1), (6, 96, 5, 2, 1, 1), (6, 96, 5, 1, 1, 1),
    (6, 96, 5, 1, 1, 1),
)  # fmt: skip
_LARGE = (
    (1, 16, 3, 1, 0, 0), (4, 24, 3, 2, 0, 0), (3, 24, 3, 1, 0, 0), (3, 40, 5, 2, 1, 0), (3, 40, 5, 1, 1, 0),
    (3, 40, 5, 1, 1, 0),
    (6, 80, 3, 2, 0, 1), (2.5, 80, 3, 1, 0, 1), (2.3, 80, 3, 1, 0, 1), (2.3, 80, 3, 1, 0, 1), (6, 112, 3, 1, 1, 1),
    (6, 112, 3, 1, 1, 1), (6, 160, 5, 2, 1, 1), (6, 160, 5, 1, 1, 1), (6, 160, 5, 1, 1, 1),
)  # fmt: skip
_SIZES = {"small": (_SMALL, 1024), "large": (_LARGE, 1280)}
_HASHES = {  # of the files with and without top
    "large_224_0.75_float": ("765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"),
    "large_224_1.0_float": ("59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"),
    "large_minimalistic_224_1.0_float": ("675e7b876c45c57e9e63e6d90a36599c", "ec5221f64a2f6d1ef965a614bdae7973"),
    "small_224_0.75_float": ("cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"),
    "small_224_1.0_float": ("8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"),
    "small_minimalistic_224_1.0_float": ("99cd97fb2fcdad2bf028eb838de69e37", "cde8136e733e811080d9fcd8a252f7e4"),
}
preprocess_input = preprocessing(None)


def _variant(size: str) -> Callable:
    public = f"MobileNetV3{size.title()}"

    def make(
        input_shape: tuple | None = None,
        alpha: float = 1.0,
        minimalistic: bool = False,
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        classes: int = 1000,
        pooling: str | None = None,
        dropout_rate: float = 0.2,
        classifier_activation: Any = "softmax",
        include_preprocessing: bool = True,
        name: str | None = public,
    ) -> Functional:
        plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
        plan.check_weights()
        with plan.drawing():
            return _mobilenet_v3(size, alpha, minimalistic, dropout_rate, include_preprocessing, plan)

    return called(
        make,
        public,
        f"MobileNet V3, the {size} one, for images of any size from 32x32 pixels on.\n\n    alpha: factor for the number of "
        "filters. minimalistic: only ReLU, kernels of 3, no weighing\n    of channels. dropout_rate: before the last layer. "
        "include_preprocessing: whether the model\n    scales images itself.",
    )


MobileNetV3Small, MobileNetV3Large = _variant("small"), _variant("large")


def _mobilenet_v3(size: str, alpha: float, plain: bool, dropout_rate: float, preprocess: bool, plan: Plan) -> Functional:
    x = plan.images(_shape(alpha, plain, plan))
    activated = _relu if plain else _hard_swish
    blocks, last = _SIZES[size]
    if preprocess:
        x = layers.Rescaling(scale=1.0 / 127.5, offset=-1.0)(x)
    x = layers.Conv2D(16, kernel_size=3, strides=(2, 2), padding="same", use_bias=False, name="conv")(x)
    x = activated(normalized(x, "conv_bn"))
    for i, (expansion, filters, kernel, stride, weighed, swish) in enumerate(blocks):
        activation = activated if swish else _relu
        kernel, weighed = (3, False) if plain else (kernel, weighed)
        x = _block(x, expansion, divisible(filters * alpha), kernel, stride, weighed, activation, i)
    x = layers.Conv2D(divisible(channels(x) * 6), kernel_size=1, padding="same", use_bias=False, name="conv_1")(x)
    x = activated(normalized(x, "conv_1_bn"))
    if plan.include_top:
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
        filters = divisible(last * alpha) if alpha > 1.0 else last
        x = activated(layers.Conv2D(filters, kernel_size=1, padding="same", use_bias=True, name="conv_2")(x))
        x = layers.Dropout(dropout_rate)(x) if dropout_rate > 0 else x
        x = layers.Conv2D(plan.classes, kernel_size=1, padding="same", name="logits")(x)
        x = layers.Activation(plan.activation(), name="predictions")(layers.Flatten()(x))
    else:
        x = plan.pooled(x)
    name = f"{size}{'_minimalistic' if plain else ''}_224_{float(alpha)}_float"
    hashes = _HASHES.get(name, (None, None))
    file = f"weights_mobilenet_v3_{name}{'' if plan.include_top else '_no_top_v2'}.h5"
    return plan.model(x, f"{STORE}mobilenet_v3/{file}", hashes[0 if plan.include_top else 1])


def _shape(alpha: float, plain: bool, plan: Plan) -> tuple:
    """The shape of the images: any size will do."""
    check_tensor_fits(plan)
    shape = plan.input_shape
    if shape is None and plan.input_tensor is not None:
        shape = tuple(plan.images(()).shape[1:])
    elif shape is None:
        shape = (3, None, None) if channel_axis() == 1 else (None, None, 3)
    rows, columns = rows_columns(shape)
    if rows and columns and min(rows, columns) < 32:
        raise ValueError(f"The images must have at least 32x32 pixels, got input_shape={shape}.")
    if plan.weights == "imagenet":
        if alpha not in ((1.0,) if plain else (0.75, 1.0)):
            raise ValueError(f"With weights='imagenet', alpha should be 1.0, or 0.75 if not minimalistic; got {alpha}.")
        if rows != columns or rows != 224:
            warnings.warn("ImageNet's weights were trained on images of 224x224 pixels.", stacklevel=4)
    return shape


def _relu(x: KerasTensor) -> KerasTensor:
    return layers.ReLU()(x)


def _hard_swish(x: KerasTensor) -> KerasTensor:
    return layers.Activation("hard_swish")(x)


def _weighed(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    """Channels times factors between 0 and 1 that two layers make of the channels' means."""
    y = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}squeeze_excite_avg_pool")(x)
    y = layers.Conv2D(divisible(filters * 0.25), kernel_size=1, padding="same", name=f"{name}squeeze_excite_conv")(y)
    y = layers.ReLU(name=f"{name}squeeze_excite_relu")(y)
    y = layers.Conv2D(filters, kernel_size=1, padding="same", name=f"{name}squeeze_excite_conv_1")(y)
    y = layers.ReLU(6.0)(y + 3.0) * (1.0 / 6.0)  # the hard sigmoid
    return layers.Multiply(name=f"{name}squeeze_excite_mul")([x, y])


def _block(
    x: KerasTensor, expansion: float, filters: int, kernel: int, stride: int, weighed: bool, activated: Callable, number: int
) -> KerasTensor:
    """Widen (not in the first block), convolve depthwise, weigh channels, narrow; add where the shapes allow it."""
    start, inside = x, channels(x)
    name = f"expanded_conv_{number}_" if number else "expanded_conv_"
    wide = divisible(inside * expansion)
    if number:
        x = layers.Conv2D(wide, kernel_size=1, padding="same", use_bias=False, name=f"{name}expand")(x)
        x = activated(normalized(x, f"{name}expand_bn"))
    if stride == 2:
        x = layers.ZeroPadding2D(padding_for(x, kernel), name=f"{name}depthwise_pad")(x)
    padding = "same" if stride == 1 else "valid"
    x = layers.DepthwiseConv2D(kernel, strides=stride, padding=padding, use_bias=False, name=f"{name}depthwise")(x)
    x = activated(normalized(x, f"{name}depthwise_bn"))
    if weighed:
        x = _weighed(x, wide, name)
    x = layers.Conv2D(filters, kernel_size=1, padding="same", use_bias=False, name=f"{name}project")(x)
    x = normalized(x, f"{name}project_bn")
    return layers.Add(name=f"{name}add")([start, x]) if stride == 1 and inside == filters else x
