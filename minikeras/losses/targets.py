"""The door of the losses: what a user calls targets becomes the array that the formulas take, or a clear error."""

from __future__ import annotations

import contextlib
import functools
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.config import floatx
from minikeras._core.now import TAPE
from minikeras._core.operation import symbolic
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import boxed_inputs
from minikeras._core.tensor import tensor
from minikeras._core.trace import Box


def for_graphs(function: Callable) -> Callable:
    """Decorate a loss function: of symbolic tensors it makes one node of a graph.

    >>> for_graphs(lambda y_true, y_pred: y_true)(KerasTensor((None, 3)), 0.0).shape
    (None, 3)
    """

    @functools.wraps(function)
    def loss(*args, **kwargs):
        if any(isinstance(a, KerasTensor) for a in args) or kwargs and any(isinstance(a, KerasTensor) for a in kwargs.values()):
            return symbolic(loss, args, kwargs)
        return tensor(function(*args, **kwargs))

    return loss


def convert(x: Any, dtype: Any = None) -> Any:
    """Make an array of a list, a DataFrame or an array; traced arrays stay as they are.

    Args:
        x: numbers.
        dtype: the float type wanted; by default float arrays keep theirs, all else becomes ``floatx()``.

    Raises:
        ValueError: ``x`` holds text or other objects.

    >>> convert([[1, 2]]), convert(np.array([0.5]))
    (array([[1., 2.]], dtype=float32), array([0.5]))
    """
    x = boxed_inputs(x) if TAPE.get() is not None else x
    if isinstance(x, Box):
        return x
    typed = hasattr(x, "dtype") or hasattr(x, "dtypes")
    x = np.asarray(x)
    if dtype is None:
        dtype = x.dtype if typed and x.dtype.kind == "f" else floatx()
    if x.dtype == dtype:
        return x
    if x.dtype.kind in "fiub":
        return x.astype(dtype)
    if x.dtype.kind == "O":
        with contextlib.suppress(TypeError, ValueError):
            return x.astype(dtype)
    raise ValueError(
        f"A loss works on numbers, got an array of {x.dtype} that begins with {x.ravel()[:1].tolist()}. "
        "Encode names of classes as 0, 1, 2, ... first, for example with np.unique(y, return_inverse=True)[1]."
    )


def same_rank(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Let arrays that differ by a last axis of length 1 agree: (n,) becomes (n, 1), (n, t, 1) becomes (n, t).

    >>> a, b = same_rank(np.zeros(3), np.zeros((3, 1))); a.shape, b.shape
    ((3, 1), (3, 1))
    >>> a, b = same_rank(np.zeros((3, 2)), np.zeros((3, 2, 1))); a.shape, b.shape
    ((3, 2), (3, 2))
    """
    if y_true.ndim == y_pred.ndim + 1 and y_true.shape[-1] == 1:
        return (y_true, y_pred.reshape(-1, 1)) if y_pred.ndim == 1 else (y_true.reshape(y_true.shape[:-1]), y_pred)
    if y_pred.ndim == y_true.ndim + 1 and y_pred.shape[-1] == 1:
        return (y_true.reshape(-1, 1), y_pred) if y_true.ndim == 1 else (y_true, y_pred.reshape(y_pred.shape[:-1]))
    return y_true, y_pred


def match(y_true: Any, y_pred: Any, loss: str) -> tuple[Any, Any]:
    """Convert targets and predictions to arrays of one float type and one shape.

    >>> y_true, y_pred = match([1, 0], [[0.5], [0.25]], "mean_squared_error"); y_true.shape, y_pred.dtype
    ((2, 1), dtype('float32'))
    """
    y_pred = convert(y_pred)
    y_true = convert(y_true, y_pred.dtype)
    if y_true.shape != y_pred.shape and y_true.ndim:  # one number stands for all
        given = y_true.shape
        y_true, y_pred = same_rank(y_true, y_pred)
        if y_true.shape != y_pred.shape:
            raise ValueError(mismatch(given, y_pred.shape, loss))
    return y_true, y_pred


def dense_targets(y_true: Any, output_shape: tuple, dtype: Any, loss: str) -> np.ndarray:
    """Targets of one number for each output: converted, of the output's rank, of its shape.

    >>> dense_targets([1, 0], (None, 1), "float32", "mean_squared_error").shape
    (2, 1)
    """
    y_true = convert(y_true, dtype)
    shape = y_true.shape
    if fits(shape, output_shape):
        return y_true
    if output_shape[-1:] == (1,) and fits(shape, output_shape[:-1]):
        return y_true.reshape(-1, 1) if len(shape) == 1 else y_true
    if shape[-1:] == (1,) and fits(shape[:-1], output_shape):
        return y_true if len(shape) == 2 else y_true.reshape(shape[:-1])
    raise ValueError(mismatch(shape, output_shape, loss))


def one_hot_targets(y_true: Any, output_shape: tuple, dtype: Any, loss: str, axis: int = -1) -> np.ndarray:
    """Targets of one probability for each class; integer labels are refused with the name of the loss that takes them.

    >>> one_hot_targets([2, 0], (None, 3), "float32", "categorical_crossentropy")
    Traceback (most recent call last):
    ValueError: categorical_crossentropy ...: use sparse_categorical_crossentropy ...
    """
    if output_shape and output_shape[-1] == 1:
        warnings.warn(
            f"In loss {loss}, expected y_pred.shape to be (batch_size, num_classes) with num_classes > 1. Received: "
            f"y_pred.shape={output_shape}. Consider using 'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=4,
        )
    shape = getattr(y_true, "shape", None) or np.shape(y_true)
    classes = output_shape[axis]
    labels = output_shape[:axis] + output_shape[axis:][1:]  # the shape without the axis of the classes
    if classes != 1 and not fits(shape, output_shape) and (fits(shape, labels) or fits(shape, (*labels, 1))):
        raise ValueError(
            f"{loss} compares one-hot targets with the output of {classes} classes, so both must have the same shape; got "
            f"y_true of shape {shape}, which look like integer labels: use sparse_categorical_crossentropy for them, or "
            f"encode them with to_categorical(y, num_classes={classes})."
        )
    return dense_targets(y_true, output_shape, dtype, loss)


def class_labels(y_true: Any, output_shape: tuple, loss: str, axis: int = -1, ignore: int | None = None) -> np.ndarray:
    """Integer labels, one for each set of class scores, each within the number of classes (or equal to ``ignore``).

    >>> class_labels([[2.0], [0.0]], (None, 3), "sparse_categorical_crossentropy")
    array([2, 0])
    >>> class_labels([3, 0], (None, 3), "sparse_categorical_crossentropy")
    Traceback (most recent call last):
    ValueError: sparse_categorical_crossentropy got label 3 ... 3 classes ... from 0 to 2 ...
    """
    y_true = np.asarray(y_true)
    if y_true.dtype.kind not in "fiub":
        y_true = convert(y_true)
    axis %= len(output_shape)
    classes, labels = output_shape[axis], output_shape[:axis] + output_shape[axis + 1 :]
    if y_true.ndim == len(output_shape) and y_true.shape[axis] == 1:
        y_true = np.squeeze(y_true, axis)
    if not fits(y_true.shape, labels):
        hint = (
            "These look like one-hot targets: use categorical_crossentropy for them, or np.argmax(y, axis=-1) as labels."
            if fits(y_true.shape, output_shape)
            else "Give one integer label for each row of class scores, and check that y belongs to this x."
        )
        raise ValueError(
            f"{loss} wants integer labels of shape {labels} for y_pred of shape {output_shape}, got y_true of shape "
            f"{y_true.shape}. {hint}"
        )
    if y_true.dtype.kind == "f":
        odd = ~(np.isfinite(y_true) & np.equal(np.trunc(y_true), y_true))
        if odd.any():
            raise ValueError(f"{loss} wants integer labels, got {y_true[odd].ravel()[0].item()!r} in y_true.")
    integers = y_true.astype(np.intp)
    wrong = (integers < 0) | (integers >= classes)
    if ignore is not None:
        wrong &= integers != ignore
    if wrong.any():
        label = y_true[wrong].ravel()[0].item()
        hint = (
            f"Labels that count from 1 want y - 1; {int(label) + 1} classes want {int(label) + 1} units in the last layer."
            if label > 0
            else f"To leave such entries out, use SparseCategoricalCrossentropy(ignore_class={label:g})."
        )
        raise ValueError(
            f"{loss} got label {label:g}, but y_pred has {classes} classes: labels go from 0 to {classes - 1}. {hint}"
        )
    return integers


def fits(shape: tuple, expected: tuple) -> bool:
    """Whether an array of ``shape`` is one of ``expected``, where None stands for any length.

    >>> fits((5, 2), (None, 2)), fits((5,), (None, 2))
    (True, False)
    """
    return len(shape) == len(expected) and all(b is None or a == b for a, b in zip(shape, expected, strict=True))


def mismatch(true: tuple, pred: tuple, loss: str) -> str:
    """The words for targets that do not fit the predictions."""
    if true and pred and None not in (true[0], pred[0]) and true[0] != pred[0]:
        hint = f"They have {true[0]} and {pred[0]} rows: check that y belongs to this x."
    elif len(pred) > 1 and (len(true) == len(pred) - 1 or true[1:] == (1,)) and pred[-1] != 1:
        hint = (
            f"With one number for each row the last layer wants 1 unit, not {pred[-1]}; for integer class labels use "
            "sparse_categorical_crossentropy with a softmax layer, or encode them with to_categorical(y)."
        )
    else:
        hint = "The last layer wants as many units as a row of y has numbers."
    return f"{loss}: y_true of shape {true} does not fit y_pred of shape {pred}: they must have the same shape. {hint}"
