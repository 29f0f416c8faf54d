"""DenseNet: each layer is given the outputs of all before it (Huang et al., arXiv 1608.06993)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis, channels
from minikeras.applications.resnet import called, normalized
from minikeras.models.functional import Functional

__all__ = ["DenseNet121", "DenseNet169", "DenseNet201", "decode_predictions", "preprocess_input"]

_BLOCKS = {"121": (6, 12, 24, 16), "169": (6, 12, 32, 32), "201": (6, 12, 48, 32)}
_HASHES = {  # of the files with and without top
    "121": ("9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"),
    "169": ("d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"),
    "201": ("1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"),
}
preprocess_input = preprocessing("torch")


def _variant(depth: str) -> Callable:
    def make(
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: tuple | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = f"densenet{depth}",
    ) -> Functional:
        plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
        with plan.drawing():
            return _densenet(depth, plan)

    return called(make, f"DenseNet{depth}", f"A DenseNet of {depth} layers with weights; images of 224x224, channels last.")


DenseNet121, DenseNet169, DenseNet201 = _variant("121"), _variant("169"), _variant("201")


def _densenet(depth: str, plan: Plan) -> Functional:
    if channel_axis() == 1:
        raise ValueError("DenseNet has the channels last: keras.config.set_image_data_format('channels_last').")
    x = layers.ZeroPadding2D(((3, 3), (3, 3)))(plan.start(224, 32))
    x = normalized(layers.Conv2D(64, 7, strides=2, use_bias=False, name="conv1_conv")(x), "conv1")
    x = layers.ZeroPadding2D(((1, 1), (1, 1)))(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    for i, count in enumerate(_BLOCKS[depth], 2):
        for j in range(1, count + 1):
            x = _block(x, f"conv{i}_block{j}")
        if i < 5:  # half as many channels, half as many rows and columns
            x = normalized(x, f"pool{i}")
            x = layers.Conv2D(channels(x) // 2, 1, use_bias=False, name=f"pool{i}_conv")(x)
            x = layers.AveragePooling2D(2, strides=2, name=f"pool{i}_pool")(x)
    x = layers.BatchNormalization(axis=3, epsilon=1.001e-5, name="bn")(x)
    x = plan.ended(layers.Activation("relu", name="relu")(x))
    return plan.model(x, f"{STORE}densenet/{plan.kernels(f'densenet{depth}')}", _HASHES[depth][0 if plan.include_top else 1])


def _block(x: KerasTensor, name: str) -> KerasTensor:
    """Add 32 channels to those that there are."""
    y = layers.Conv2D(128, 1, use_bias=False, name=f"{name}_1_conv")(normalized(x, f"{name}_0"))
    y = layers.Conv2D(32, 3, padding="same", use_bias=False, name=f"{name}_2_conv")(normalized(y, f"{name}_1"))
    return layers.Concatenate(axis=3, name=f"{name}_concat")([x, y])
