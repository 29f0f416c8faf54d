"""EfficientNet V2: plain convolutions in the first stages (Tan and Le, arXiv 2104.00298)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from minikeras import initializers, layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.efficientnet import DROPPED, activated, added, classified, convolved, spread, weighed
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis
from minikeras.applications.resnet import called
from minikeras.models.functional import Functional

__all__ = [
    "EfficientNetV2B0",
    "EfficientNetV2B1",
    "EfficientNetV2B2",
    "EfficientNetV2B3",
    "EfficientNetV2L",
    "EfficientNetV2M",
    "EfficientNetV2S",
    "decode_predictions",
    "preprocess_input",
]

# blocks, filters in and out, widening, stride, whether depthwise and weighed (else one plain convolution)
_B = (
    (1, 32, 16, 1, 1, 0), (2, 16, 32, 4, 2, 0), (2, 32, 48, 4, 2, 0), (3, 48, 96, 4, 2, 1), (5, 96, 112, 6, 1, 1),
    (8, 112, 192, 6, 2, 1),
)  # fmt: skip
_S = (
    (2, 24, 24, 1, 1, 0), (4, 24, 48, 4, 2, 0), (4, 48, 64, 4, 2, 0), (6, 64, 128, 4, 2, 1), (9, 128, 160, 6, 1, 1),
    (15, 160, 256, 6, 2, 1),
)  # fmt: skip
_M = (
    (3, 24, 24, 1, 1, 0), (5, 24, 48, 4, 2, 0), (5, 48, 80, 4, 2, 0), (7, 80, 160, 4, 2, 1), (14, 160, 176, 6, 1, 1),
    (18, 176, 304, 6, 2, 1), (5, 304, 512, 6, 1, 1),
)  # fmt: skip
_L = (
    (4, 32, 32, 1, 1, 0), (7, 32, 64, 4, 2, 0), (7, 64, 96, 4, 2, 0), (10, 96, 192, 4, 2, 1), (19, 192, 224, 6, 1, 1),
    (25, 224, 384, 6, 2, 1), (7, 384, 640, 6, 1, 1),
)  # fmt: skip
_SIZES = {  # stages, factors of width and depth, pixels of the images, the files' hashes with and without top
    "B0": (_B, 1.0, 1.0, 224, "21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"),
    "B1": (_B, 1.0, 1.1, 240, "069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"),
    "B2": (_B, 1.1, 1.2, 260, "424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"),
    "B3": (_B, 1.2, 1.4, 300, "1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"),
    "S": (_S, 1.0, 1.0, 384, "e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"),
    "M": (_M, 1.0, 1.0, 480, "a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"),
    "L": (_L, 1.0, 1.0, 480, "27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"),
}
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
        include_preprocessing: bool = True,
        name: str = f"efficientnetv2-{size.lower()}",
    ) -> Functional:
        plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
        with plan.drawing():
            return _efficientnet(size, include_preprocessing, plan)

    pixels = _SIZES[size][3]
    what = f"EfficientNet V2 for images of {pixels}x{pixels} pixels.\n\n    include_preprocessing: whether the model"
    return called(make, f"EfficientNetV2{size}", f"{what} scales images itself, from values 0 to 255.")


EfficientNetV2B0, EfficientNetV2B1, EfficientNetV2B2, EfficientNetV2B3 = (_variant(f"B{i}") for i in range(4))
EfficientNetV2S, EfficientNetV2M, EfficientNetV2L = _variant("S"), _variant("M"), _variant("L")


def _width(filters: int, factor: float) -> int:
    """A number of filters, scaled, as a multiple of 8.

    >>> _width(32, 1.1)
    32
    """
    return max(8, int(filters * factor + 4) // 8 * 8)


def _efficientnet(size: str, preprocess: bool, plan: Plan) -> Functional:
    stages, width, depth, pixels, *hashes = _SIZES[size]
    x = plan.start(pixels, 32)
    if preprocess:
        x = _preprocessed(x, plan.shape(pixels, 32)[channel_axis() - 1] == 3 and size.startswith("B"))
    x = convolved(x, _width(stages[0][1], width), 3, "stem_conv", strides=2)
    x = activated(x, "stem_bn", "stem_activation", momentum=0.9)
    number, blocks = 0, float(sum(stage[0] for stage in stages))
    for i, (count, inside, outside, widening, stride, depthwise) in enumerate(stages, 1):
        inside, outside = _width(inside, width), _width(outside, width)
        for j in range(math.ceil(depth * count)):
            block, name = _depthwise if depthwise else _plain, f"block{i}{chr(j + 97)}_"
            y = block(x, outside if j else inside, outside, widening, 1 if j else stride, name)
            fits = (j > 0 or stride == 1) and (outside if j else inside) == outside
            x = added(y, x, DROPPED * number / blocks, name) if fits else y
            number += 1
    x = activated(convolved(x, _width(1280, width), 1, "top_conv"), "top_bn", "top_activation", momentum=0.9)
    x = classified(x, 0.2, plan, bias_initializer=initializers.Constant(0.0))
    file = f"efficientnetv2-{size.lower()}{'' if plan.include_top else '_notop'}.h5"
    return plan.model(x, f"{STORE}efficientnet_v2/{file}", hashes[0 if plan.include_top else 1])


def _preprocessed(x: KerasTensor, as_first: bool) -> KerasTensor:
    """Images with values from 0 to 255, scaled as EfficientNet (V1) does it, or to [-1, 1]."""
    if not as_first:
        return layers.Rescaling(scale=1.0 / 128.0, offset=-1)(x)
    x = layers.Rescaling(scale=1.0 / 255)(x)
    variance = [0.229**2, 0.224**2, 0.225**2]
    return layers.Normalization(mean=[0.485, 0.456, 0.406], variance=variance, axis=channel_axis())(x)


def _depthwise(x: KerasTensor, inside: int, outside: int, widening: int, stride: int, name: str) -> KerasTensor:
    """Widen, convolve depthwise, weigh channels, narrow."""
    filters = inside * widening
    x = convolved(x, filters, 1, f"{name}expand_conv")
    x = activated(x, f"{name}expand_bn", f"{name}expand_activation", momentum=0.9)
    x = layers.DepthwiseConv2D(
        3, strides=stride, depthwise_initializer=spread(), padding="same", use_bias=False, name=f"{name}dwconv2"
    )(x)
    x = activated(x, f"{name}bn", f"{name}activation", momentum=0.9)
    x = weighed(x, filters, max(1, int(inside * 0.25)), name)
    return activated(convolved(x, outside, 1, f"{name}project_conv"), f"{name}project_bn", None, momentum=0.9)


def _plain(x: KerasTensor, inside: int, outside: int, widening: int, stride: int, name: str) -> KerasTensor:
    """Widen with one plain convolution and narrow, or only convolve."""
    if widening == 1:
        x = convolved(x, outside, 3, f"{name}project_conv", strides=stride)
        return activated(x, f"{name}project_bn", f"{name}project_activation", momentum=0.9)
    x = convolved(x, inside * widening, 3, f"{name}expand_conv", strides=stride)
    x = activated(x, f"{name}expand_bn", f"{name}expand_activation", momentum=0.9)
    return activated(convolved(x, outside, 1, f"{name}project_conv"), f"{name}project_bn", None, momentum=0.9)
