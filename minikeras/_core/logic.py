"""What `&`, `|` and `^` mean between variables and symbolic tensors: and, or, either, as of Keras, not bit by bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class Operators(NDArrayOperatorsMixin):
    """NumPy's operators, the logical ones for numbers of any kind.

    >>> from minikeras import Variable
    >>> (Variable([0.0, 1.0, 2.0]) & np.array([1, 1, 0])).tolist()
    [False, True, False]
    """

    def __and__(self, other: Any) -> Any:
        return np.logical_and(self, other)

    def __rand__(self, other: Any) -> Any:
        return np.logical_and(other, self)

    def __or__(self, other: Any) -> Any:
        return np.logical_or(self, other)

    def __ror__(self, other: Any) -> Any:
        return np.logical_or(other, self)

    def __xor__(self, other: Any) -> Any:
        return np.logical_xor(self, other)

    def __rxor__(self, other: Any) -> Any:
        return np.logical_xor(other, self)
