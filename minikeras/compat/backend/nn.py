"""What nets are made of, in keras.backend: activations, cross-entropies, convolutions, loops."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations, config, losses, ops, random
from minikeras._core.now import CALL
from minikeras._core.symbolic import KerasTensor, symbolic_leaves
from minikeras.compat.backend.settings import LearningPhase, learning_phase
from minikeras.compat.backend.whole import whole

sigmoid, tanh, softmax, softplus, softsign = ops.sigmoid, ops.tanh, ops.softmax, ops.softplus, ops.softsign


@whole
def relu(x, alpha=0.0, max_value=None, threshold=0.0, negative_slope=None):
    """max(x, 0), with slope α below, a ceiling, and a threshold.

    >>> relu(np.array([-2.0, 3.0]), 0.5).tolist()
    [-1.0, 3.0]
    """
    return activations.relu(x, alpha if negative_slope is None else negative_slope, max_value, threshold)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """x, or α (eˣ - 1) below 0.

    >>> elu(np.array([0.0, 1.0])).tolist()
    [0.0, 1.0]
    """
    return ops.elu(x, alpha)


def hard_sigmoid(x: Any) -> Any:
    """Keras 2's straight line for the sigmoid: 0.2 x + 0.5, between 0 and 1. That of Keras 3 is another.

    >>> hard_sigmoid(np.array([-3.0, 1.0])).tolist()
    [0.0, 0.7]
    """
    return ops.clip(ops.add(ops.multiply(x, 0.2), 0.5), 0.0, 1.0)


@whole
def dropout(x, level, noise_shape=None, seed=None):
    """Set a part of the values to 0 and make up for it in the others.

    >>> dropout(np.ones(2), 0.0).tolist()
    [1.0, 1.0]
    """
    return random.dropout(x, level, noise_shape, seed)


def categorical_crossentropy(target: Any, output: Any, from_logits: bool = False, axis: int = -1) -> Any:
    """-Σ t ln p.

    >>> categorical_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.693]
    """
    return ops.categorical_crossentropy(target, output, from_logits, axis)


@whole
def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1, ignore_class=None):
    """-ln p of the class that the integer names.

    >>> sparse_categorical_crossentropy(np.array([1]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.693]
    """
    target = np.asarray(target).astype("int32") if not hasattr(target, "entry") else target
    if np.ndim(target) == np.ndim(output) and np.shape(target)[-1] == 1:
        target = np.squeeze(target, -1)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(target, output, from_logits, axis)
    counts = target != ignore_class
    return ops.sparse_categorical_crossentropy(np.where(counts, target, 0), output, from_logits, axis) * counts


def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """-t ln p - (1 - t) ln (1 - p), for each output.

    >>> binary_crossentropy(np.array([1.0]), np.array([0.5])).round(3).tolist()
    [0.693]
    """
    return ops.binary_crossentropy(target, output, from_logits)


@whole
def binary_focal_crossentropy(target, output, apply_class_balancing=False, alpha=0.25, gamma=2.0, from_logits=False):
    """The same, times (1 - p)ᵞ for what is right.

    >>> binary_focal_crossentropy(np.array([1.0]), np.array([0.5])).round(3).tolist()
    [0.173]
    """
    target, output = np.expand_dims(target, -1), np.expand_dims(output, -1)
    return losses.binary_focal_crossentropy(target, output, apply_class_balancing, alpha, gamma, from_logits)


@whole
def categorical_focal_crossentropy(target, output, alpha=0.25, gamma=2.0, from_logits=False, axis=-1):
    """-Σ α (1 - p)ᵞ t ln p.

    >>> categorical_focal_crossentropy(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]])).round(3).tolist()
    [0.043]
    """
    return losses.categorical_focal_crossentropy(target, output, alpha, gamma, from_logits, axis=axis)


def ctc_batch_cost(y_true: Any, y_pred: Any, input_length: Any, label_length: Any) -> Any:
    """The CTC loss of each sample, (batch, 1); the last class is the blank.

    Args:
        y_true: labels (batch, labels).
        y_pred: probabilities (batch, steps, classes).
        input_length, label_length: how many steps and labels count, (batch, 1).

    >>> ctc_batch_cost(np.array([[0]]), np.full((1, 1, 2), 0.5), np.array([[1]]), np.array([[1]])).round(3).tolist()
    [[0.693]]
    """
    return _ctc(y_true, y_pred, input_length, label_length)


@whole
def _ctc(y_true, y_pred, input_length, label_length):
    lengths = (np.asarray(getattr(n, "untraced", n)).reshape(-1) for n in (label_length, input_length))
    target = np.asarray(getattr(y_true, "untraced", y_true))
    cost = ops.ctc_loss(target, np.log(y_pred + config.epsilon()), *lengths, mask_index=np.shape(y_pred)[-1] - 1)
    return np.reshape(cost, (-1, 1))


def ctc_decode(y_pred: Any, input_length: Any, greedy: bool = True, beam_width: int = 100, top_paths: int = 1) -> tuple:
    """The labels that probabilities most likely say: a list of arrays filled up with -1, and scores.

    >>> paths, scores = ctc_decode(np.array([[[0.9, 0.1], [0.1, 0.9]]]), [2])
    >>> paths[0].tolist()
    [[0, -1]]
    """
    logits = np.log(np.asarray(y_pred) + config.epsilon())
    how = {"strategy": "greedy"} if greedy else {"strategy": "beam_search", "beam_width": beam_width, "top_paths": top_paths}
    blank = logits.shape[-1] - 1
    labels, scores = ops.ctc_decode(logits, np.asarray(input_length).reshape(-1), **how, mask_index=blank)
    return list(labels), scores


def ctc_label_dense_to_sparse(labels: Any, label_lengths: Any) -> Any:
    """Return the labels: there are no sparse tensors here, and nothing here wants them.

    >>> ctc_label_dense_to_sparse([[1]], [1])
    [[1]]
    """
    return labels


# -- convolutions -----------------------------------------------------------------------------------------------------------


def conv1d(
    x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: str | None = None, dilation_rate: Any = 1
) -> Any:
    """Slide a kernel over steps; ``padding="causal"`` looks back only.

    >>> conv1d(np.ones((1, 4, 2)), np.ones((3, 2, 5))).shape
    (1, 2, 5)
    """
    if padding == "causal":
        before = int(np.ravel(dilation_rate)[0]) * (kernel.shape[0] - 1)
        x, padding = _before(x, before), "valid"
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


@whole
def _before(x, n):
    return np.pad(x, ((0, 0), (n, 0), (0, 0)))


def conv2d(
    x: Any, kernel: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None, dilation_rate: Any = (1, 1)
) -> Any:
    """Slide a kernel over images.

    >>> conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 5))).shape
    (1, 2, 2, 5)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv3d(
    x: Any, kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1
) -> Any:
    """Slide a kernel over volumes.

    >>> conv3d(np.ones((1, 4, 4, 4, 2)), np.ones((3, 3, 3, 2, 5))).shape
    (1, 2, 2, 2, 5)
    """
    return ops.conv(x, kernel, strides, padding, data_format, dilation_rate)


def conv2d_transpose(
    x: Any,
    kernel: Any,
    output_shape: Any = None,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """The transpose of a convolution of images; the kernel is (rows, columns, filters, channels).

    >>> conv2d_transpose(np.ones((1, 2, 2, 2)), np.ones((3, 3, 5, 2)), strides=(2, 2)).shape
    (1, 5, 5, 5)
    """
    return ops.conv_transpose(x, kernel, strides, padding, None, data_format, dilation_rate)


def depthwise_conv2d(
    x: Any, depthwise_kernel: Any, strides: Any = 1, padding: str = "valid", data_format: Any = None, dilation_rate: Any = 1
) -> Any:
    """Slide over each channel kernels of its own.

    >>> depthwise_conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1))).shape
    (1, 2, 2, 2)
    """
    return ops.depthwise_conv(x, depthwise_kernel, strides, padding, data_format, dilation_rate)


def separable_conv2d(
    x: Any,
    depthwise_kernel: Any,
    pointwise_kernel: Any,
    strides: Any = (1, 1),
    padding: str = "valid",
    data_format: Any = None,
    dilation_rate: Any = (1, 1),
) -> Any:
    """A depthwise convolution, then one over all channels.

    >>> separable_conv2d(np.ones((1, 4, 4, 2)), np.ones((3, 3, 2, 1)), np.ones((1, 1, 2, 5))).shape
    (1, 2, 2, 5)
    """
    return ops.separable_conv(x, depthwise_kernel, pointwise_kernel, strides, padding, data_format, dilation_rate)


separable_conv1d = separable_conv2d


def local_conv1d(inputs: Any, kernel: Any, kernel_size: Any, strides: Any, data_format: Any = None) -> Any:
    """A convolution with weights of their own at each place: the kernel is (places, taps times channels, filters).

    >>> local_conv1d(np.ones((1, 4, 2)), np.ones((2, 6, 5)), (3,), (1,)).shape
    (1, 2, 5)
    """
    return _local(inputs, kernel, tuple(kernel_size), tuple(strides), (kernel.shape[0],), data_format)


def local_conv2d(
    inputs: Any, kernel: Any, kernel_size: Any, strides: Any, output_shape: Any, data_format: Any = None
) -> Any:
    """The same for images; ``output_shape`` is the number of places along each side.

    >>> local_conv2d(np.ones((1, 4, 4, 2)), np.ones((4, 18, 5)), (3, 3), (1, 1), (2, 2)).shape
    (1, 2, 2, 5)
    """
    return _local(inputs, kernel, tuple(kernel_size), tuple(strides), tuple(output_shape), data_format)


@whole
def _local(x, kernel, sizes, strides, places, data_format):
    first = (data_format or config.image_data_format()) == "channels_first"
    x = np.moveaxis(x, 1, -1) if first else x
    rank, index = len(sizes), [slice(None)]
    for axis, (n, k, s) in enumerate(zip(places, sizes, strides)):
        shape = [1] * (2 * rank)
        shape[axis], shape[rank + axis] = n, k
        index.append((np.arange(n)[:, None] * s + np.arange(k)).reshape(shape))
    windows = x[tuple(index)]
    windows = np.moveaxis(windows, -1, rank + 1) if first else windows
    batch = np.shape(x)[0]
    z = np.einsum("npt,ptf->npf", np.reshape(windows, (batch, math.prod(places), -1)), kernel)
    z = np.reshape(z, (batch, *places, -1))
    return np.moveaxis(z, -1, 1) if first else z


def pool2d(
    x: Any, pool_size: Any, strides: Any = (1, 1), padding: str = "valid", data_format: Any = None, pool_mode: str = "max"
) -> Any:
    """The largest or the mean of each window of images.

    >>> pool2d(np.ones((1, 4, 4, 2)), (2, 2), (2, 2)).shape
    (1, 2, 2, 2)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def pool3d(
    x: Any, pool_size: Any, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None, pool_mode: str = "max"
) -> Any:
    """The largest or the mean of each window of volumes.

    >>> pool3d(np.ones((1, 4, 4, 4, 2)), (2, 2, 2), (2, 2, 2), pool_mode="avg").shape
    (1, 2, 2, 2, 2)
    """
    return _pool(x, pool_size, strides, padding, data_format, pool_mode)


def _pool(x, pool_size, strides, padding, data_format, mode):
    if mode not in ("max", "avg"):
        raise ValueError(f"Argument `pool_mode` must be 'max' or 'avg', got {mode!r}.")
    return (ops.max_pool if mode == "max" else ops.average_pool)(x, pool_size, strides, padding, data_format)


def resize_images(x: Any, height_factor: int, width_factor: int, data_format: str, interpolation: str = "nearest") -> Any:
    """Make images larger by whole factors.

    >>> resize_images(np.ones((1, 2, 2, 1)), 2, 3, "channels_last").shape
    (1, 4, 6, 1)
    """
    rows = 2 if data_format == "channels_first" else 1
    if interpolation == "nearest":
        return ops.repeat(ops.repeat(x, height_factor, rows), width_factor, rows + 1)
    size = x.shape[rows] * height_factor, x.shape[rows + 1] * width_factor
    return ops.image.resize(x, size, interpolation, data_format=data_format)


def resize_volumes(x: Any, depth_factor: int, height_factor: int, width_factor: int, data_format: str) -> Any:
    """Make volumes larger by whole factors.

    >>> resize_volumes(np.ones((1, 2, 2, 2, 1)), 1, 2, 3, "channels_last").shape
    (1, 2, 4, 6, 1)
    """
    start = 2 if data_format == "channels_first" else 1
    for axis, factor in enumerate((depth_factor, height_factor, width_factor), start):
        x = ops.repeat(x, factor, axis)
    return x


@whole
def bias_add(x, bias, data_format=None):
    """Add a bias to each channel.

    >>> bias_add(np.zeros((1, 2, 2)), np.array([1.0, 2.0])).tolist()
    [[[1.0, 2.0], [1.0, 2.0]]]
    """
    if data_format == "channels_first" and np.ndim(bias) == 1 and np.ndim(x) > 2:
        bias = np.reshape(bias, (-1, *(1,) * (np.ndim(x) - 2)))
    return x + bias


@whole
def batch_normalization(x, mean, var, beta, gamma, axis=-1, epsilon=1e-3):
    """γ (x - μ) / √(σ² + ε) + β.

    >>> batch_normalization(np.array([[3.0]]), np.array([1.0]), np.array([4.0]), None, None, epsilon=0.0).tolist()
    [[1.0]]
    """
    mean, var, beta, gamma = (v if v is None else np.ravel(v) for v in (mean, var, beta, gamma))
    return ops.batch_normalization(x, mean, var, axis, beta, gamma, epsilon)


@whole
def normalize_batch_in_training(x, gamma, beta, reduction_axes, epsilon=1e-3):
    """Normalize by the mean and the variance of the batch; returns both as well.

    >>> [v.tolist() for v in normalize_batch_in_training(np.array([[1.0], [3.0]]), None, None, [0], 0.0)]
    [[[-1.0], [1.0]], [2.0], [1.0]]
    """
    axes = tuple(reduction_axes)
    mean, var = np.mean(x, axes, keepdims=True), np.var(x, axes, keepdims=True)
    y = (x - mean) / np.sqrt(var + epsilon)
    y = y if gamma is None else y * np.reshape(gamma, np.shape(mean))
    y = y if beta is None else y + np.reshape(beta, np.shape(mean))
    return y, np.squeeze(mean, axes), np.squeeze(var, axes)


# -- choices and loops ------------------------------------------------------------------------------------------------------


def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """One value or the other, for a condition of one element or of several; both may be functions of no arguments.

    >>> switch(True, 1.0, 2.0), switch(np.array([True, False]), np.array([1.0, 1.0]), np.array([2.0, 2.0])).tolist()
    (1.0, [1.0, 2.0])
    """
    single = not isinstance(condition, KerasTensor) and np.ndim(getattr(condition, "untraced", condition)) == 0
    if single:
        chosen = then_expression if bool(getattr(condition, "untraced", condition)) else else_expression
        return chosen() if callable(chosen) and not hasattr(chosen, "shape") else chosen
    both = [e() if callable(e) and not hasattr(e, "shape") else e for e in (then_expression, else_expression)]
    return _chosen(condition, *both)


@whole
def _chosen(condition, a, b):
    condition = np.asarray(getattr(condition, "untraced", condition)).astype(bool)
    rank = max(np.ndim(a), np.ndim(b))
    return np.where(np.reshape(condition, (*condition.shape, *(1,) * (rank - condition.ndim))), a, b)


def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` in training, ``alt`` in prediction; both may be functions of no arguments.

    >>> in_train_phase(1.0, 2.0), in_train_phase(1.0, 2.0, training=True)
    (2.0, 1.0)
    """
    if isinstance(training, LearningPhase) or training is None:
        if CALL.get() is None and symbolic_leaves((x, alt)):
            return _by_phase(*(e() if callable(e) and not hasattr(e, "shape") else e for e in (x, alt)))
        training = learning_phase()
    return switch(bool(training), x, alt)


def in_test_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """``x`` in prediction, ``alt`` in training.

    >>> in_test_phase(1.0, 2.0)
    1.0
    """
    return in_train_phase(alt, x, training)


@whole
def _by_phase(x, alt):
    return (x if learning_phase() else alt) * 1


_by_phase.asks_training = True


def rnn(
    step_function: Callable,
    inputs: Any,
    initial_states: Any,
    go_backwards: bool = False,
    mask: Any = None,
    constants: Any = None,
    unroll: bool = False,
    input_length: Any = None,
    time_major: bool = False,
    zero_output_for_mask: bool = False,
    return_all_outputs: bool = True,
) -> tuple:
    """Go through the steps of sequences.

    Args:
        step_function: ``(input of a step, states) -> (output, new states)``.
        inputs: (batch, steps, ...).
        initial_states: a list of arrays.
        go_backwards, mask, constants, time_major, zero_output_for_mask, return_all_outputs: as their names say; constants
            stand behind the states that the function gets.
        unroll, input_length: kept for Keras' sake.

    Returns:
        The last output, the outputs of all steps, the last states.

    >>> last, outputs, states = rnn(lambda x, s: (x + s[0], [x + s[0]]), np.ones((1, 3, 1)), [np.zeros((1, 1))])
    >>> outputs.ravel().tolist()
    [1.0, 2.0, 3.0]
    """
    more = (go_backwards, mask, constants, time_major, zero_output_for_mask, return_all_outputs)
    return tuple(_loop(step_function, inputs, list(initial_states), *more))


@whole
def _loop(step_function, inputs, states, go_backwards, mask, constants, time_major, zero_output, return_all):
    if not time_major:
        inputs, mask = np.swapaxes(inputs, 0, 1), None if mask is None else np.swapaxes(mask, 0, 1)
    steps, outputs, previous = range(np.shape(inputs)[0]), [], None
    for t in reversed(steps) if go_backwards else steps:
        output, new = step_function(inputs[t], [*states, *(constants or ())])
        if mask is not None:
            goes = np.asarray(getattr(mask, "untraced", mask))[t].astype(bool)
            goes = goes.reshape(len(goes), *(1,) * (np.ndim(output) - 1))
            before = output * 0 if previous is None or zero_output else previous
            output, new = np.where(goes, output, before), [np.where(goes, n, s) for n, s in zip(new, states)]
        outputs.append(output)
        previous, states = output, list(new)
    every = np.stack(outputs if return_all else outputs[-1:], 0 if time_major else 1)
    return [outputs[-1], every, states]


def map_fn(fn: Callable, elems: Any, name: str | None = None, dtype: Any = None) -> Any:
    """Apply a function to each row.

    >>> map_fn(lambda x: x * 2, np.array([1.0, 2.0])).tolist()
    [2.0, 4.0]
    """
    return _mapped(fn, elems)


@whole
def _mapped(fn, elems):
    several = isinstance(elems, (list, tuple))
    n = len(elems[0]) if several else np.shape(elems)[0]
    return np.stack([fn(tuple(e[i] for e in elems) if several else elems[i]) for i in range(n)])


def foldl(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Join rows to one, from the first to the last: acc ← fn(acc, row).

    >>> float(foldl(lambda acc, x: acc - x, np.array([5.0, 1.0, 2.0])))
    2.0
    """
    return _folded(fn, elems, initializer, False)


def foldr(fn: Callable, elems: Any, initializer: Any = None, name: str | None = None) -> Any:
    """Join rows to one, from the last to the first: acc ← fn(acc, row).

    >>> float(foldr(lambda acc, x: acc - x, np.array([5.0, 1.0, 9.0])))
    3.0
    """
    return _folded(fn, elems, initializer, True)


@whole
def _folded(fn, elems, initializer, backwards):
    rows = [elems[i] for i in range(np.shape(elems)[0])]
    rows = rows[::-1] if backwards else rows
    if initializer is None:
        initializer, rows = rows[0], rows[1:]
    for row in rows:
        initializer = fn(initializer, row)
    return initializer
