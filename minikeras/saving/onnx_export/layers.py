"""Layers that act on each number or each row alone, and the files with the rules for the others."""

from __future__ import annotations

import math

import numpy as np

from minikeras import layers
from minikeras.layers.calling import call_spec
from minikeras.saving.onnx_export import attention, merging, normalization, own, preprocessing, windows  # noqa: F401
from minikeras.saving.onnx_export.functions import elu, leaky_relu, relu, softmax
from minikeras.saving.onnx_export.graph import any_of, cast, op, single, where
from minikeras.saving.onnx_export.rules import LAYERS, MASKS, activation, translate, weight
from minikeras.saving.onnx_export.shapes import (
    cut,
    einsum,
    expand_dims,
    matmul,
    pad,
    repeat,
    reshape,
    size,
    sizes,
    take,
    transpose,
)


def dense(layer, x):
    """g(xW + b), for any number of axes"""
    z = matmul(x, weight(x, layer.kernel))
    return activation(layer, z + weight(x, layer.bias) if layer.use_bias else z)


def einsum_dense(layer, x):
    """g(Σ x W + b)"""
    z = einsum(layer.equation, x, weight(x, layer.kernel))
    return activation(layer, z if layer.bias is None else z + weight(x, layer.bias))


def embedding(layer, x):
    """y = E[i]"""
    ids = x if x.dtype in (np.int32, np.int64) else cast(x, np.int32)
    y = take(x.graph.weight(layer.embeddings, layer.embeddings.value.dtype), ids, 0)
    return cast(y, layer.compute_dtype)


def reversible_embedding(layer, x, reverse=False):
    """y = E[i], or the scores z = h Eᵀ, which a cap keeps within its bounds"""
    if not reverse:
        return embedding(layer, x)
    dtype = np.dtype(str(layer.reverse_dtype or layer.compute_dtype))
    if layer.tie_weights:
        table = x.graph.weight(layer.embeddings, dtype, np.transpose, "transposed")
    else:
        table = x.graph.weight(layer.reverse_embeddings, dtype)
    z = matmul(cast(x, dtype), table)
    cap = layer.logit_soft_cap
    return z if cap is None else op("Tanh", z / cap) * cap


def embedding_mask(layer, x, mask):
    """Where something is, if 0 stands for nothing."""
    return ~op("Equal", x, 0, dtype=bool) if layer.mask_zero and x.dtype.kind != "f" else None


def there(layer, x):
    """Where one of the features is not the value."""
    return any_of(~op("Equal", x, float(layer.mask_value), dtype=bool), (-1,))


def masking(layer, x):
    """y = x where something is, else 0"""
    return where(expand_dims(there(layer, x), -1), x, 0.0, x)


def masked_softmax(layer, x, mask=None):
    """exp(x) / Σ exp(x) over what is not masked"""
    if mask is None:
        return softmax(x, layer.axis)
    mask = mask if mask.dtype == bool else mask > 0.5
    low = -3e4 if x.dtype == np.float16 else -1e9
    return where(mask, softmax(where(mask, x, low, x), layer.axis), 0.0, x)


def prelu(layer, x):
    """max(x, 0) + α min(x, 0)"""
    alpha = weight(x, layer.alpha)
    return op("PRelu", x, alpha) if single(x) else op("Relu", x) + op("Min", x, 0.0) * alpha


def flatten(layer, x):
    """All axes but the batch in one."""
    if layer.data_format == "channels_first" and x.ndim > 2:
        x = transpose(x, (0, *range(2, x.ndim), 1))
    return op("Flatten", x, shape=(x.shape[0], None if None in x.shape[1:] else math.prod(x.shape[1:])), axis=1)


def reshape_samples(layer, x):
    """Samples of another shape."""
    return reshape(x, size(x, 0), *(-1 if n is None else n for n in layer.compute_output_shape(x.shape)[1:]))


def repeat_vector(layer, x):
    """n copies of each sample."""
    return repeat(expand_dims(x, 1), 1, layer.n)


def cropping(layer, x):
    """Without the edges."""
    return cut(x, {a: slice(low, -high or None) for a, (low, high) in zip(layer._space, layer._edges)})


def time_distributed(layer, x, mask=None):
    """y[:, t] = layer(x[:, t])"""
    given = {}
    if mask is not None and "mask" in call_spec(type(layer.layer).call).names:
        given["mask"] = reshape(mask, -1, *sizes(mask)[2:])
    y = translate(layer.layer, reshape(x, -1, *sizes(x)[2:]), **given)
    return reshape(y, size(x, 0), size(x, 1), *sizes(y)[1:])


def same(layer, x, **arguments):
    """Nothing, when a model predicts."""
    return x


LAYERS.update({
    layers.Activation: activation,
    layers.ActivityRegularization: same,
    layers.AlphaDropout: same,
    layers.Cropping1D: cropping,
    layers.Cropping2D: cropping,
    layers.Cropping3D: cropping,
    layers.Dense: dense,
    layers.Dropout: same,
    layers.ELU: lambda layer, x: elu(x, layer.alpha),
    layers.EinsumDense: einsum_dense,
    layers.Embedding: embedding,
    layers.Flatten: flatten,
    layers.GaussianDropout: same,
    layers.GaussianNoise: same,
    layers.Identity: same,
    layers.InputLayer: same,
    layers.LeakyReLU: lambda layer, x: leaky_relu(x, layer.negative_slope),
    layers.Masking: masking,
    layers.PReLU: prelu,
    layers.Permute: lambda layer, x: transpose(x, layer._order),
    layers.ReLU: lambda layer, x: relu(x, layer.negative_slope, layer.max_value, layer.threshold),
    layers.RepeatVector: repeat_vector,
    layers.Reshape: reshape_samples,
    layers.ReversibleEmbedding: reversible_embedding,
    layers.Softmax: masked_softmax,
    layers.SpatialDropout1D: same,
    layers.SpatialDropout2D: same,
    layers.SpatialDropout3D: same,
    layers.SpectralNormalization: lambda layer, x: translate(layer.layer, x),
    layers.ThresholdedReLU: lambda layer, x: where(x > layer.theta, x, 0.0, x),
    layers.TimeDistributed: time_distributed,
    layers.ZeroPadding1D: lambda layer, x: pad(x, dict(zip(layer._space, layer._edges))),
    layers.ZeroPadding2D: lambda layer, x: pad(x, dict(zip(layer._space, layer._edges))),
    layers.ZeroPadding3D: lambda layer, x: pad(x, dict(zip(layer._space, layer._edges))),
})  # fmt: skip

MASKS.update({
    layers.Embedding.compute_mask: embedding_mask,
    layers.ReversibleEmbedding.compute_mask: embedding_mask,
    layers.Masking.compute_mask: lambda layer, x, mask: there(layer, x),
})  # fmt: skip
