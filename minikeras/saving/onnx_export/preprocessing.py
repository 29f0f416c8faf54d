"""Layers that prepare data. Those that draw at random do nothing when a model predicts."""

from __future__ import annotations

import math

import numpy as np

from minikeras import layers
from minikeras.config import epsilon
from minikeras.layers.preprocessing.image_preprocessing.center_crop import center_window
from minikeras.layers.preprocessing.image_preprocessing.sampling import resizing_matrices
from minikeras.saving.onnx_export.graph import any_of, cast, clip, op, reduce, where
from minikeras.saving.onnx_export.rules import LAYERS, REFUSED, translate
from minikeras.saving.onnx_export.shapes import (
    along,
    concat,
    cut,
    expand_dims,
    matmul,
    moveaxis,
    one_hot,
    pad,
    reshape,
    size,
    squeeze,
    take,
    transpose,
)


def rescaling(layer, x):
    """y = x · scale + offset"""
    empty = np.empty((), x.dtype)
    return x * layer._value(layer.scale, empty) + layer._value(layer.offset, empty)


def normalization(layer, x):
    """y = (x - mean) / max(√variance, ε), or the inverse"""
    if layer.mean is None:
        raise ValueError("it is not built: call adapt() or give mean and variance")
    mean, deviation = layer.mean, np.maximum(np.sqrt(layer.variance), epsilon())
    return x * deviation + mean if layer.invert else (x - mean) / deviation


def with_batch(function):
    """The rule of a layer for images: function(layer, x) sees ``(batch, height, width, channels)``."""

    def rule(layer, x):
        images = expand_dims(x, 0) if x.ndim == 3 else x
        images = moveaxis(images, 1, -1) if layer.data_format == "channels_first" else images
        if None in images.shape[1:3]:
            raise ValueError(f"height and width of its input must be known, the shape is {x.shape}")
        y = function(layer, images)
        y = moveaxis(y, -1, 1) if layer.data_format == "channels_first" else y
        return squeeze(y, 0) if x.ndim == 3 else y

    return rule


def resized(x, height, width, interpolation="bilinear", antialias=False):
    """y = A x Bᵀ"""
    rows, columns = resizing_matrices(x.shape, (height, width), interpolation, antialias, np.dtype(float))
    return along(rows, along(columns, x, 2), 1)


@with_batch
def resizing(layer, x):
    """Crop or fill up, then resize; integers are rounded"""
    came, (inner, (_, rows, columns)) = x.dtype, layer._shape_between(x.shape)
    if layer.crop_to_aspect_ratio:
        x = cut(x, {1: rows, 2: columns})
    elif inner[1:3] != x.shape[1:3]:
        edges = {i: (s.start, inner[i] - s.stop) for i, s in ((1, rows), (2, columns))}
        x = pad(x, edges, layer.fill_value)
    if came.kind == "f":
        return resized(x, layer.height, layer.width, layer.interpolation, layer.antialias)
    x = cast(x, np.result_type(came, np.float32))
    y = op("Round", resized(x, layer.height, layer.width, layer.interpolation))
    return cast(clip(y, float(np.iinfo(came).min), float(np.iinfo(came).max)) if came.kind in "iu" else y, came)


@with_batch
def center_crop(layer, x):
    """The window in the middle, made larger where it is too small"""
    shape, (_, rows, columns) = center_window(x.shape, layer.height, layer.width)
    y = cut(x, {1: rows, 2: columns})
    return y if shape[1:3] == (layer.height, layer.width) else resized(y, layer.height, layer.width)


@with_batch
def auto_contrast(layer, x):
    """From the darkest to the lightest pixel of each image to the whole range"""
    low, high = layer.value_range
    y = (x - float(low)) / float(high - low) * 255.0
    least, most = (reduce(kind, y, (1, 2)) for kind in ("ReduceMin", "ReduceMax"))
    flat = op("Equal", least, most, dtype=bool)
    scale = 255.0 / where(flat, 1.0, most - least, y)
    y = clip(y * scale - least * scale, 0.0, 255.0) / 255.0 * float(high - low) + float(low)
    return where(flat, x, y, y)


def encode(x, mode, depth, dtype):
    """Category numbers as vectors"""
    if mode == "int":
        return cast(x, dtype)
    if mode == "one_hot":
        return one_hot(squeeze(x, -1) if x.ndim > 1 and x.shape[-1] == 1 else x, depth, dtype)
    x = cast(x, np.int64) if x.ndim < 3 else x  # numbers are cut to integers, as they are there
    marks = one_hot(x, depth, dtype)
    return reduce("ReduceMax" if mode == "multi_hot" else "ReduceSum", marks, (min(1, x.ndim - 1),), keepdims=False)


def category_encoding(layer, x, count_weights=None):
    """Category numbers as vectors"""
    if count_weights is not None:
        raise ValueError("count_weights have no translation")
    return encode(x, layer.output_mode, layer.num_tokens, layer.compute_dtype)


def discretization(layer, x):
    """How many of the boundaries lie at or below x"""
    bounds = layer.bin_boundaries
    if bounds is None:
        raise ValueError("it has no boundaries yet: pass bin_boundaries or call adapt(data) first")
    x = x if x.dtype.kind == "f" else cast(x, np.float32)
    bins = reduce("ReduceSum", cast(expand_dims(x, -1) >= np.sort(np.asarray(bounds)), np.int64), (-1,), keepdims=False)
    return encode(bins, layer.output_mode, len(bounds) + 1, np.int32 if layer.output_mode == "int" else layer.compute_dtype)


def integer_lookup(layer, x):
    """The number of each integer, found by comparing it with all"""
    if layer.invert or not layer.num_oov_indices or not layer._tokens or layer.oov_method == "farmhash":
        raise ValueError("a look-up with invert, a hash, no vocabulary or no number for the unknown has no translation")
    tokens, numbers = list(layer._numbers), list(layer._numbers.values())
    x = cast(x, np.int64)
    same = op("Equal", expand_dims(x, -1), np.asarray(tokens, np.int64), dtype=bool)
    y = reduce("ReduceSum", cast(same, np.int64) * np.asarray(numbers, np.int64), (-1,), keepdims=False)
    unknown = op("Mod", x, layer.num_oov_indices) + layer._first_unknown()
    y = where(any_of(same, (-1,)), y, unknown, y)
    if layer.output_mode == "int":
        return y
    depth = layer.max_tokens if layer.pad_to_max_tokens else layer.vocabulary_size()
    y = encode(y, "count" if layer.output_mode == "tf_idf" else layer.output_mode, depth, np.int64)
    return y if layer.output_mode != "tf_idf" else cast(y, layer.idf_weights.dtype) * layer.idf_weights


def pieces_of(x, length, step):
    """Overlapping pieces of the last axis, one below the other"""
    n = x.shape[-1]
    if n is None:
        raise ValueError("the number of samples must be known")
    starts = np.arange(0, n - length + 1, step)
    return take(x, starts[:, None] + np.arange(length), -1)


def stft_spectrogram(layer, x):
    """Pieces of the sound times cosines and sines"""
    rows = transpose(x, (0, 2, 1)) if layer.data_format == "channels_last" else x
    if rows.shape[-1] is None:
        raise ValueError("the number of samples must be known")
    pieces = pieces_of(pad(rows, {2: layer._pads(rows.shape[-1])}), layer.frame_length, layer._step)
    kernels = (layer.real_kernel, layer.imag_kernel)
    parts = [None if k is None else x.graph.weight(k, x.dtype, lambda v: v[:, 0], "matrix") for k in kernels]
    y = _combined(layer, *(None if k is None else matmul(pieces, k) for k in parts))
    if layer.expand_dims:
        return transpose(y, (0, 2, 3, 1)) if layer.data_format == "channels_last" else y
    if layer.data_format == "channels_last":
        y = transpose(y, (0, 2, 1, 3))
        return reshape(y, size(y, 0), y.shape[1], y.shape[2] * y.shape[3])
    y = transpose(y, (0, 1, 3, 2))
    return reshape(y, size(y, 0), y.shape[1] * y.shape[2], y.shape[3])


def _combined(layer, real, imag):
    """What the mode makes of the two parts"""
    if layer.mode in ("real", "imag"):
        return imag if real is None else real
    if layer.mode == "stft":
        return concat([real, imag], -1)
    if layer.mode == "angle":
        raise ValueError("ONNX has no arctan2, which mode='angle' needs")
    power = real * real + imag * imag
    if layer.mode == "psd":
        return power * np.r_[1.0, np.full(layer._bins - 2, 2.0), 1.0]
    magnitude = op("Sqrt", op("Max", power, epsilon()))
    return magnitude if layer.mode == "magnitude" else op("Log", op("Max", magnitude, epsilon()))


def mel_spectrogram(layer, x):
    """Pieces of the sound, their spectra as products with cosines and sines, bands, decibels; in float64 as in the layer"""
    n, half = layer.fft_length, layer.fft_length // 2
    padded = pad(cast(x, np.float64), {-1: (half, half)}, mode="reflect")
    pieces = pieces_of(padded, n, layer.sequence_stride) * layer._window
    turns = 2 * np.pi / n * np.arange(n)[:, None] * np.arange(half + 1)
    real, imag = (matmul(pieces, x.graph.constant(f(turns), np.float64)) for f in (np.cos, np.sin))
    magnitude = op("Sqrt", real * real + imag * imag)
    y = matmul(op("Pow", magnitude, float(layer.mag_exp)), x.graph.constant(layer._bands, np.float64))
    if layer.power_to_db:
        y = op("Log", op("Max", y, float(layer.min_power))) * (10.0 / math.log(10.0))
        y = y - 10.0 * math.log10(max(abs(layer.ref_power), layer.min_power))
        y = op("Max", y, reduce("ReduceMax", y, tuple(range(y.ndim))) - float(layer.top_db))
    return cast(transpose(y, (*range(y.ndim - 2), -1, -2)), x.dtype)


def pipeline(layer, x):
    """One layer after the other"""
    for inner in layer.layers:
        if not isinstance(inner, layers.Layer):
            raise ValueError(f"{inner!r} in it is no layer")
        x = translate(inner, x)
    return x


RANDOM = [
    layers.AugMix, layers.CutMix, layers.MixUp, layers.RandAugment, layers.RandomBrightness, layers.RandomColorDegeneration,
    layers.RandomColorJitter, layers.RandomContrast, layers.RandomElasticTransform, layers.RandomErasing, layers.RandomFlip,
    layers.RandomGaussianBlur, layers.RandomGrayscale, layers.RandomHue, layers.RandomInvert, layers.RandomPerspective,
    layers.RandomPosterization, layers.RandomRotation, layers.RandomSaturation, layers.RandomSharpness, layers.RandomShear,
    layers.RandomTranslation, layers.RandomZoom, layers.Solarization,
]  # fmt: skip
LAYERS.update(dict.fromkeys(RANDOM, lambda layer, x: x))
LAYERS.update({
    layers.AutoContrast: auto_contrast,
    layers.CategoryEncoding: category_encoding,
    layers.CenterCrop: center_crop,
    layers.Discretization: discretization,
    layers.IntegerLookup: integer_lookup,
    layers.MelSpectrogram: mel_spectrogram,
    layers.Normalization: normalization,
    layers.Pipeline: pipeline,
    layers.RandomCrop: center_crop,
    layers.Rescaling: rescaling,
    layers.Resizing: resizing,
    layers.STFTSpectrogram: stft_spectrogram,
})  # fmt: skip

_TEXT = "ONNX has no operators for text; run this layer on the data first"
_HISTOGRAM = "it counts the pixels of each brightness, which ONNX has no operator for"
REFUSED.update({
    layers.ContrastLimitedAdaptiveHistogramEqualization: _HISTOGRAM,
    layers.Equalization: _HISTOGRAM,
    layers.HashedCrossing: "ONNX has no hash functions; run this layer on the data first",
    layers.Hashing: "ONNX has no hash functions; run this layer on the data first",
    layers.StringLookup: _TEXT,
    layers.TextVectorization: _TEXT,
    layers.Wrapper: "it computes nothing, it is a base for layers around a layer",
})  # fmt: skip
