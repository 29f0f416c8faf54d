"""What makes checked arrays into those that a model, its loss and its weights take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from minikeras.data.convert import cast
from minikeras.data.structures import leaves, map_leaves
from minikeras.data.weights import class_weights, float_type


class Preparation:
    """Turns ``x``, ``y`` and the weights into what the steps of training take.

    Args:
        dtype: type of the inputs where there is no ``prepare_x``; None leaves integers and makes floats ``floatx()``.
        class_weight: ``{class: weight}``, becomes sample weights.
        prepare_x, prepare_y, prepare_weight, classes, one_hot: see `Batches.prepare`.

    >>> Preparation(class_weight={1: 2.0})(np.array([1, 2]), np.array([0, 1]), None)
    (array([1, 2]), array([0, 1]), array([1., 2.], dtype=float32))
    """

    def __init__(
        self,
        dtype: Any = None,
        class_weight: dict | None = None,
        prepare_x: Callable[[Any], Any] | None = None,
        prepare_y: Callable[[Any], Any] | None = None,
        prepare_weight: Callable[[Any], Any] | None = None,
        classes: int | None = None,
        one_hot: bool | None = None,
    ):
        self.inputs = prepare_x or (lambda x: _cast(x, dtype))
        self.class_weight = class_weight
        self.prepare_y, self.prepare_weight = prepare_y, prepare_weight
        self.classes, self.one_hot = classes, one_hot

    def __call__(self, x: Any, y: Any, weight: Any) -> tuple:
        """Prepare the arrays of a batch."""
        x = self.inputs(x)
        return x, *self.targets(y, weight, x)

    def targets(self, y: Any, weight: Any, x: Any, whole: bool = False) -> tuple:
        """Prepare targets and weights; class weights become sample weights.

        Args:
            y, weight: checked arrays, structures of them, or None.
            x: prepared inputs; the weights get their type.
            whole: whether this is all the data there is, so that each class can be expected in it.
        """
        if weight is not None or self.class_weight is not None:
            dtype = x.dtype if type(x) is np.ndarray else _float_of(x)
            if self.class_weight is not None:
                labels = _only(y)
                weight = class_weights(labels, self.class_weight, dtype, self.classes, self.one_hot, whole)
            else:
                weight = _cast(weight, float_type(dtype), "sample_weight")
            if self.prepare_weight is not None:
                weight = self.prepare_weight(weight)
        if self.prepare_y is not None:
            y = self.prepare_y(y)
        elif y is not None:
            y = _cast(y, None, "y")
        return y, weight


def _cast(value, dtype, name="x"):
    if type(value) is np.ndarray:
        return cast(value, dtype, name) if value.dtype.kind in "fiub" else value
    return map_leaves(lambda a: _cast(a, dtype, name), value)


def _float_of(x):
    """The type of the first float among the inputs."""
    return next((a.dtype for _, a in leaves(x, "x") if a.dtype.kind == "f"), None)


def _only(y):
    """The one array of targets."""
    if isinstance(y, (list, tuple, Mapping)):
        given = [leaf for _, leaf in leaves(y, "y")]
        if len(given) > 1:
            raise ValueError(
                "`class_weight` is only supported for models with a single output, "
                f"but y holds {len(given)} arrays. Pass sample_weight with one array for each output instead."
            )
        return given[0]
    return y
