"""What makes a function an operation of Keras: it can be asked for by class name, and symbolic tensors may come in."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core.now import CALL, TAPE
from minikeras._core.operation import symbolic
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tensor import tensor

OPERATIONS: dict[str, Callable] = {}

# Arguments of these names are data: Keras gives them to `call`, and all others to the constructor of the operation's class.
DATA = set(
    "a abs_ angle array b beta bias bins branches choicelist condition condlist constant_values coordinates data default "
    "depthwise_kernel elements elems end_points f false_fn fill_value fun gamma image1 image2 images index indices init "
    "init_val inputs kernel key loop_vars mask mean offset operands output output_length pointwise_kernel pred "
    "predictions primals q query scale segment_ids sequence_lengths sorted_sequence start start_indices start_points "
    "step stop tangents target target_length targets tensor transform translation true_fn updates value values variable "
    "variance volumes weights x x1 x2 xs y".split()
)


def operation(
    function: Callable | None = None,
    *,
    name: str | None = None,
    data: str = "",
    settings: str = "",
    open_axes: Callable | None = None,
) -> Any:
    """Decorate an operation: enter it in `OPERATIONS`, and let symbolic tensors make a node of a graph.

    Args:
        name: that of Keras' class; by default the function's in CamelCase.
        data: names of further arguments that Keras' class takes in its call.
        settings: names of arguments that it takes in its constructor although they are in `DATA`.
        open_axes: takes the arguments of a call; lists the axis, or axes, of each result, or of all, whose size is not known.

    >>> @operation
    ... def double_it(x, times=1): return x * 2 ** times
    >>> OPERATIONS.pop("DoubleIt")(3, times=2), double_it.settings
    (12, ['times'])
    """
    if function is None:
        return lambda function: operation(function, name=name, data=data, settings=settings, open_axes=open_axes)

    @functools.wraps(function)
    def op(*args, **kwargs):
        for a in args:
            if isinstance(a, KerasTensor) or type(a) in NESTS and symbols(a):
                return symbolic(op, args, kwargs)
        if kwargs and symbols(kwargs):
            return symbolic(op, args, kwargs)
        with np.errstate(all="ignore"):  # log(0) is -inf, and no more needs saying, as in Keras
            y = function(*args, **kwargs)
        if CALL.get() is None or TAPE.get() is not None:  # to a user's own hands, and where gradients are traced, as a tensor
            return tensor(y)
        return y

    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    op.settings = [a for a in names if a not in DATA]
    if data or settings:
        wanted, given = settings.split(), data.split()
        op.settings = [a for a in names if a in wanted or a not in DATA and a not in given]
        op.settings += [a for a in wanted if a not in names]  # of its **kwargs
    op.class_name = name or "".join([part.capitalize() for part in function.__name__.split("_")])
    if open_axes is not None:
        op.open_axes = open_axes
    OPERATIONS.setdefault(op.class_name, op)
    return op


NESTS = {list, tuple, dict}


def symbols(nest: Any) -> bool:
    """Whether there is a symbolic tensor in a list, a tuple or a dict.

    >>> symbols({"x": [KerasTensor((2,))]}), symbols([1, (2,)])
    (True, False)
    """
    for a in nest.values() if type(nest) is dict else nest:
        if isinstance(a, KerasTensor) or type(a) in NESTS and symbols(a):
            return True
    return False
