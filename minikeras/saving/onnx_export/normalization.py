"""Normalizations, written out: runtimes put the nodes together again."""

from __future__ import annotations

import numpy as np

from minikeras import layers
from minikeras.layers.normalization.rows import axes_in
from minikeras.layers.normalization.unit_normalization import TINY
from minikeras.saving.onnx_export.graph import cast, op, reduce
from minikeras.saving.onnx_export.rules import LAYERS, weight
from minikeras.saving.onnx_export.shapes import moveaxis, reshape, size, sizes


def wide(x):
    """Half precision in float32, as the layers have it."""
    return cast(x, np.float32) if x.dtype.itemsize == 2 else x


def shaped(x, axes):
    """Shape of weights that stand beside the given axes."""
    return tuple(x.shape[i] if i in axes else 1 for i in range(x.ndim))


def affine(layer, x, y, axes):
    """γ y + β, in the type of x"""
    shape = shaped(x, axes)
    y = y if layer.gamma is None else y * weight(y, layer.gamma, *shape)
    y = y if layer.beta is None else y + weight(y, layer.beta, *shape)
    return cast(y, x.dtype)


def standardized(x, axes, epsilon):
    """x - μ and √(σ² + ε)"""
    centered = x - reduce("ReduceMean", x, axes)
    variance = reduce("ReduceMean", centered * centered, axes)
    return centered, op("Sqrt", variance + epsilon)


def batch_normalization(layer, x, mask=None):
    """γ (x - μ) / √(σ² + ε) + β, with the moving averages"""
    axis = layer.axis % x.ndim
    y, shape = wide(x), shaped(x, (axis,))
    y = (y - weight(y, layer.moving_mean, *shape)) / op("Sqrt", weight(y, layer.moving_variance, *shape) + layer.epsilon)
    return affine(layer, x, y, (axis,))


def layer_normalization(layer, x):
    """γ (x - μ) / √(σ² + ε) + β, μ and σ² over the features"""
    axes, y = axes_in(layer.axis, x.ndim), wide(x)
    centered, deviation = standardized(y, axes, layer.epsilon)
    return affine(layer, x, (y if layer.rms_scaling else centered) / deviation, axes)


def group_normalization(layer, x):
    """γ (x - μ) / √(σ² + ε) + β, μ and σ² over the channels of a group"""
    axis, y = layer.axis % x.ndim, moveaxis(wide(x), layer.axis, 1)
    groups = x.shape[axis] if layer.groups == -1 else layer.groups
    centered, deviation = standardized(reshape(y, size(y, 0), groups, -1), (2,), layer.epsilon)
    y = moveaxis(reshape(centered / deviation, *sizes(y)), 1, axis)
    return affine(layer, x, y, (axis,))


def rms_normalization(layer, x):
    """s x / √(Σ x² / n + ε)"""
    axes, y = axes_in(layer.axis, x.ndim), wide(x)
    y = y / op("Sqrt", reduce("ReduceMean", y * y, axes) + layer.epsilon)
    return cast(y * weight(y, layer.scale, *shaped(x, axes)), x.dtype)


def unit_normalization(layer, x):
    """x / √(Σ x²)"""
    y = wide(x)
    length = op("Sqrt", reduce("ReduceSum", y * y, axes_in(layer.axis, x.ndim)))
    return cast(y / op("Max", length, TINY), x.dtype)


LAYERS.update({
    layers.BatchNormalization: batch_normalization,
    layers.GroupNormalization: group_normalization,
    layers.LayerNormalization: layer_normalization,
    layers.RMSNormalization: rms_normalization,
    layers.UnitNormalization: unit_normalization,
})  # fmt: skip
