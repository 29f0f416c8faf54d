"""What a user passed as x, y and sample_weight, made into arrays, or structures of arrays, of one length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from minikeras.data.convert import check_lengths, dense, is_array_like, to_array
from minikeras.data.structures import children, leaves, like
from minikeras.data.weights import sample_weights

KINDS = (None, "array", "structure", "any")


class Reader(NamedTuple):
    """How x, y and sample_weight are meant.

    Attributes:
        inputs: what a list or dict given as x is: None or ``"array"``: numbers of one array (or the one array in it);
            ``"structure"``: one entry for each input; ``"any"``: decided by what is in it, numbers or arrays.
        outputs: the same of y.
        text: whether arrays of strings may be among the inputs; what prepares them then decides.

    >>> x, y, _ = Reader("structure").read([[1, 2], [3, 4]], [0, 1])
    >>> x, y
    ([array([1, 2]), array([3, 4])], array([0, 1]))
    """

    inputs: str | None = None
    outputs: str | None = None
    text: bool = False

    def read(self, x: Any, y: Any = None, weight: Any = None, sparse: bool = False) -> tuple[Any, Any, Any]:
        """Return arrays of numbers, or structures of them; y and the weights may be None.

        Args:
            x, y, weight: what the user gave.
            sparse: whether sparse inputs stay so.
        """
        text, convert = self.text, to_array if sparse else dense
        if self.inputs in (None, "array"):
            x = convert(x, "x", text) if type(x) is np.ndarray else _column(x, convert(x, "x", text))
        else:
            x = _read(x, "x", self.inputs == "structure", lambda leaf, name: _column(leaf, convert(leaf, name, text)))
        one = self.outputs in (None, "array")
        if y is not None:
            y = _targets(y, "y") if one else _read(y, "y", self.outputs == "structure", _targets)
        if weight is not None:
            one = one or not isinstance(weight, (list, tuple, Mapping))
            weight = sample_weights(weight) if one else _read(weight, "sample_weight", True, sample_weights)
            if y is not None and not type(y) is np.ndarray is type(weight):
                _check_weights(y, weight)
        return x, y, weight

    def count(self, x: Any, y: Any, weight: Any) -> int:
        """Return the number of samples that all the arrays have."""
        if type(x) is np.ndarray and all(a is None or type(a) is np.ndarray and len(a) == len(x) for a in (y, weight)):
            return len(x)
        named = {"x": x, "y": y, "sample_weight": weight}
        return check_lengths(**{name: leaf for key, value in named.items() for name, leaf in leaves(value, key)})


def check_kinds(inputs: Any, outputs: Any) -> None:
    """Raise unless these are words for what lists and dicts are.

    >>> check_kinds("list", None)
    Traceback (most recent call last):
    ValueError: inputs should be one of (None, 'array', 'structure', 'any'), got 'list'.
    """
    for name, kind in (("inputs", inputs), ("outputs", outputs)):
        if kind not in KINDS:
            raise ValueError(f"{name} should be one of {KINDS}, got {kind!r}.")


def is_structure(value: Any, surely: bool = False) -> bool:
    """Whether a list, tuple or dict holds arrays, rather than the numbers of one.

    Args:
        value: anything.
        surely: count a list of lists of numbers too: one array for each list in it.

    >>> is_structure([np.zeros(2)]), is_structure([[1, 2], [3]]), is_structure([[1, 2], [3]], surely=True)
    (True, False, True)
    """
    if isinstance(value, Mapping):
        return True
    if not isinstance(value, (list, tuple)) or not value:
        return False
    first = value[0]  # the others are like it, else no array comes out of them
    if first is None:
        return True
    if isinstance(first, (list, tuple)):
        return surely or is_structure(first)
    return isinstance(first, Mapping) or not isinstance(first, (str, bytes)) and is_array_like(first) and np.ndim(first) > 0


def _read(value, name, surely, convert):
    """The arrays of a structure, or the one that it is."""
    if not is_structure(value, surely):
        return convert(value, name)
    entries = [None if v is None else _read(v, f"{name}[{key!r}]", False, convert) for key, v in children(value)]
    if all(entry is None for entry in entries):
        raise ValueError(f"{name} holds no arrays: it is {value!r}.")
    return like(value, entries)


def _targets(value, name):
    return dense(value, name) if type(value) is np.ndarray else _column(value, dense(value, name))


def _column(value, array):
    """The array of a Series is a column, as in Keras."""
    return array[:, None] if array.ndim == 1 and hasattr(value, "to_frame") else array


def _check_weights(y, weight):
    """Weights are one for each sample, or structured as the targets."""
    several = isinstance(y, (list, tuple, Mapping))
    if not isinstance(weight, (list, tuple, Mapping)):
        if several and len(y) > 1 and weight.ndim > 1:
            raise ValueError(
                "A single sample_weight for a model with several outputs takes one number for each sample, shape (n,), got "
                f"shape {weight.shape}. For others pass one sample_weight array for each output."
            )
    elif not several:
        if len(weight) > 1:
            raise ValueError(f"sample_weight holds {len(weight)} arrays, but y is one array: pass one array of weights.")
    elif isinstance(weight, Mapping) and isinstance(y, Mapping):
        strange = [key for key in weight if key not in y]
        if strange:
            raise ValueError(f"sample_weight has the key {strange[0]!r}, which is not among those of y: {list(y)}.")
    elif not isinstance(weight, Mapping) and len(weight) != len(y):
        raise ValueError(f"sample_weight holds {len(weight)} arrays, but y {len(y)}: pass one for each output, or None for it.")
