"""ConvNeXt: a residual net with the habits of transformers (Liu et al., arXiv 2201.03545)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import initializers, layers
from minikeras._core.random import SeedGenerator
from minikeras._core.symbolic import KerasTensor
from minikeras.applications.imagenet_utils import decode_predictions, preprocessing
from minikeras.applications.plan import STORE, Plan, channel_axis
from minikeras.applications.resnet import called
from minikeras.layers.layer import Layer, registry
from minikeras.models import Sequential
from minikeras.models.functional import Functional
from minikeras.saving.onnx_export.rules import LAYERS, weight

__all__ = [
    "ConvNeXtBase",
    "ConvNeXtLarge",
    "ConvNeXtSmall",
    "ConvNeXtTiny",
    "ConvNeXtXLarge",
    "LayerScale",
    "StochasticDepth",
    "decode_predictions",
    "preprocess_input",
]

_SIZES = {  # blocks and filters of the four stages, the files' hashes with and without top
    "Tiny": (
        (3, 3, 9, 3),
        (96, 192, 384, 768),
        "8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff",
        "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1",
    ),
    "Small": (
        (3, 3, 27, 3),
        (96, 192, 384, 768),
        "ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c",
        "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab",
    ),
    "Base": (
        (3, 3, 27, 3),
        (128, 256, 512, 1024),
        "52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6",
        "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45",
    ),
    "Large": (
        (3, 3, 27, 3),
        (192, 384, 768, 1536),
        "070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6",
        "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd",
    ),
    "XLarge": (
        (3, 3, 27, 3),
        (256, 512, 1024, 2048),
        "c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee",
        "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05",
    ),
}
preprocess_input = preprocessing(None)


@registry.register
class LayerScale(Layer):
    """y = γ x, a factor for each channel that begins small.

    Args:
        init_values: what γ begins at.
        projection_dim: the number of channels.

    >>> LayerScale(0.5, 2)(np.array([[2.0, 4.0]])).tolist()
    [[1.0, 2.0]]
    """

    keras_module = "keras.src.applications.convnext"
    fixed_axes = (-1,)

    def __init__(self, init_values: float, projection_dim: int, **kwargs):
        super().__init__(**kwargs)
        self.init_values, self.projection_dim = init_values, projection_dim

    def build(self, input_shape: tuple) -> None:
        """Make γ."""
        self.gamma = self.add_weight(shape=(self.projection_dim,), initializer=initializers.Constant(self.init_values))

    def forward(self, x: np.ndarray, training: bool = False) -> tuple:
        """Return γ x."""
        return x * self.gamma.value, x

    def backward(self, dy: np.ndarray, x: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """∂L/∂γ and ∂L/∂x."""
        if self.gamma.trainable:
            flat = (-1, self.projection_dim)
            np.einsum("nc,nc->c", dy.reshape(flat), x.reshape(flat), out=self.gamma.grad)  # ∂L/∂γ = Σ δ x
        return dy * self.gamma.value if need_dx else None  # ∂L/∂x = γ δ

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """That of the input."""
        return tuple(input_shape)


@registry.register
class StochasticDepth(Layer):
    """In training, 0 for some samples of a batch, and x / (1 - rate) for the others.

    Args:
        drop_path_rate: how often 0.

    >>> StochasticDepth(0.5)(np.ones((2, 1))).tolist()
    [[1.0], [1.0]]
    """

    keras_module = "keras.src.applications.convnext"

    def __init__(self, drop_path_rate: float, **kwargs):
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate
        self.seed_generator = SeedGenerator()

    def forward(self, x: np.ndarray, training: bool = False) -> tuple:
        """Return x ⊙ mask / keep."""
        if not training:
            return x, None
        keep = 1 - self.drop_path_rate
        drawn = self.seed_generator.rng().random((len(x), *(1,) * (x.ndim - 1)), x.dtype)
        factors = np.floor(drawn + keep) / keep
        return x * factors, factors

    def backward(self, dy: np.ndarray, factors: np.ndarray | None, need_dx: bool = True) -> np.ndarray | None:
        """∂L/∂x = δ ⊙ mask / keep."""
        return (dy if factors is None else dy * factors) if need_dx else None

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """That of the input."""
        return tuple(input_shape)


LAYERS.update({LayerScale: lambda layer, x: x * weight(x, layer.gamma), StochasticDepth: lambda layer, x: x})  # for ONNX


def _variant(size: str) -> Callable:
    def make(
        include_top: bool = True,
        include_preprocessing: bool = True,
        weights: Any = "imagenet",
        input_tensor: Any = None,
        input_shape: tuple | None = None,
        pooling: str | None = None,
        classes: int = 1000,
        classifier_activation: Any = "softmax",
        name: str = f"convnext_{size.lower()}",
    ) -> Functional:
        plan = Plan(include_top, weights, input_tensor, input_shape, pooling, classes, classifier_activation, name)
        with plan.drawing():
            return _convnext(size, include_preprocessing, plan)

    what = "images of 224x224 pixels, channels last.\n\n    include_preprocessing: whether the model scales images itself"
    return called(make, f"ConvNeXt{size}", f"ConvNeXt, the {size.lower()} one, for {what}, from values 0 to 255.")


ConvNeXtTiny, ConvNeXtSmall, ConvNeXtBase = _variant("Tiny"), _variant("Small"), _variant("Base")
ConvNeXtLarge, ConvNeXtXLarge = _variant("Large"), _variant("XLarge")


def _convnext(size: str, preprocess: bool, plan: Plan) -> Functional:
    if channel_axis() == 1:
        raise ValueError("ConvNeXt has the channels last: keras.config.set_image_data_format('channels_last').")
    counts, filters, *hashes = _SIZES[size]
    name, x = plan.name, plan.start(224, 32)
    if preprocess and plan.shape(224, 32)[-1] == 3:
        mean = [m * 255 for m in (0.485, 0.456, 0.406)]
        variance = [(d * 255) ** 2 for d in (0.229, 0.224, 0.225)]
        x = layers.Normalization(mean=mean, variance=variance, name=f"{name}_prestem_normalization")(x)
    narrowing = [
        Sequential(
            [
                layers.Conv2D(filters[0], kernel_size=4, strides=4, name=f"{name}_stem_conv"),
                layers.LayerNormalization(epsilon=1e-6, name=f"{name}_stem_layernorm"),
            ],
            name=f"{name}_stem",
        )
    ]
    for i in range(3):
        normalization = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_downsampling_layernorm_{i}")
        convolution = layers.Conv2D(filters[i + 1], kernel_size=2, strides=2, name=f"{name}_downsampling_conv_{i}")
        narrowing.append(Sequential([normalization, convolution], name=f"{name}_downsampling_block_{i}"))
    for i, count in enumerate(counts):
        x = narrowing[i](x)
        for j in range(count):
            x = _block(x, filters[i], f"{name}_stage_{i}_block_{j}")
    x = _ended(x, plan)
    file = f"convnext_{size.lower()}{'' if plan.include_top else '_notop'}.h5"
    return plan.model(x, f"{STORE}convnext/{file}", hashes[0 if plan.include_top else 1])


def _block(x: KerasTensor, filters: int, name: str) -> KerasTensor:
    """A depthwise convolution, normalization, two dense layers on each pixel; scaled and added."""
    start = x
    x = layers.Conv2D(filters, kernel_size=7, padding="same", groups=filters, name=f"{name}_depthwise_conv")(x)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_layernorm")(x)
    x = layers.Dense(4 * filters, name=f"{name}_pointwise_conv_1")(x)
    x = layers.Activation("gelu", name=f"{name}_gelu")(x)
    x = layers.Dense(filters, name=f"{name}_pointwise_conv_2")(x)
    x = LayerScale(1e-6, filters, name=f"{name}_layer_scale")(x)
    return start + layers.Activation("linear", name=f"{name}_identity")(x)


def _ended(x: KerasTensor, plan: Plan) -> KerasTensor:
    name = plan.name
    if not plan.include_top:
        return layers.LayerNormalization(epsilon=1e-6)(plan.pooled(x, named=False))
    activation = plan.activation()
    x = layers.GlobalAveragePooling2D(name=f"{name}_head_gap")(x)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_head_layernorm")(x)
    return layers.Dense(plan.classes, activation=activation, name=f"{name}_head_dense")(x)
