"""NASNet-A: cells of separable convolutions that a search has found (Zoph et al., arXiv 1707.07012)."""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis, channels, padding_for
from minikeras.models.functional import Functional

__all__ = ["NASNetLarge", "NASNetMobile", "decode_predictions", "preprocess_input"]

preprocess_input = preprocessing("tf")


def NASNetMobile(
    input_shape: tuple | None = None,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "nasnet_mobile",
) -> Functional:
    """The small NASNet-A, 5 million weights; images of 224x224 pixels, without top at least 32x32, channels last.

    Arguments: see `minikeras.applications.plan.Plan`.
    """
    if not include_top and input_shape is None:
        input_shape = (224, 224, 3)
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    hashes = "020fb642bf7360b370c678b08e0adf61", "1ed92395b5b598bdda52abe5c0dbfd63"
    with plan.drawing():
        return _nasnet("mobile", 224, 1056 // 24, 4, 32, False, hashes, plan)


def NASNetLarge(
    input_shape: tuple | None = None,
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "nasnet_large",
) -> Functional:
    """The large NASNet-A, 89 million weights; images of 331x331 pixels, without top at least 32x32, channels last.

    Arguments: see `minikeras.applications.plan.Plan`.
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    hashes = "11577c9a518f0070763c2b964a382f17", "d81d89dc07e6e56530c4e77faddd61b5"
    with plan.drawing():
        return _nasnet("large", 331, 4032 // 24, 6, 96, True, hashes, plan)


def _nasnet(kind: str, size: int, filters: int, blocks: int, stem: int, skip: bool, hashes: tuple, plan: Plan) -> Functional:
    """Two cells that halve the images, then three times as many normal cells as ``blocks`` says, with another such in between.

    Args:
        filters: of the first normal cells; doubled at each halving.
        stem: filters of the first convolution.
        skip: whether the cells after a halving see what stood two cells before it.
    """
    if channel_axis() == 1:
        raise ValueError("NASNet has the channels last: keras.config.set_image_data_format('channels_last').")
    x = _convolved(plan.start(size, 32), stem, (3, 3), "stem_conv1", strides=(2, 2), padding="valid")
    x = _normalized(x, "stem_bn1")
    x, before = _halving(x, None, filters // 4, "stem_1")
    x, before = _halving(x, before, filters // 2, "stem_2")
    for part in range(3):
        if part:
            x, last = _halving(x, before, filters << part, f"reduce_{part * blocks}")
            before = before if skip else last
        for i in range(blocks):
            x, before = _normal(x, before, filters << part, str(part * blocks + i + (part > 0)))
    x = plan.ended(layers.Activation("relu")(x), top=None, named=False)
    top = plan.include_top
    file = f"nasnet_{kind}{'' if top else '_no_top'}.h5"
    return plan.model(x, f"{STORE}nasnet/NASNet-{kind}{'' if top else '-no-top'}.h5", hashes[0 if top else 1], file)


def _normalized(x: KerasTensor, name: str) -> KerasTensor:
    return layers.BatchNormalization(axis=channel_axis(-1), momentum=0.9997, epsilon=1e-3, name=name)(x)


def _convolved(
    x: KerasTensor, filters: int, kernel: tuple, name: str, strides: tuple = (1, 1), padding: str = "same"
) -> KerasTensor:
    return layers.Conv2D(
        filters, kernel, strides=strides, padding=padding, name=name, use_bias=False, kernel_initializer="he_normal"
    )(x)


def _separable(x: KerasTensor, filters: int, kernel: int, name: str, stride: int = 1) -> KerasTensor:
    """Twice ReLU, separable convolution, normalization."""
    padding = "same"
    x = layers.Activation("relu")(x)
    if stride == 2:
        x = layers.ZeroPadding2D(padding_for(x, kernel), name=f"separable_conv_1_pad_{name}")(x)
        padding = "valid"
    x = layers.SeparableConv2D(
        filters, (kernel, kernel), strides=(stride, stride), name=f"separable_conv_1_{name}", padding=padding, use_bias=False
    )(x)
    x = layers.Activation("relu")(_normalized(x, f"separable_conv_1_bn_{name}"))
    x = layers.SeparableConv2D(filters, (kernel, kernel), name=f"separable_conv_2_{name}", padding="same", use_bias=False)(x)
    return _normalized(x, f"separable_conv_2_bn_{name}")


def _adjusted(p: KerasTensor | None, x: KerasTensor, filters: int, name: str) -> KerasTensor:
    """The output of the cell before the last, in the size of that of the last."""
    if p is None:
        return x
    if p.shape[-2] != x.shape[-2]:  # every other pixel, and those between
        p = layers.Activation("relu", name=f"adjust_relu_1_{name}")(p)
        q = layers.AveragePooling2D((1, 1), strides=(2, 2), padding="valid", name=f"adjust_avg_pool_1_{name}")(p)
        q = _convolved(q, filters // 2, (1, 1), f"adjust_conv_1_{name}")
        p = layers.ZeroPadding2D(((0, 1), (0, 1)))(p)
        p = layers.Cropping2D(((1, 0), (1, 0)))(p)
        p = layers.AveragePooling2D((1, 1), strides=(2, 2), padding="valid", name=f"adjust_avg_pool_2_{name}")(p)
        p = _convolved(p, filters // 2, (1, 1), f"adjust_conv_2_{name}")
        return _normalized(layers.Concatenate(axis=channel_axis(-1))([q, p]), f"adjust_bn_{name}")
    if channels(p) != filters:
        p = _convolved(layers.Activation("relu")(p), filters, (1, 1), f"adjust_conv_projection_{name}")
        p = _normalized(p, f"adjust_bn_{name}")
    return p


def _normal(x: KerasTensor, p: KerasTensor, filters: int, cell: str) -> tuple[KerasTensor, KerasTensor]:
    """A cell that keeps the size: five sums of what two branches make of the last outputs, and the one before, joined."""

    def mean(y, name):
        return layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same", name=f"normal_{name}_{cell}")(y)

    def added(a, b, i):
        return layers.Add(name=f"normal_add_{i}_{cell}")([a, b])

    p = _adjusted(p, x, filters, cell)
    h = _convolved(layers.Activation("relu")(x), filters, (1, 1), f"normal_conv_1_{cell}")
    h = _normalized(h, f"normal_bn_1_{cell}")
    left = _separable(h, filters, 5, f"normal_left1_{cell}")
    one = added(left, _separable(p, filters, 3, f"normal_right1_{cell}"), 1)
    left = _separable(p, filters, 5, f"normal_left2_{cell}")
    two = added(left, _separable(p, filters, 3, f"normal_right2_{cell}"), 2)
    three = added(mean(h, "left3"), p, 3)
    four = added(mean(p, "left4"), mean(p, "right4"), 4)
    five = added(_separable(h, filters, 3, f"normal_left5_{cell}"), h, 5)
    joined = layers.Concatenate(axis=channel_axis(-1), name=f"normal_concat_{cell}")([p, one, two, three, four, five])
    return joined, x


def _halving(x: KerasTensor, p: KerasTensor | None, filters: int, cell: str) -> tuple[KerasTensor, KerasTensor]:
    """A cell that halves rows and columns."""

    def separable(y, kernel, name):
        return _separable(y, filters, kernel, f"reduction_{name}_{cell}", stride=2)

    def pooled(kind, name):
        return kind((3, 3), strides=(2, 2), padding="valid", name=f"reduction_{name}_{cell}")(padded)

    def added(a, b, i):
        return layers.Add(name=i and f"reduction_add{i}_{cell}")([a, b])

    p = _adjusted(p, x, filters, cell)
    h = _convolved(layers.Activation("relu")(x), filters, (1, 1), f"reduction_conv_1_{cell}")
    h = _normalized(h, f"reduction_bn_1_{cell}")
    padded = layers.ZeroPadding2D(padding_for(h, 3), name=f"reduction_pad_1_{cell}")(h)
    one = separable(h, 5, "left1")
    one = added(one, separable(p, 7, "right1"), "_1")
    two = pooled(layers.MaxPooling2D, "left2")
    two = added(two, separable(p, 7, "right2"), "_2")
    three = pooled(layers.AveragePooling2D, "left3")
    three = added(three, separable(p, 5, "right3"), "3")
    four = layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same", name=f"reduction_left4_{cell}")(one)
    four = added(two, four, None)
    five = _separable(one, filters, 3, f"reduction_left4_{cell}")
    five = added(five, pooled(layers.MaxPooling2D, "right5"), "4")
    return layers.Concatenate(axis=channel_axis(-1), name=f"reduction_concat_{cell}")([two, three, four, five]), x
