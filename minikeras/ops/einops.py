"""Shapes by name."""

from __future__ import annotations

import math
import re

import numpy as np

from minikeras.ops.dtypes import array
from minikeras.ops.operation import operation


@operation(data="pattern")
def rearrange(tensor, pattern, **axes_lengths):
    """Split, order and join axes by their names.

    Args:
        tensor: array.
        pattern: names of its axes, "->", names of those of the result; those in brackets make one axis.
        **axes_lengths: sizes of axes that are in brackets on the left.

    >>> rearrange(np.arange(6).reshape(2, 3), "a b -> (b a)").tolist()
    [0, 3, 1, 4, 2, 5]
    """
    x = array(tensor)
    left, arrow, right = pattern.partition("->")
    before, after = groups(left), groups(right)
    if not arrow or len(before) != x.ndim:
        raise ValueError(f"rearrange: the pattern {pattern!r} has {len(before)} axes on the left, the array {x.ndim}.")
    names = [name for group in before for name in group]
    if sorted(names) != sorted(name for group in after for name in group) or len(set(names)) < len(names):
        raise ValueError(f"rearrange: {pattern!r} must name the same axes on both sides, each once.")
    sizes = dict(axes_lengths)
    for group, n in zip(before, x.shape):
        unknown = [name for name in group if name not in sizes]
        known = math.prod(sizes[name] for name in group if name in sizes)
        if len(unknown) > 1 or not unknown and known != n or unknown and n % max(known, 1):
            raise ValueError(f"rearrange: the axis ({' '.join(group)}) of {pattern!r} can't have size {n} with {axes_lengths}.")
        sizes.update((name, n // known) for name in unknown)
    x = np.transpose(np.reshape(x, [sizes[name] for name in names]), [names.index(n) for group in after for n in group])
    return np.reshape(x, [math.prod(sizes[name] for name in group) for group in after])


def groups(side):
    """The names on one side, those in brackets together."""
    return [part.strip("()").split() for part in re.findall(r"\([^()]*\)|\w+", side)]
