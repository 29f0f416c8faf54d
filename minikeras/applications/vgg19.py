"""VGG19, and how it wants its images."""

from __future__ import annotations

from typing import Any

from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import Plan
from minikeras.applications.vgg import vgg
from minikeras.models.functional import Functional

__all__ = ["VGG19", "decode_predictions", "preprocess_input"]

_CONVOLUTIONS = (2, 2, 4, 4, 4)
_HASHES = ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6")
preprocess_input = preprocessing("caffe")


def VGG19(
    include_top: bool = True,
    weights: Any = "imagenet",
    input_tensor: Any = None,
    input_shape: tuple | None = None,
    pooling: str | None = None,
    classes: int = 1000,
    classifier_activation: Any = "softmax",
    name: str = "vgg19",
) -> Functional:
    """VGG with 19 layers of weights, 144 million of them; images of 224x224 pixels, without top at least 32x32.

    Arguments: see `minikeras.applications.plan.Plan`. arXiv 1409.1556.

    >>> VGG19(include_top=False, weights=None, input_shape=(32, 32, 3)).output_shape
    (None, 1, 1, 512)
    """
    plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
    with plan.drawing():
        return vgg("19", _CONVOLUTIONS, _HASHES, plan)
