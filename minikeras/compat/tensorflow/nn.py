"""`tf.nn`: activations, losses from logits, convolutions, pooling, normalization.

>>> relu([-1.0, 2.0]).numpy(), softmax([0.0, 0.0]).numpy()
(array([0., 2.], dtype=float32), array([0.5, 0.5], dtype=float32))
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras import ops, random
from minikeras.compat.tensorflow._picking import gather
from minikeras.compat.tensorflow._tools import absent, axes, exported, op, sizes, table, taken
from minikeras.ops.dtypes import array, promote_floats

ONE = "relu relu6 elu selu silu swish=silu hard_sigmoid"
MATH = "erf in_top_k l2_normalize sigmoid softplus softsign tanh top_k zero_fraction"
globals().update(table(ONE, "features", "nn"))
globals().update(taken("math", MATH))


@op(graph=lambda logits, axis=-1: ops.softmax(logits, axis=-1 if axis is None else axes(axis)))
def softmax(logits, axis=None, dim=None):
    """exp xᵢ / Σ exp xⱼ along an axis, the last by default."""
    axis = dim if axis is None else axis
    return ops.softmax(logits, axis=-1 if axis is None else axes(axis))


@op
def log_softmax(logits, axis=None, dim=None):
    """The logarithm of softmax."""
    axis = dim if axis is None else axis
    return ops.log_softmax(logits, axis=-1 if axis is None else axes(axis))


@op
def leaky_relu(features, alpha=0.2):
    """x above 0, α x below."""
    return ops.leaky_relu(features, float(alpha))


@op
def gelu(features, approximate=False):
    """x Φ(x)"""
    return ops.gelu(features, bool(approximate))


@op
def crelu(features, axis=-1):
    """relu(x) and relu(-x), side by side."""
    return ops.concatenate([ops.relu(features), ops.relu(ops.negative(features))], axis)


@op
def bias_add(value, bias, data_format=None):
    """x + b, along the channels."""
    value, bias = array(value), array(bias)
    if str(data_format or "").upper().startswith("NC"):
        bias = bias.reshape(-1, *[1] * (value.ndim - 2))
    return ops.add(value, bias)


# Losses from logits, one number for each row


@op
def sigmoid_cross_entropy_with_logits(labels=None, logits=None):
    """max(x, 0) - x y + log(1 + exp(-|x|))"""
    x, y = promote_floats(logits, labels)
    return ops.relu(x) - x * y + ops.log1p(ops.exp(-ops.abs(x)))


@op
def weighted_cross_entropy_with_logits(labels=None, logits=None, pos_weight=1.0):
    """The same, with the positive ones weighted."""
    x, y = promote_floats(logits, labels)
    weight = 1 + (pos_weight - 1) * y
    return (1 - y) * x + weight * (ops.log1p(ops.exp(-ops.abs(x))) + ops.relu(-x))


@op
def softmax_cross_entropy_with_logits(labels=None, logits=None, axis=-1, dim=None):
    """-Σ y log softmax(x)"""
    axis = axis if dim is None else dim
    x, y = promote_floats(logits, labels)
    return -ops.sum(y * ops.log_softmax(x, axis=axis), axis=axis)


softmax_cross_entropy_with_logits_v2 = softmax_cross_entropy_with_logits


@op
def sparse_softmax_cross_entropy_with_logits(labels=None, logits=None):
    """-log softmax(x) of the true class."""
    x = ops.log_softmax(logits)
    labels = np.asarray(array(labels)).astype("int64")
    return -ops.squeeze(ops.take_along_axis(x, labels[..., None], axis=-1), -1)


@op
def l2_loss(t):
    """Σ t² / 2"""
    return ops.multiply(ops.sum(ops.square(t)), 0.5)


@op
def log_poisson_loss(targets, log_input, compute_full_loss=False):
    """exp(c) - z c"""
    return ops.exp(log_input) - ops.multiply(targets, log_input)


# Windows


def _sizes(value, rank, channels_first):
    """The sizes along the axes of space, from one number, from those alone, or with batch and channels."""
    if value is None:
        return 1
    value = sizes(value)
    if len(value) == rank + 2:
        value = value[2:] if channels_first else value[1:-1]
    return value[0] if len(set(value)) == 1 else tuple(value)


def _layout(data_format):
    first = str(data_format or "NHWC").upper().startswith("NC")
    return first, "channels_first" if first else "channels_last"


def _padded(x, padding, channels_first):
    """The padding's name, and the array with its own margins where they are given as numbers."""
    if isinstance(padding, str):
        return x, padding.lower()
    return ops.pad(x, [tuple(int(n) for n in pair) for pair in padding]), "valid"


def _convolution(name, rank, function, doc):
    def convolve(input, filters=None, strides=1, padding="VALID", data_format=None, dilations=None, filter=None):
        first, layout = _layout(data_format)
        x, padding = _padded(array(input), padding, first)
        kernel = filters if filters is not None else filter
        strides, dilations = (_sizes(v, rank, first) for v in (strides, dilations))
        return function(x, kernel, strides, padding, layout, dilations)

    convolve.__doc__ = doc
    return op(convolve, name)


conv1d = _convolution("conv1d", 1, ops.conv, "Convolution along one axis.")
conv2d = _convolution("conv2d", 2, ops.conv, "Convolution along two axes.")
conv3d = _convolution("conv3d", 3, ops.conv, "Convolution along three axes.")
convolution = _convolution("convolution", 2, ops.conv, "Convolution.")
depthwise_conv2d = _convolution("depthwise_conv2d", 2, ops.depthwise_conv, "Each channel with kernels of its own.")


@op
def separable_conv2d(
    input, depthwise_filter, pointwise_filter, strides=1, padding="VALID", data_format=None, dilations=None
):
    """Each channel with kernels of its own, then a mixture of channels."""
    first, layout = _layout(data_format)
    strides, dilations = (_sizes(v, 2, first) for v in (strides, dilations))
    return ops.separable_conv(input, depthwise_filter, pointwise_filter, strides, padding.lower(), layout, dilations)


@op
def conv2d_transpose(input, filters, output_shape, strides, padding="SAME", data_format="NHWC", dilations=None):
    """The way back of a convolution: out of few places, many. Kernels are (height, width, out, in)."""
    first, layout = _layout(data_format)
    y = ops.conv_transpose(input, filters, _sizes(strides, 2, first), padding.lower(), None, layout)
    wanted = sizes(output_shape)[2:] if first else sizes(output_shape)[1:-1]
    found = y.shape[2:] if first else y.shape[1:-1]
    if tuple(found) != tuple(wanted):
        raise ValueError(f"tf.nn.conv2d_transpose: output_shape says {tuple(wanted)}, kernel and strides {tuple(found)}.")
    return y


def _pool(name, rank, function, doc):
    def pool(input=None, ksize=None, strides=None, padding="VALID", data_format=None, value=None):
        first, layout = _layout(data_format)
        x = input if input is not None else value
        strides = ksize if strides is None else strides
        return function(x, _sizes(ksize, rank, first), _sizes(strides, rank, first), padding.lower(), layout)

    pool.__doc__ = doc
    return op(pool, name)


max_pool = _pool("max_pool", 2, ops.max_pool, "The greatest of each window.")
max_pool1d = _pool("max_pool1d", 1, ops.max_pool, "The greatest of each window.")
max_pool2d = _pool("max_pool2d", 2, ops.max_pool, "The greatest of each window.")
max_pool3d = _pool("max_pool3d", 3, ops.max_pool, "The greatest of each window.")
avg_pool = _pool("avg_pool", 2, ops.average_pool, "The mean of each window.")
avg_pool1d = _pool("avg_pool1d", 1, ops.average_pool, "The mean of each window.")
avg_pool2d = _pool("avg_pool2d", 2, ops.average_pool, "The mean of each window.")
avg_pool3d = _pool("avg_pool3d", 3, ops.average_pool, "The mean of each window.")


@op
def depth_to_space(input, block_size, data_format="NHWC"):
    """Channels become blocks of space."""
    return ops.depth_to_space(input, int(block_size), _layout(data_format)[1])


@op
def space_to_depth(input, block_size, data_format="NHWC"):
    """Blocks of space become channels."""
    return ops.space_to_depth(input, int(block_size), _layout(data_format)[1])


# Normalization, dropout, embedding


def moments(x: Any, axes: Any, shift: Any = None, keepdims: bool = False, name: Any = None, keep_dims: Any = None) -> tuple:
    """Mean and variance along axes."""
    return ops.moments(x, list(sizes(axes)), bool(keepdims if keep_dims is None else keep_dims))


@op
def batch_normalization(x, mean, variance, offset, scale, variance_epsilon):
    """(x - μ) / √(σ² + ε) · γ + β"""
    y = ops.multiply(ops.subtract(x, mean), ops.rsqrt(ops.add(variance, variance_epsilon)))
    y = y if scale is None else ops.multiply(y, scale)
    return y if offset is None else ops.add(y, offset)


@op
def local_response_normalization(input, depth_radius=5, bias=1, alpha=1, beta=0.5):
    """x / (b + a Σ x² of the neighbouring channels)ᵝ"""
    x, r = array(input), int(depth_radius)
    squares = ops.pad(ops.square(x), [(0, 0)] * (x.ndim - 1) + [(r, r)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(2 * r + 1))
    return x / ops.power(bias + alpha * total, beta)


lrn = local_response_normalization


def dropout(
    x: Any, rate: Any = None, noise_shape: Any = None, seed: Any = None, name: str | None = None, keep_prob: Any = None
) -> Any:
    """Some numbers become 0, the others grow, so that the sum stays about the same."""
    rate = 1 - float(keep_prob) if rate is None and keep_prob is not None else float(rate)
    return ops.convert_to_tensor(random.dropout(array(x), rate, None if noise_shape is None else sizes(noise_shape), seed))


def embedding_lookup(params: Any, ids: Any, max_norm: Any = None, name: str | None = None) -> Any:
    """The rows of these numbers."""
    return gather(params, ids, axis=0)


def ctc_loss(
    labels: Any, logits: Any, label_length: Any, logit_length: Any, logits_time_major: bool = True, unique: Any = None,
    blank_index: int | None = None, name: str | None = None,
) -> Any:  # fmt: skip
    """-log of the chance of a sequence, over all ways of writing it."""
    logits = ops.transpose(logits, (1, 0, 2)) if logits_time_major else logits
    blank = 0 if blank_index is None else blank_index % logits.shape[-1]
    return ops.ctc_loss(labels, logits, label_length, logit_length, blank)


_ALSO = """softmax_cross_entropy_with_logits_v2 conv1d conv2d conv3d convolution depthwise_conv2d max_pool max_pool1d max_pool2d
    max_pool3d avg_pool avg_pool1d avg_pool2d avg_pool3d lrn """ + f"{MATH} "
__all__ = exported(globals(), _ALSO + " ".join(table(ONE, "features", "nn")))
__getattr__ = absent("tf.nn", globals(), dict.fromkeys(["rnn_cell", "dynamic_rnn", "static_rnn"], "Use keras.layers.RNN."))
