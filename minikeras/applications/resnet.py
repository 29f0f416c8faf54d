"""ResNet: blocks that add to what they are given (He et al., arXiv 1512.03385)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import layers
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis
from minikeras.models.functional import Functional

__all__ = ["ResNet50", "ResNet101", "ResNet152", "decode_predictions", "preprocess_input"]

DEPTHS = {"50": (3, 4, 6, 3), "101": (3, 4, 23, 3), "152": (3, 8, 36, 3)}  # blocks in each of the four stacks
_HASHES = {  # of the files with and without top
    "resnet50": ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"),
    "resnet101": ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"),
    "resnet152": ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"),
    "resnet50v2": ("3ef43a0b657b3be2300d5770ece849e0", "fac2f116257151a9d068a22e544a4917"),
    "resnet101v2": ("6343647c601c52e1368623803854d971", "c0ed64b8031c3730f411d2eb4eea35b5"),
    "resnet152v2": ("a49b44d1979771252814e80f8ec446f9", "ed17cf2e0169df9d443503ef94b23b33"),
}
preprocess_input = preprocessing("caffe")


def resnet(depth: str, second: bool, plan: Plan) -> Functional:
    """Build a ResNet.

    Args:
        depth: ``"50"``, ``"101"`` or ``"152"``.
        second: whether normalization and ReLU stand before the convolutions (V2).
        plan: the arguments of the model.
    """
    x = plan.start(224, 32)
    x = layers.ZeroPadding2D(((3, 3), (3, 3)), name="conv1_pad")(x)
    x = layers.Conv2D(64, 7, strides=2, name="conv1_conv")(x)
    if not second:
        x = normalized(x, "conv1")
    x = layers.ZeroPadding2D(((1, 1), (1, 1)), name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for i, count in enumerate(DEPTHS[depth]):
        for j in range(count):
            name, first, last = f"conv{i + 2}_block{j + 1}", j == 0, j == count - 1
            if second:
                x = _block_v2(x, 64 << i, 2 if last and i < 3 else 1, first, name)
            else:
                x = _block(x, 64 << i, 2 if first and i > 0 else 1, first, name)
    if second:
        x = normalized(x, "post")
    stem = f"resnet{depth}{'v2' if second else ''}"
    return plan.model(plan.ended(x), f"{STORE}resnet/{plan.kernels(stem)}", _HASHES[stem][0 if plan.include_top else 1])


def normalized(x: KerasTensor, name: str, relu: bool = True) -> KerasTensor:
    """Batch normalization and ReLU."""
    x = layers.BatchNormalization(axis=channel_axis(), epsilon=1.001e-5, name=f"{name}_bn")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x) if relu else x


def _block(x: KerasTensor, filters: int, stride: int, convolved: bool, name: str) -> KerasTensor:
    """Three convolutions, and a way around them that may have one, too."""
    around = x
    if convolved:
        around = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(x)
        around = normalized(around, f"{name}_0", relu=False)
    x = normalized(layers.Conv2D(filters, 1, strides=stride, name=f"{name}_1_conv")(x), f"{name}_1")
    x = normalized(layers.Conv2D(filters, 3, padding="same", name=f"{name}_2_conv")(x), f"{name}_2")
    x = normalized(layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x), f"{name}_3", relu=False)
    x = layers.Add(name=f"{name}_add")([around, x])
    return layers.Activation("relu", name=f"{name}_out")(x)


def _block_v2(x: KerasTensor, filters: int, stride: int, convolved: bool, name: str) -> KerasTensor:
    """The same with normalization and ReLU first, the stride in the last block of a stack."""
    ready = normalized(x, f"{name}_preact")
    if convolved:
        around = layers.Conv2D(4 * filters, 1, strides=stride, name=f"{name}_0_conv")(ready)
    else:
        around = layers.MaxPooling2D(1, strides=stride)(x) if stride > 1 else x
    x = normalized(layers.Conv2D(filters, 1, strides=1, use_bias=False, name=f"{name}_1_conv")(ready), f"{name}_1")
    x = layers.ZeroPadding2D(((1, 1), (1, 1)), name=f"{name}_2_pad")(x)
    x = normalized(layers.Conv2D(filters, 3, strides=stride, use_bias=False, name=f"{name}_2_conv")(x), f"{name}_2")
    x = layers.Conv2D(4 * filters, 1, name=f"{name}_3_conv")(x)
    return layers.Add(name=f"{name}_out")([around, x])


def variant(depth: str, second: bool = False) -> Callable:
    """The function that makes the ResNet of a depth."""
    public = f"ResNet{depth}{'V2' if second else ''}"

    def make(
        include_top: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: tuple | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = public.lower(),
    ) -> Functional:
        plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
        with plan.drawing():
            return resnet(depth, second, plan)

    return called(make, public, f"A residual network with {depth} layers of weights; images of 224x224 pixels.")


def called(make: Callable, name: str, what: str) -> Callable:
    """Give a function that was made its name and its docstring."""
    make.__name__ = make.__qualname__ = name
    make.__doc__ = f"{what}\n\n    Arguments: see `minikeras.applications.plan.Plan`.\n"
    return make


ResNet50, ResNet101, ResNet152 = variant("50"), variant("101"), variant("152")
