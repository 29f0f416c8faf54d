"""How an optimizer walks its variables: long flat runs, cut into blocks that stay in the cache."""

from __future__ import annotations

import math

import numpy as np

from minikeras._core.variable import Variable

BLOCK = 131_072  # elements: in float32, w, g, two slots and a scratch block are 2.6 MB and stay in the cache
LANES = 64  # elements that BLAS takes at once, at most
SHARED = 262_144  # where threads share them: each call of NumPy hands Python's lock on, and small blocks would wait for it


def stretches(rows: list[list[Variable]]) -> list[list[tuple]]:
    """Join rows of variables (weight, *slots) that are neighbours in every column.

    >>> from minikeras._core.variable import adopt
    >>> w, m = [Variable([1.0, 2.0]), Variable([3.0])], [Variable([0.0, 0.0]), Variable([0.0])]
    >>> adopt(w); adopt(m); [span for _, span in stretches([list(row) for row in zip(w, m)])[0]]
    [slice(0, 3, None), slice(0, 3, None)]
    """
    joined: list[list[tuple]] = []
    for row in rows:
        if joined and all(store is v.store and span.stop == v.span.start for (store, span), v in zip(joined[-1], row)):
            joined[-1] = [(store, slice(span.start, v.span.stop)) for (store, span), v in zip(joined[-1], row)]
        else:
            joined.append([(v.store, v.span) for v in row])
    return joined


def cut(rows: list[list[Variable]], whole: bool = False, size: int | None = None) -> list[tuple]:
    """Cut rows of variables (weight, *slots) into pieces (w, g, *slots), all of them views.

    Args:
        rows: one row per variable.
        whole: whether each variable is one piece in its own shape, for rules that need a norm or a matrix.
        size: elements of a piece, at most; ``BLOCK`` by default. Pieces of a run are as long as each other, but for the last.

    >>> from minikeras._core.variable import adopt
    >>> w = [Variable([1.0, 2.0]), Variable([3.0])]; adopt(w)
    >>> [piece[0].tolist() for piece in cut([[v] for v in w])]
    [[1.0, 2.0, 3.0]]
    """
    if whole:
        return [(row[0].value, row[0].grad, *(slot.value for slot in row[1:])) for row in rows]
    size = size or BLOCK
    pieces = []
    for (store, span), *slots in stretches(rows):
        run = (store.values[span], store.grads[span], *(slot.values[part] for slot, part in slots))
        step = even(run[0].size, math.ceil(run[0].size / size))
        pieces += [tuple(array[i : i + step] for array in run) for i in range(0, run[0].size, step)]
    return pieces


def even(total: int, count: int) -> int:
    """The size of so many pieces of equal length: the last one, which may be shorter, is no crumb.

    It is a multiple of ``LANES``: BLAS rounds what is left over beyond that otherwise, and pieces must not show in results.

    >>> even(1000, 3), even(1000, 1), even(0, 0)
    (384, 1024, 64)
    """
    return max(math.ceil(total / max(count, 1) / LANES), 1) * LANES


def in_turns(total: int, groups: int) -> int:
    """The size of pieces, of which each group of several gets as many.

    >>> in_turns(10, 1) == BLOCK, in_turns(5 * SHARED, 2) == math.ceil(5 * SHARED / 6)
    (True, True)
    """
    turns = math.ceil(total / (groups * SHARED))
    return math.ceil(total / (groups * turns)) if groups > 1 else BLOCK


def with_scratch(pieces: list[tuple]) -> list[tuple]:
    """Append two scratch arrays, shaped like the first array, to each piece; pieces of one dtype share them.

    >>> [array.shape for array in with_scratch([(np.zeros(3), np.zeros(3))])[0]]
    [(3,), (3,), (3,), (3,)]
    """
    longest: dict = {}
    for w, *_ in pieces:
        longest[w.dtype] = max(w.size, longest.get(w.dtype, 0))
    scratch = {dtype: np.empty((2, n), dtype) for dtype, n in longest.items()}
    return [(*piece, *(s[: piece[0].size].reshape(piece[0].shape) for s in scratch[piece[0].dtype])) for piece in pieces]
