"""Layers as nodes: the table `LAYERS` from each class of `minikeras.layers` to its rule."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import layers
from minikeras._core import dtypes
from minikeras.saving.onnx_export.functions import FUNCTIONS, elu, leaky_relu, relu, single, softmax
from minikeras.saving.onnx_export.graph import Tensor, cast, integers, op, where


def translate(layer: Any, x: Tensor) -> Tensor:
    """Add what a layer, or a model used as one, does to x."""
    if type(layer).forward is dtypes.registry.table["Sequential"].forward:
        for inner in layer.layers:
            x = translate(inner, x)
        return x
    rule = next((LAYERS[c] for c in type(layer).__mro__ if c in LAYERS and type(layer).forward is c.forward), None)
    if rule is None:
        raise ValueError(_refusal(layer, "there is no translation for a class of your own"))
    x.graph.path = layer.path
    if layer.float_inputs and x.dtype.kind != "f":
        x = cast(x, layer.compute_dtype)
    return rule(layer, x)


def activation(layer, x):
    """φ(x), φ a function, one with arguments bound, or a layer"""
    f, arguments = layer.activation, {}
    if isinstance(f, layers.Layer):
        return translate(f, x)
    if isinstance(f, functools.partial) and not f.args:
        f, arguments = f.func, f.keywords
    try:
        rule = FUNCTIONS.get(f)
    except TypeError:  # an object without a hash
        rule = None
    if rule is None:
        name = getattr(f, "__name__", None) or repr(f)
        raise ValueError(_refusal(layer, f"its activation {name!r} is none of keras.activations"))
    try:
        return rule(x, **arguments)
    except ValueError as error:
        raise ValueError(_refusal(layer, str(error))) from None


def dense(layer, x):
    """g(xW + b), for any number of axes"""
    dtype = np.result_type(x.dtype, layer.kernel.value.dtype)
    z = op("MatMul", cast(x, dtype), x.graph.weight(layer.kernel, dtype), dtype=dtype, shape=(*x.shape[:-1], layer.units))
    return activation(layer, z + x.graph.weight(layer.bias, dtype) if layer.use_bias else z)


def batch_normalization(layer, x):
    """γ (x - μ) / √(σ² + ε) + β, with the moving averages; half precision in float32, as the layer has it"""
    came = x.dtype
    x = cast(x, np.result_type(x.dtype, layer.moving_mean.value.dtype, np.float32))
    axis = layer.axis % len(x.shape)
    shape = (-1, *[1] * (len(x.shape) - 1 - axis))

    def weight(variable):
        return x.graph.weight(variable, x.dtype, shape)

    y = (x - weight(layer.moving_mean)) / op("Sqrt", weight(layer.moving_variance) + layer.epsilon)
    y = y * weight(layer.gamma) if layer.scale else y
    y = y + weight(layer.beta) if layer.center else y
    return cast(y, came) if came.itemsize == 2 else y


def prelu(layer, x):
    """max(x, 0) + α min(x, 0)"""
    x = cast(x, np.result_type(x.dtype, layer.alpha.value.dtype))
    alpha = x.graph.weight(layer.alpha, x.dtype)
    return op("PRelu", x, alpha) if single(x) else op("Relu", x) + op("Min", x, 0.0) * alpha


def flatten(layer, x):
    """All axes but the batch in one."""
    if layer.data_format == "channels_first" and len(x.shape) > 2:
        x = transpose(x, (0, *range(2, len(x.shape)), 1))
    return op("Flatten", x, shape=(x.shape[0], None if None in x.shape[1:] else math.prod(x.shape[1:])), axis=1)


def transpose(x, order):
    """The axes in another order."""
    return op("Transpose", x, shape=tuple(x.shape[i] for i in order), perm=order)


def reshape(layer, x):
    """Samples of another shape."""
    shape = layer.compute_output_shape(x.shape)
    if 0 in shape:
        raise ValueError(_refusal(layer, f"samples of shape {shape[1:]} hold no numbers"))
    sizes = [-1 if n is None else n for n in shape[1:]]
    return op("Reshape", x, integers(x, 0, *sizes), shape=shape)  # 0: the batch as it is


def repeat(layer, x):
    """n copies of each sample."""
    y = op("Unsqueeze", x, integers(x, 1), shape=(x.shape[0], 1, x.shape[1]))
    return op("Tile", y, integers(x, 1, layer.n, 1), shape=(x.shape[0], layer.n, x.shape[1]))


def same(layer, x):
    """Nothing, when a model predicts."""
    return x


LAYERS: dict[type, Callable] = {
    layers.Activation: activation,
    layers.ActivityRegularization: same,
    layers.AlphaDropout: same,
    layers.BatchNormalization: batch_normalization,
    layers.Dense: dense,
    layers.Dropout: same,
    layers.ELU: lambda layer, x: elu(x, layer.alpha),
    layers.Flatten: flatten,
    layers.GaussianDropout: same,
    layers.GaussianNoise: same,
    layers.Identity: same,
    layers.InputLayer: same,
    layers.LeakyReLU: lambda layer, x: leaky_relu(x, layer.negative_slope),
    layers.PReLU: prelu,
    layers.Permute: lambda layer, x: transpose(x, layer._order),
    layers.ReLU: lambda layer, x: relu(x, layer.negative_slope, layer.max_value, layer.threshold),
    layers.RepeatVector: repeat,
    layers.Reshape: reshape,
    layers.Softmax: lambda layer, x: softmax(x, layer.axis),
    layers.SpatialDropout1D: same,
    layers.SpatialDropout2D: same,
    layers.SpatialDropout3D: same,
    layers.ThresholdedReLU: lambda layer, x: where(x > layer.theta, x, 0.0, x),
}


def _refusal(layer: Any, why: str) -> str:
    return (
        f"Layer {layer.name!r} ({type(layer).__name__}) can't be exported to ONNX: {why}. "
        "Put layers and activations of minikeras in its place, or keep the model by model.save('model.keras')."
    )
