"""The base of what makes start values."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.serialize import Configurable


class Initializer(Configurable):
    """Makes the start values of a weight: ``initializer(shape, dtype) -> array``. Subclass it to write your own.

    Arguments of ``__init__`` are kept as attributes of the same names; then ``get_config`` is written already.

    >>> class Sevens(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.full(shape, 7.0, dtype)
    >>> Sevens()((2,), "float32")
    array([7., 7.], dtype=float32)
    """

    def __call__(self, shape: tuple, dtype: Any = None) -> np.ndarray:
        """Return start values.

        Args:
            shape: the shape of the weight.
            dtype: its number type, ``floatx()`` by default.
        """
        raise NotImplementedError(f"{type(self).__name__} must implement __call__(self, shape, dtype=None).")

    def clone(self) -> Initializer:
        """Return an initializer of the same configuration."""
        return type(self).from_config(self.get_config())
