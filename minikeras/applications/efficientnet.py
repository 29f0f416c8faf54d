"""EfficientNet: one net, made wider, deeper and finer by rule (Tan and Le, arXiv 1905.11946)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import Plan, channel_axis, divisible, padding_for
from minikeras.applications.resnet import called
from minikeras.initializers import VarianceScaling
from minikeras.models.functional import Functional

__all__ = [
    "EfficientNetB0",
    "EfficientNetB1",
    "EfficientNetB2",
    "EfficientNetB3",
    "EfficientNetB4",
    "EfficientNetB5",
    "EfficientNetB6",
    "EfficientNetB7",
    "decode_predictions",
    "preprocess_input",
]

_STAGES = (  # kernel, blocks, filters in and out, widening, stride
    (3, 1, 32, 16, 1, 1), (3, 2, 16, 24, 6, 2), (5, 2, 24, 40, 6, 2), (3, 3, 40, 80, 6, 2), (5, 3, 80, 112, 6, 1),
    (5, 4, 112, 192, 6, 2), (3, 1, 192, 320, 6, 1),
)  # fmt: skip
_SIZES = {  # factors of width and depth, pixels of the images, dropout, the files' hashes with and without top
    "b0": (1.0, 1.0, 224, 0.2, "902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"),
    "b1": (1.0, 1.1, 240, 0.2, "1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"),
    "b2": (1.1, 1.2, 260, 0.3, "b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"),
    "b3": (1.2, 1.4, 300, 0.3, "ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"),
    "b4": (1.4, 1.8, 380, 0.4, "18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"),
    "b5": (1.6, 2.2, 456, 0.4, "ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"),
    "b6": (1.8, 2.6, 528, 0.5, "165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"),
    "b7": (2.0, 3.1, 600, 0.5, "8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"),
}
DROPPED = 0.2  # how often the last block is left out in training; the others less, evenly down to 0
preprocess_input = preprocessing(None)


def _variant(size: str) -> Callable:
    def make(
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: tuple | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = f"efficientnet{size}",
    ) -> Functional:
        plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
        with plan.drawing():
            return _efficientnet(size, plan)

    pixels = _SIZES[size][2]
    return called(make, f"EfficientNet{size.upper()}", f"EfficientNet for images of {pixels}x{pixels} pixels, values 0 to 255.")


EfficientNetB0, EfficientNetB1, EfficientNetB2, EfficientNetB3 = (_variant(f"b{i}") for i in range(4))
EfficientNetB4, EfficientNetB5, EfficientNetB6, EfficientNetB7 = (_variant(f"b{i}") for i in range(4, 8))


def _efficientnet(size: str, plan: Plan) -> Functional:
    width, depth, pixels, dropout, *hashes = _SIZES[size]
    x = layers.Rescaling(1.0 / 255.0)(plan.start(pixels, 32))
    x = layers.Normalization(axis=channel_axis())(x)
    if plan.weights == "imagenet":  # they were trained on images divided by the variance, not the deviation
        x = layers.Rescaling([1.0 / math.sqrt(deviation) for deviation in (0.229, 0.224, 0.225)])(x)
    x = layers.ZeroPadding2D(padding_for(x, 3), name="stem_conv_pad")(x)
    x = convolved(x, divisible(32 * width), 3, "stem_conv", strides=2, padding="valid")
    x = activated(x, "stem_bn", "stem_activation")
    counts = [math.ceil(depth * stage[1]) for stage in _STAGES]
    number, blocks = 0, float(sum(counts))
    for i, ((kernel, _, inside, outside, widening, stride), count) in enumerate(zip(_STAGES, counts), 1):
        inside, outside = divisible(inside * width), divisible(outside * width)
        for j in range(count):
            name = f"block{i}{chr(j + 97)}_"
            first = (outside, 1) if j else (inside, stride)
            x = _block(x, DROPPED * number / blocks, name, outside, kernel, widening, *first)
            number += 1
    x = convolved(x, divisible(1280 * width), 1, "top_conv")
    x = classified(activated(x, "top_bn", "top_activation"), dropout, plan)
    file = f"efficientnet{size}{'' if plan.include_top else '_notop'}.h5"
    return plan.model(x, f"https://storage.googleapis.com/keras-applications/{file}", hashes[0 if plan.include_top else 1])


def spread() -> VarianceScaling:
    """The start values of convolutions."""
    return VarianceScaling(2.0, "fan_out", "truncated_normal")


def convolved(x: KerasTensor, filters: int, kernel: int, name: str, strides: int = 1, padding: str = "same") -> KerasTensor:
    """A convolution without bias."""
    return layers.Conv2D(
        filters, kernel, strides=strides, padding=padding, use_bias=False, kernel_initializer=spread(), name=name
    )(x)


def activated(x: KerasTensor, normalization: str, activation: str | None, **how) -> KerasTensor:
    """Batch normalization and swish, by their names."""
    x = layers.BatchNormalization(axis=channel_axis(), name=normalization, **how)(x)
    return x if activation is None else layers.Activation("swish", name=activation)(x)


def weighed(x: KerasTensor, filters: int, few: int, name: str) -> KerasTensor:
    """Channels times factors between 0 and 1 that two layers make of the channels' means."""
    y = layers.GlobalAveragePooling2D(name=f"{name}se_squeeze")(x)
    y = layers.Reshape((filters, 1, 1) if channel_axis() == 1 else (1, 1, filters), name=f"{name}se_reshape")(y)
    for count, activation, what in ((few, "swish", "reduce"), (filters, "sigmoid", "expand")):
        name_of_layer = f"{name}se_{what}"
        y = layers.Conv2D(count, 1, padding="same", activation=activation, kernel_initializer=spread(), name=name_of_layer)(y)
    return layers.Multiply(name=f"{name}se_excite")([x, y])


def added(x: KerasTensor, start: KerasTensor, rate: float, name: str) -> KerasTensor:
    """The sum with what the block was given; in training the block is left out at times."""
    if rate > 0:
        x = layers.Dropout(rate, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(x)
    return layers.Add(name=f"{name}add")([x, start])


def classified(x: KerasTensor, dropout: float, plan: Plan, **how) -> KerasTensor:
    """A mean over the pixels, dropout, a dense layer; or what there is instead without top."""
    if not plan.include_top:
        return plan.pooled(x)
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    x = layers.Dropout(dropout, name="top_dropout")(x)
    return plan.classified(x, kernel_initializer=VarianceScaling(1.0 / 3.0, "fan_out", "uniform"), **how)


def _block(
    x: KerasTensor, rate: float, name: str, outside: int, kernel: int, widening: int, inside: int, stride: int
) -> KerasTensor:
    """Widen, convolve depthwise, weigh channels, narrow; add where the shapes allow it."""
    start, filters = x, inside * widening
    if widening != 1:
        x = activated(convolved(x, filters, 1, f"{name}expand_conv"), f"{name}expand_bn", f"{name}expand_activation")
    if stride == 2:
        x = layers.ZeroPadding2D(padding_for(x, kernel), name=f"{name}dwconv_pad")(x)
    padding = "valid" if stride == 2 else "same"
    x = layers.DepthwiseConv2D(
        kernel, strides=stride, padding=padding, use_bias=False, depthwise_initializer=spread(), name=f"{name}dwconv"
    )(x)
    x = activated(x, f"{name}bn", f"{name}activation")
    x = weighed(x, filters, max(1, int(inside * 0.25)), name)
    x = activated(convolved(x, outside, 1, f"{name}project_conv"), f"{name}project_bn", None)
    return added(x, start, rate, name) if stride == 1 and inside == outside else x
