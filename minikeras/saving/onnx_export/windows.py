"""Convolutions and pooling.

ONNX has the channels in front and ONNX Runtime convolutions for float32 and half precision only: elsewhere axes are moved, and
float64 is a sum over the taps of the window, each a matrix product: z = Σ_t x[s·o + d·t − p] W[t].
"""

from __future__ import annotations

import functools
import math

import numpy as np

from minikeras import layers
from minikeras._core.pool import adaptive_windows
from minikeras._core.resample import resample_matrix
from minikeras._core.windows import transposed_size
from minikeras.config import image_data_format
from minikeras.layers.convolutional.base_depthwise_conv import BaseDepthwiseConv, by_channel
from minikeras.saving.onnx_export.graph import cast, op, reduce, single, where
from minikeras.saving.onnx_export.operations import OPERATIONS
from minikeras.saving.onnx_export.rules import LAYERS, MASKS, activation
from minikeras.saving.onnx_export.shapes import (
    along,
    cut,
    expand_dims,
    matmul,
    moveaxis,
    pad,
    repeat,
    reshape,
    sizes,
    take,
)


class Window:
    """How a window slides over the axes of space of x: what the nodes for it say."""

    def __init__(self, x, window, strides, padding, dilation=None):
        self.rank = len(window)
        self.window, self.strides, self.dilation = tuple(window), tuple(strides), tuple(dilation or (1,) * self.rank)
        self.spans = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.window)]
        self.padding = padding
        self.pads = [self._pads(*each, padding) for each in zip(x.shape[2:], self.spans, self.strides)]
        self.out = [self._out(*each) for each in zip(x.shape[2:], self.spans, self.strides, self.pads)]

    def _pads(self, n, span, stride, padding):
        """(before, after); None if it depends on a size that is open"""
        if padding == "valid":
            return 0, 0
        if padding == "causal":
            return span - 1, 0
        if padding != "same":
            raise ValueError(f"there is no padding {padding!r}")
        if n is None and 1 < stride and 1 < span:
            return None
        missing = max(span - 1 if n is None or stride == 1 else (-(-n // stride) - 1) * stride + span - n, 0)
        return missing // 2, missing - missing // 2

    def _out(self, n, span, stride, pads):
        return None if n is None else (n + sum(pads) - span) // stride + 1

    @property
    def attributes(self):
        """What a node of ONNX is told."""
        told = {"kernel_shape": self.window, "strides": self.strides}
        if max(self.dilation) > 1:
            told["dilations"] = self.dilation
        if None in self.pads:
            return {**told, "auto_pad": "SAME_UPPER"}
        return {**told, "pads": [lo for lo, _ in self.pads] + [hi for _, hi in self.pads]} if any(map(any, self.pads)) else told

    def known_pads(self):
        """The pads, where they must be known."""
        if None in self.pads:
            raise ValueError("in float64, padding='same' with strides needs to know the sizes of the input")
        return self.pads

    def taps(self, x):
        """What each tap sees of x with the channels at the end."""
        x = pad(x, {i + 1: pads for i, pads in enumerate(self.known_pads())})
        for tap in np.ndindex(*self.window):
            ways = zip(tap, self.window, self.dilation, self.strides)
            yield tap, cut(x, {i + 1: slice(d * t, -d * (k - 1 - t) or None, s) for i, (t, k, d, s) in enumerate(ways)})


def first(x, data_format):
    """x with the channels in front."""
    return moveaxis(x, -1, 1) if data_format == "channels_last" else x


def back(y, data_format):
    """The way back of `first`."""
    return moveaxis(y, 1, -1) if data_format == "channels_last" else y


def convolve(x, kernel, bias, data_format, groups, window, change=None, strides=1, padding="valid", dilation=1):
    """x ∗ W + b; ``change`` makes W ``(*window, channels / groups, filters)`` of what the variable holds."""
    x, rank = first(x, data_format), len(window)
    strides, dilation = ((v,) * rank if isinstance(v, int) else v for v in (strides, dilation))
    change = change or (lambda v: v)
    how = Window(x, window, strides, padding, dilation)
    if single(x):
        w = x.graph.weight(kernel, x.dtype, lambda v: np.moveaxis(change(v), (-1, -2), (0, 1)), "filters first")
        b = None if bias is None else x.graph.weight(bias, x.dtype)
        shape = (x.shape[0], w.shape[0], *how.out)
        return back(op("Conv", x, w, b, shape=shape, group=groups, **how.attributes), data_format)
    z = functools.reduce(lambda a, b: a + b, _products(moveaxis(x, 1, -1), kernel, change, groups, how))
    z = z if bias is None else z + z.graph.weight(bias, z.dtype)
    return z if data_format == "channels_last" else moveaxis(z, -1, 1)


def _products(x, kernel, change, groups, how):
    """x W[t] for each tap, with the channels at the end"""
    for tap, part in how.taps(x):
        if groups == 1:
            yield matmul(part, x.graph.weight(kernel, x.dtype, lambda v, tap=tap: change(v)[tap], tap))
            continue

        def by_group(v, tap=tap):
            return np.stack(np.split(change(v)[tap], groups, axis=-1))

        part = reshape(part, *sizes(part)[:-1], groups, 1, part.shape[-1] // groups)
        y = matmul(part, x.graph.weight(kernel, x.dtype, by_group, tap))
        yield reshape(y, *sizes(y)[:-3], groups * y.shape[-1])


def conv(layer, x):
    """g(x ∗ W + b)"""
    strides, padding, dilation, groups, data_format = layer.how()
    change = by_channel if isinstance(layer, BaseDepthwiseConv) else None
    z = convolve(x, layer.kernel, layer.bias, data_format, groups, layer.kernel_size, change, strides, padding, dilation)
    return activation(layer, z)


def separable_conv(layer, x):
    """g((x ∗ D) P + b)"""
    strides, padding, dilation, groups, data_format = layer.how()
    how = groups, layer.kernel_size, by_channel, strides, padding, dilation
    x = convolve(x, layer.depthwise_kernel, None, data_format, *how)
    return activation(layer, convolve(x, layer.pointwise_kernel, layer.bias, data_format, 1, (1,) * layer.rank))


def conv_transpose(layer, x):
    """g(x ∗ᵀ W + b): float64 as a convolution of what stands strides apart with the mirrored kernel"""
    more = layer.output_padding or (None,) * layer.rank
    each = zip(layer.kernel_size, layer.strides, more, layer.dilation_rate)
    pads = [transposed_size(1, k, s, layer.padding, m, d)[1] for k, s, m, d in each]  # do not depend on the size
    x = first(x, layer.data_format)
    z = _transposed(layer, x, pads) if single(x) else _mirrored(layer, moveaxis(x, 1, -1), pads)
    return activation(layer, back(z, layer.data_format))


def _transposed(layer, x, pads):
    w = x.graph.weight(layer.kernel, x.dtype, lambda v: np.moveaxis(v, (-1, -2), (0, 1)), "channels first")
    b = None if layer.bias is None else x.graph.weight(layer.bias, x.dtype)
    shape = (x.shape[0], layer.filters, *layer.output_sizes(x.shape[2:]))
    more = [max(-hi, 0) for _, hi in pads]
    pads = [lo for lo, _ in pads] + [max(hi, 0) for _, hi in pads]
    told = {"kernel_shape": layer.kernel_size, "strides": layer.strides, "dilations": layer.dilation_rate}
    return op("ConvTranspose", x, w, b, shape=shape, pads=pads, output_padding=more, **told)


def _mirrored(layer, x, pads):
    for axis, stride in enumerate(layer.strides, 1):
        if stride > 1:
            y = pad(expand_dims(x, axis + 1), {axis + 1: (0, stride - 1)})
            n = -1 if x.shape[axis] is None else x.shape[axis] * stride
            y = reshape(y, *sizes(x)[:axis], n, *sizes(x)[axis + 1 :])
            x = cut(y, {axis: slice(0, 1 - stride)})
    spans = [d * (k - 1) + 1 for d, k in zip(layer.dilation_rate, layer.kernel_size)]
    x = pad(x, {i + 1: (span - 1 - lo, span - 1 - hi) for i, (span, (lo, hi)) in enumerate(zip(spans, pads))})
    turned = tuple([slice(None, None, -1)] * layer.rank)
    z = convolve(x, layer.kernel, layer.bias, "channels_last", 1, layer.kernel_size,
                 lambda v: np.swapaxes(v[turned], -1, -2), dilation=layer.dilation_rate)  # fmt: skip
    return moveaxis(z, -1, 1)


# -- pooling --------------------------------------------------------------------------------------------------------------


def pooling(x, window, strides, padding):
    """How a pooling window slides; ONNX Runtime takes no windows shorter than their strides if it has to find the padding."""
    how = Window(x, window, strides, padding)
    if None in how.pads and any(span < stride for span, stride in zip(how.spans, how.strides)):
        raise ValueError("padding='same' with strides above pool_size needs to know the sizes of the input")
    return how


def max_pool(x, window, strides, padding, data_format):
    """max x over each window"""
    came = x.dtype
    x = first(x if came.kind == "f" else cast(x, np.float64), data_format)
    how = pooling(x, window, strides, padding)
    return cast(back(op("MaxPool", x, shape=(*x.shape[:2], *how.out), **how.attributes), data_format), came)


def average_pool(x, window, strides, padding, data_format):
    """Σ x / n over each window, n without what padding adds"""
    x = first(x, data_format)
    how = pooling(x, window, strides, padding)
    if single(x):
        return back(op("AveragePool", x, shape=(*x.shape[:2], *how.out), **how.attributes), data_format)
    last = moveaxis(x, 1, -1)
    total = functools.reduce(lambda a, b: a + b, [part for _, part in how.taps(last)])
    if not any(map(any, how.pads)):
        y = total * (1.0 / math.prod(how.window))
    else:
        ones = op("Sign", op("Abs", cut(last, {0: slice(0, 1), -1: slice(0, 1)})) + 1.0)
        y = total / functools.reduce(lambda a, b: a + b, [part for _, part in how.taps(ones)])
    return y if data_format == "channels_last" else moveaxis(y, -1, 1)


def pool(function):
    """The rule of a layer that pools."""
    return lambda layer, x: function(x, layer.pool_size, layer.strides, layer.padding, layer.data_format)


def global_average(layer, x, mask=None):
    """Σ x / n over space, or over the steps that are not masked"""
    if mask is None:
        return reduce("ReduceMean", x, layer._space, layer.keepdims)
    m = expand_dims(mask, 3 - layer._space[0])
    n = op("Max", reduce("ReduceSum", cast(m, x.dtype), layer._space, layer.keepdims), 1.0)
    return reduce("ReduceSum", where(m, x, 0.0, x), layer._space, layer.keepdims) / n


def adaptive_average(layer, x):
    """Means of windows as long as it takes, as a matrix along each axis"""
    for axis, along_axis in _adaptive(layer, x):
        matrix = np.zeros((along_axis.count, along_axis.length))
        for out, inside, _ in along_axis.pieces:
            matrix[np.arange(along_axis.count)[out], np.arange(along_axis.length)[inside]] += 1.0
        x = along(matrix / matrix.sum(1, keepdims=True), x, axis)
    return x


def adaptive_max(layer, x):
    """The largest number of windows as long as it takes, the short ones filled up with their last"""
    for axis, along_axis in _adaptive(layer, x):
        n, m = along_axis.length, along_axis.count
        starts, stops = np.arange(m) * n // m, -(-(np.arange(m) + 1) * n // m)
        places = np.minimum(starts[:, None] + np.arange((stops - starts).max()), stops[:, None] - 1)
        x = reduce("ReduceMax", take(x, places, axis), (axis + 1,), keepdims=False)
    return x


def _adaptive(layer, x):
    space = range(1, x.ndim - 1) if layer.data_format == "channels_last" else range(2, x.ndim)
    if any(x.shape[axis] is None for axis in space):
        raise ValueError(f"the sizes of its input must be known, the shape is {x.shape}")
    return [(axis, adaptive_windows(x.shape[axis], m)) for axis, m in zip(space, layer.output_size)]


def up_sampling(layer, x):
    """Each place several times, or A x Bᵀ"""
    how = getattr(layer, "interpolation", "nearest")
    if how == "nearest" and x.dtype == np.float32:
        factors = dict(layer.factors())
        scales = x.graph.constant([factors.get(i, 1) for i in range(x.ndim)], np.float32)
        return op("Resize", x, None, scales, shape=layer.compute_output_shape(x.shape), mode="nearest",
                  coordinate_transformation_mode="asymmetric", nearest_mode="floor")  # fmt: skip
    for axis, times in layer.factors():
        if how == "nearest":
            x = repeat(x, axis, times)
        elif x.shape[axis] is None:
            raise ValueError(f"interpolation={how!r} needs to know the sizes of its input, the shape is {x.shape}")
        else:
            x = along(resample_matrix(x.shape[axis], x.shape[axis] * times, how), x, axis)
    return x


def pool_operation(function):
    """The rule of max_pool and average_pool of `keras.ops`."""

    def rule(to, inputs, pool_size, strides=None, padding="valid", data_format=None):
        rank = inputs.ndim - 2
        window, steps = ((v,) * rank if isinstance(v, int) else tuple(v) for v in (pool_size, strides or pool_size))
        return function(to.lift(inputs), window, steps, padding, data_format or image_data_format())

    return rule


_CONVS = [layers.Conv1D, layers.Conv2D, layers.Conv3D, layers.DepthwiseConv1D, layers.DepthwiseConv2D]
_TRANSPOSED = [layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose]
LAYERS.update(dict.fromkeys(_CONVS, conv))
LAYERS.update(dict.fromkeys([layers.SeparableConv1D, layers.SeparableConv2D], separable_conv))
LAYERS.update(dict.fromkeys(_TRANSPOSED, conv_transpose))
for _n in (1, 2, 3):
    LAYERS[getattr(layers, f"MaxPooling{_n}D")] = pool(max_pool)
    LAYERS[getattr(layers, f"AveragePooling{_n}D")] = pool(average_pool)
    LAYERS[getattr(layers, f"GlobalAveragePooling{_n}D")] = global_average
    LAYERS[getattr(layers, f"GlobalMaxPooling{_n}D")] = lambda layer, x: reduce("ReduceMax", x, layer._space, layer.keepdims)
    LAYERS[getattr(layers, f"AdaptiveAveragePooling{_n}D")] = adaptive_average
    LAYERS[getattr(layers, f"AdaptiveMaxPooling{_n}D")] = adaptive_max
    LAYERS[getattr(layers, f"UpSampling{_n}D")] = up_sampling
OPERATIONS.update({"MaxPool": pool_operation(max_pool), "AveragePool": pool_operation(average_pool)})
MASKS[layers.GlobalAveragePooling1D.compute_mask] = lambda layer, x, mask: None
