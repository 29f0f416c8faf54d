"""Inception V3: convolutions of several sizes side by side (Szegedy et al., arXiv 1512.00567)."""

from __future__ import annotations

from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis
from minikeras.models.functional import Functional

__all__ = ["InceptionV3", "decode_predictions", "preprocess_input"]

_HASHES = ("9a0d58056eeedaa3f26cb7ebd46da564", "bcbd6486424b2319ff4ef7d526e38f63")  # of the files with and without top
preprocess_input = preprocessing("tf")


def InceptionV3(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "inception_v3",
) -> Functional:
    """Inception V3 for images of 299x299 pixels, without top at least 75x75.

    Arguments: see `minikeras.applications.plan.Plan`.

    >>> InceptionV3(False, None, input_shape=(75, 75, 3)).output_shape
    (None, 1, 1, 2048)
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    with plan.drawing():
        x = _mixtures(plan.start(299, 75))
        x = plan.ended(x, named=False)
        return plan.model(x, f"{STORE}inception_v3/{plan.kernels('inception_v3')}", _HASHES[0 if include_top else 1])


def _mixtures(x: KerasTensor) -> KerasTensor:
    """All convolutions of the net. In tuples: filters, rows and columns of the kernel, stride, padding."""
    x = _chain(x, (32, 3, 3, 2, "valid"), (32, 3, 3, 1, "valid"), (64, 3, 3))
    x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    x = _chain(x, (80, 1, 1, 1, "valid"), (192, 3, 3, 1, "valid"))
    x = layers.MaxPooling2D((3, 3), strides=(2, 2))(x)
    for i, pooled in enumerate((32, 64, 64)):
        five, three = [(48, 1, 1), (64, 5, 5)], [(64, 1, 1), (96, 3, 3), (96, 3, 3)]
        x = _mixed(x, f"mixed{i}", [(64, 1, 1)], five, three, pooled=pooled)
    x = _mixed(x, "mixed3", [(384, 3, 3, 2, "valid")], [(64, 1, 1), (96, 3, 3), (96, 3, 3, 2, "valid")])
    for i, n in enumerate((128, 160, 160, 192), 4):
        seven = [(n, 1, 1), (n, 1, 7), (192, 7, 1)]
        twice = [(n, 1, 1), (n, 7, 1), (n, 1, 7), (n, 7, 1), (192, 1, 7)]
        x = _mixed(x, f"mixed{i}", [(192, 1, 1)], seven, twice, pooled=192)
    seven = [(192, 1, 1), (192, 1, 7), (192, 7, 1), (192, 3, 3, 2, "valid")]
    x = _mixed(x, "mixed8", [(192, 1, 1), (320, 3, 3, 2, "valid")], seven)
    for i in range(2):
        one = _chain(x, (320, 1, 1))
        three = _forked(_chain(x, (384, 1, 1)), f"mixed9_{i}")
        twice = _forked(_chain(x, (448, 1, 1), (384, 3, 3)), None)
        x = _joined([one, three, twice, _pooled(x, 192)], f"mixed{9 + i}")
    return x


def _chain(x: KerasTensor, *convolutions: tuple) -> KerasTensor:
    """Convolutions, each with normalization and ReLU."""
    for filters, rows, columns, *how in convolutions:
        stride, padding = how or (1, "same")
        x = layers.Conv2D(filters, (rows, columns), strides=(stride, stride), padding=padding, use_bias=False)(x)
        x = layers.BatchNormalization(axis=channel_axis(), scale=False)(x)
        x = layers.Activation("relu")(x)
    return x


def _pooled(x: KerasTensor, filters: int) -> KerasTensor:
    return _chain(layers.AveragePooling2D((3, 3), strides=(1, 1), padding="same")(x), (filters, 1, 1))


def _forked(x: KerasTensor, name: str | None) -> KerasTensor:
    return _joined([_chain(x, (384, 1, 3)), _chain(x, (384, 3, 1))], name)


def _joined(branches: list, name: str | None) -> KerasTensor:
    return layers.Concatenate(axis=channel_axis(), name=name)(branches)


def _mixed(x: KerasTensor, name: str, *chains: list, pooled: int | None = None) -> KerasTensor:
    """Chains side by side, and a pooling: of so many channels, or by maxima with stride 2."""
    branches = [_chain(x, *chain) for chain in chains]
    branches.append(_pooled(x, pooled) if pooled else layers.MaxPooling2D((3, 3), strides=(2, 2))(x))
    return _joined(branches, name)
