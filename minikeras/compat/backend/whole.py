"""What makes a function of several steps one node in a graph of symbolic tensors."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from minikeras._core.nest import map_leaves
from minikeras._core.now import CALL, TAPE
from minikeras._core.operation import symbolic
from minikeras._core.symbolic import symbolic_leaves
from minikeras._core.tape import boxed_inputs
from minikeras._core.tensor import plain, tensor
from minikeras._core.variable import Variable


def whole(function: Callable) -> Callable:
    """Decorate a function of arrays: symbolic tensors make one node of a graph, a user's own hands get tensors.

    Inside, arrays are plain, variables and watched tensors stand for what the tape knows them by.

    >>> @whole
    ... def twice(x): return x + x
    >>> from minikeras import Input
    >>> twice(Input((3,))).shape, twice(2)
    ((None, 3), 4)
    """

    @functools.wraps(function)
    def computed(*args, **kwargs):
        if symbolic_leaves((args, kwargs)):
            return symbolic(computed, args, kwargs)
        args, kwargs = boxed_inputs(args), boxed_inputs(kwargs)
        y = function(*map_leaves(_array, args), **map_leaves(_array, kwargs))
        return tensor(y) if CALL.get() is None or TAPE.get() is not None else y  # which `y += x` leaves as it is, as in Keras

    return computed


def _array(value: Any) -> Any:
    return value._now() if isinstance(value, Variable) else plain(value)
