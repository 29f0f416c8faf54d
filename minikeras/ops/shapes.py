"""Operations that move numbers and change none: shapes, joins, cuts, turns."""

from __future__ import annotations

import builtins

import numpy as np

from minikeras._core.config import standardize_dtype
from minikeras.ops.dtypes import array, axis_of, cast, promote
from minikeras.ops.operation import operation


@operation
def reshape(x, newshape):
    """The same numbers in another shape; -1 is worked out.

    >>> reshape([1, 2, 3, 4], (2, -1)).tolist()
    [[1, 2], [3, 4]]
    """
    sizes = newshape if isinstance(newshape, (tuple, list)) else [newshape]
    if any(isinstance(n, (int, np.integer)) and n < -1 for n in sizes):
        raise ValueError(f"Argument `newshape` of reshape must be integers of at least 0, and one -1 at most, got {newshape}.")
    return np.reshape(array(x), newshape)


@operation
def ravel(x):
    """All numbers in one row.

    >>> ravel([[1, 2], [3, 4]]).tolist()
    [1, 2, 3, 4]
    """
    return np.ravel(array(x))


@operation
def copy(x):
    """An array of its own.

    >>> copy([1, 2]).tolist()
    [1, 2]
    """
    return np.copy(array(x))


@operation
def view(x, dtype=None):
    """The same bytes read as another type.

    >>> view(np.array([1.0], "float32"), "int32")
    array([1065353216], dtype=int32)
    """
    x = array(x)
    return x if dtype is None else x.view(standardize_dtype(dtype))


@operation
def expand_dims(x, axis):
    """With a new axis of size 1.

    >>> expand_dims([1, 2], 0).shape
    (1, 2)
    """
    return np.expand_dims(array(x), tuple(axis) if isinstance(axis, list) else axis)


@operation
def squeeze(x, axis=None):
    """Without axes of size 1.

    >>> squeeze([[1, 2]]).shape
    (2,)
    """
    return np.squeeze(array(x), tuple(axis) if isinstance(axis, list) else axis)


@operation
def transpose(x, axes=None):
    """The axes in another order; reversed by default.

    >>> transpose([[1, 2], [3, 4]]).tolist()
    [[1, 3], [2, 4]]
    """
    return np.transpose(array(x), axes)


@operation
def swapaxes(x, axis1, axis2):
    """With two axes exchanged.

    >>> swapaxes([[1, 2]], 0, 1).shape
    (2, 1)
    """
    return np.swapaxes(array(x), axis1, axis2)


@operation
def moveaxis(x, source, destination):
    """With axes moved to other places.

    >>> moveaxis(np.zeros((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    return np.moveaxis(array(x), source, destination)


@operation
def broadcast_to(x, shape):
    """Repeated to fill a shape.

    >>> broadcast_to([1, 2], (2, 2)).tolist()
    [[1, 2], [1, 2]]
    """
    return np.broadcast_to(array(x), shape)


@operation
def flip(x, axis=None):
    """Backwards along an axis, several, or all.

    >>> flip([1, 2, 3]).tolist()
    [3, 2, 1]
    """
    return np.flip(array(x), tuple(axis) if isinstance(axis, list) else axis)


@operation
def fliplr(x):
    """Backwards along axis 1.

    >>> fliplr([[1, 2]]).tolist()
    [[2, 1]]
    """
    return np.flip(array(x), 1)


@operation
def flipud(x):
    """Backwards along axis 0.

    >>> flipud([[1], [2]]).tolist()
    [[2], [1]]
    """
    return np.flip(array(x), 0)


@operation
def roll(x, shift, axis=None):
    """Moved round in a circle.

    >>> roll([1, 2, 3], 1).tolist()
    [3, 1, 2]
    """
    return np.roll(array(x), shift, axis)


@operation
def rot90(array, k=1, axes=(0, 1)):
    """Turned by 90°, k times.

    >>> rot90([[1, 2], [3, 4]]).tolist()
    [[2, 4], [1, 3]]
    """
    x = as_array(array)
    first, second = (axis_of(i, x.ndim) for i in axes) if x.ndim > 1 and len(axes) == 2 else (0, 0)
    if first == second:
        raise ValueError(f"rot90 turns a plane: two different axes of at least two, got axes={axes} and shape {x.shape}.")
    if k % 4 == 2:
        return np.flip(x, (first, second))
    if k % 4 == 0:
        return x
    return np.swapaxes(np.flip(x, second), first, second) if k % 4 == 1 else np.flip(np.swapaxes(x, first, second), second)


as_array = array


@operation
def concatenate(xs, axis=0):
    """Joined along an axis that is there.

    >>> concatenate([[1, 2], [3]]).tolist()
    [1, 2, 3]
    """
    return np.concatenate(promote(*xs), axis)


@operation
def stack(x, axis=0):
    """Joined along a new axis.

    >>> stack([[1, 2], [3, 4]], axis=1).tolist()
    [[1, 3], [2, 4]]
    """
    return np.stack(promote(*x), axis)


@operation
def append(x1, x2, axis=None):
    """x2 after x1; as rows of numbers if there is no axis.

    >>> append([1, 2], [3]).tolist()
    [1, 2, 3]
    """
    return np.concatenate(promote(x1, x2), axis)


@operation
def hstack(xs):
    """Joined side by side.

    >>> hstack([[1, 2], [3]]).tolist()
    [1, 2, 3]
    """
    return np.hstack(promote(*xs))


@operation
def vstack(xs):
    """Joined one above the other.

    >>> vstack([[1, 2], [3, 4]]).tolist()
    [[1, 2], [3, 4]]
    """
    return np.vstack(promote(*xs))


@operation
def dstack(xs):
    """Joined along the third axis.

    >>> dstack([[1, 2], [3, 4]]).tolist()
    [[[1, 3], [2, 4]]]
    """
    return np.concatenate([np.atleast_3d(x) for x in promote(*xs)], 2)


@operation
def split(x, indices_or_sections, axis=0):
    """Cut into so many equal pieces, or at these places.

    >>> [a.tolist() for a in split([1, 2, 3, 4], [1, 3])]
    [[1], [2, 3], [4]]
    """
    by = indices_or_sections
    return np.split(array(x), by if isinstance(by, (int, np.integer)) else list(by), axis)


@operation(open_axes=lambda x, indices_or_sections, axis=0: [axis if x.shape[axis] is None else None])
def array_split(x, indices_or_sections, axis=0):
    """Cut into so many pieces, the first ones longer by one if need be.

    >>> [a.tolist() for a in array_split([1, 2, 3], 2)]
    [[1, 2], [3]]
    """
    return np.array_split(array(x), indices_or_sections, axis)


@operation
def hsplit(x, indices_or_sections):
    """Cut side by side: along axis 1, or the only one.

    >>> [a.tolist() for a in hsplit([[1, 2]], 2)]
    [[[1]], [[2]]]
    """
    x = array(x)
    return np.split(x, indices_or_sections, 1 if x.ndim > 1 else 0)


@operation
def vsplit(x, indices_or_sections):
    """Cut along axis 0.

    >>> [a.tolist() for a in vsplit([[1], [2]], 2)]
    [[[1]], [[2]]]
    """
    x = array(x)
    if x.ndim < 2:
        raise ValueError(f"vsplit only works on arrays of 2 or more dimensions, got shape {x.shape}.")
    return np.split(x, indices_or_sections, 0)


@operation
def dsplit(x, indices_or_sections):
    """Cut along axis 2.

    >>> [a.shape for a in dsplit(np.zeros((1, 1, 2)), 2)]
    [(1, 1, 1), (1, 1, 1)]
    """
    x = array(x)
    if x.ndim < 3:
        raise ValueError(f"dsplit only works on arrays of 3 or more dimensions, got shape {x.shape}.")
    return np.split(x, indices_or_sections, 2)


@operation
def repeat(x, repeats, axis=None):
    """Each number so many times.

    >>> repeat([1, 2], 2).tolist()
    [1, 1, 2, 2]
    """
    return np.repeat(array(x), repeats, axis)


@operation
def tile(x, repeats):
    """The whole array so many times along each axis.

    >>> tile([1, 2], 2).tolist()
    [1, 2, 1, 2]
    """
    return np.tile(array(x), repeats)


@operation
def pad(x, pad_width, mode="constant", constant_values=None):
    """With a border of so many numbers (before, after) along each axis.

    Args:
        mode: "constant", "reflect", "symmetric", "edge", "wrap" and NumPy's others.
        constant_values: of the border with "constant"; 0 by default.

    >>> pad([1, 2], (1, 2)).tolist()
    [0, 1, 2, 0, 0]
    """
    x = array(x)
    if mode != "constant":
        if constant_values is not None:
            raise ValueError(f"Argument `constant_values` can only be used with mode='constant', got mode={mode!r}.")
        return np.pad(x, pad_width, mode)
    return np.pad(x, pad_width, mode, constant_values=0 if constant_values is None else constant_values)


@operation
def meshgrid(*x, indexing="xy"):
    """The coordinates of a grid with these marks on its axes.

    >>> [a.tolist() for a in meshgrid([1, 2], [3, 4])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"Valid values for `indexing` are 'xy' and 'ij', but received {indexing!r}.")
    x = [np.ravel(array(a)) for a in x]
    sizes = [a.shape[0] for a in x]
    order = [*range(len(x))]
    if indexing == "xy" and len(x) > 1:
        order[:2] = 1, 0
    shape = [sizes[i] for i in order]
    places = [[sizes[i] if i == j else 1 for j in order] for i in range(len(x))]
    return [np.broadcast_to(np.reshape(a, place), shape) for a, place in zip(x, places)]


@operation
def diag(x, k=0):
    """The k-th diagonal of a matrix, or the matrix with this diagonal.

    >>> diag([1, 2]).tolist(), diag([[1, 2], [3, 4]]).tolist()
    ([[1, 0], [0, 2]], [1, 4])
    """
    x = array(x)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise ValueError(f"`x` must be 1-d or 2-d, got shape {x.shape}.")
    n = x.shape[0] + builtins.abs(k)
    x = np.pad(x, (builtins.max(k, 0), builtins.max(-k, 0)))
    return (
        np.where(np.eye(n, k=k, dtype=bool), x, cast(0, x.dtype))
        if k >= 0
        else np.where(np.eye(n, k=k, dtype=bool), np.pad(x[: n + k], (0, -k)), cast(0, x.dtype))
    )


@operation
def diagflat(x, k=0):
    """The matrix with all these numbers on its k-th diagonal.

    >>> diagflat([[1, 2]]).tolist()
    [[1, 0], [0, 2]]
    """
    return diag(np.ravel(array(x)), k)


@operation(settings="offset")
def diagonal(x, offset=0, axis1=0, axis2=1):
    """The numbers on a diagonal of two axes, as the last axis.

    >>> diagonal([[1, 2], [3, 4]]).tolist()
    [1, 4]
    """
    x = np.moveaxis(array(x), (axis1, axis2), (-2, -1))
    i = np.arange(builtins.max(builtins.min(x.shape[-2] + builtins.min(offset, 0), x.shape[-1] - builtins.max(offset, 0)), 0))
    return x[..., i - builtins.min(offset, 0), i + builtins.max(offset, 0)]


@operation(settings="offset")
def trace(x, offset=0, axis1=0, axis2=1):
    """The sum of a diagonal.

    >>> int(trace([[1, 2], [3, 4]]))
    5
    """
    y = diagonal(x, offset, axis1, axis2)
    y = y.astype({"u": "uint32"}.get(y.dtype.kind, "int32")) if y.dtype.kind in "bui" and y.dtype.itemsize < 4 else y
    return np.sum(y, -1, y.dtype)


@operation
def tril(x, k=0):
    """What is on and below the k-th diagonal, zeros above.

    >>> tril([[1, 2], [3, 4]]).tolist()
    [[1, 0], [3, 4]]
    """
    return np.tril(array(x), k)


@operation
def triu(x, k=0):
    """What is on and above the k-th diagonal, zeros below.

    >>> triu([[1, 2], [3, 4]]).tolist()
    [[1, 2], [0, 4]]
    """
    return np.triu(array(x), k)


@operation
def diff(a, n=1, axis=-1):
    """Each minus its predecessor, n times over.

    >>> diff([1, 4, 9]).tolist()
    [3, 5]
    """
    return np.diff(array(a), n, axis)


@operation
def ndim(x):
    """The number of axes.

    >>> int(ndim([[1, 2]]))
    2
    """
    return np.ndim(array(x))


@operation
def size(x):
    """The number of elements.

    >>> int(size([[1, 2]]))
    2
    """
    return array(x).size
