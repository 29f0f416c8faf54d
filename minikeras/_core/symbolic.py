"""Shapes before numbers: what `keras.Input` returns and what a layer says of its inputs."""

from __future__ import annotations

from typing import Any

from minikeras._core.config import standardize_dtype
from minikeras._core.naming import auto_name


class KerasTensor:
    """The shape and dtype of data that is not there yet; None in the shape stands for any size.

    >>> KerasTensor((None, 4), name="x")
    <KerasTensor shape=(None, 4), dtype=float32, name=x>
    """

    def __init__(self, shape: tuple, dtype: Any = None, sparse: bool = False, name: str | None = None):
        self.shape = tuple(shape)
        self.dtype = standardize_dtype(dtype)
        self.sparse = sparse
        self.name = name or auto_name("KerasTensor")
        self.source = None  # the layer it comes out of

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def __array__(self, *args, **kwargs):
        raise ValueError(f"{self!r} holds no numbers: it only says which shape data will have. Pass an array.")

    def __repr__(self):
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


class InputSpec:
    """What a layer demands of its input: the number of axes, the size of some.

    Args:
        dtype: kept for Keras' sake.
        shape: the full shape, None for any size.
        ndim, max_ndim, min_ndim: the number of axes, at most, at least.
        axes: ``{axis: size}``.
        allow_last_axis_squeeze, name, optional: kept for Keras' sake.

    >>> InputSpec(min_ndim=2, axes={-1: 3}).problem((None, 4))
    'expected axis -1 of the input to have size 3'
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: tuple | None = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ):
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name, self.optional = name, optional

    def problem(self, shape: tuple) -> str | None:
        """Say what is wrong with a shape, or None."""
        n = len(shape)
        if self.ndim is not None and n != self.ndim:
            return f"expected {self.ndim} axes (batch included)"
        if self.max_ndim is not None and n > self.max_ndim:
            return f"expected at most {self.max_ndim} axes (batch included)"
        if self.min_ndim is not None and n < self.min_ndim:
            return f"expected at least {self.min_ndim} axes (batch included)"
        sizes = dict(self.axes)
        if self.shape is not None:
            sizes.update(enumerate(self.shape))
        for axis, size in sizes.items():
            if size is not None and shape[axis] not in (size, None):
                return f"expected axis {axis} of the input to have size {size}"
        return None

    def __repr__(self):
        parts = [f"{k}={v}" for k in ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes") if (v := getattr(self, k))]
        return f"InputSpec({', '.join(parts)})"
