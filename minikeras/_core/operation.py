"""Operations: functions of arrays that stand in a graph of layers, as `x + y` and `keras.ops` on symbolic tensors make them."""

from __future__ import annotations

import inspect
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras._core.allowance import limited
from minikeras._core.naming import auto_name
from minikeras._core.nest import flatten, is_nested, map_leaves, pack_sequence_as
from minikeras._core.now import CALL, Call, Trial
from minikeras._core.symbolic import KerasTensor, Node, shapes_of, symbolic_leaves
from minikeras._core.tape import paused
from minikeras._core.trace import Box
from minikeras._core.variable import Variable

# what NumPy calls its functions, and Keras the classes of its operations
CLASS_NAMES = {
    "divide": "TrueDivide", "remainder": "Mod", "invert": "BitwiseInvert",
    "amax": "Max", "amin": "Min", "arcsin": "Arcsin", "isnan": "Isnan", "isinf": "Isinf", "isfinite": "Isfinite",
}  # fmt: skip


class Operation:
    """A function of arrays in a graph.

    Args:
        function: computes with NumPy's functions; its gradient is traced.
        name: numbered after what Keras calls it by default ("add", "add_1").

    >>> Operation(np.add).class_name
    'Add'
    """

    trainable_weights: list = []
    weights: list = []
    variables: list = []
    built = True

    def __init__(self, function: Callable, name: str | None = None):
        self.function = function
        plain = getattr(function, "__name__", "operation")
        self.class_name = getattr(function, "class_name", None) or CLASS_NAMES.get(
            plain, "".join(part.capitalize() for part in plain.split("_"))
        )
        self.name = name or auto_name(self.class_name)
        self._inbound_nodes: list[Node] = []

    def __call__(self, *args, **kwargs):
        if symbolic_leaves((args, kwargs)):
            return symbolic(self, args, kwargs)
        return self.function(*args, **kwargs)

    call = __call__

    def bound(self, args: tuple, kwargs: dict) -> dict:
        """The arguments by name, for a file; those that are at their default are left out."""
        given = inspect.signature(self.function).bind(*args, **kwargs)
        return dict(given.arguments)

    def __repr__(self):
        return f"<Operation name={self.name}>"


def getitem(x: Any, key: Any) -> Any:
    """``x[key]``."""
    return x[key]


getitem.class_name = "GetItem"


def symbolic(function: Any, args: tuple, kwargs: dict) -> Any:
    """Call a function on symbolic tensors: a node of a graph, and symbolic results.

    >>> symbolic(np.add, (KerasTensor((None, 3)), KerasTensor((3,))), {}).shape
    (None, 3)
    """
    operation = function if isinstance(function, Operation) else Operation(function)
    outputs = output_spec(operation.function, args, kwargs, f"operation {operation.class_name}")
    Node(operation, args, kwargs, outputs)
    return outputs


def output_spec(function: Callable, args: tuple, kwargs: dict, who: str) -> Any:
    """The shapes and types of what a function gives, by trying it on zeros: once with 2 and once with 3 for a size not known.

    What differs between the two is a size not known of the result. Only batches of any size cost a second run.
    """
    with paused(), Trial():
        tried = _tried(function, args, kwargs, who)
    flat = [flatten(y) for y in tried]
    specs = []
    open_axes = function.open_axes(*args, **kwargs) if hasattr(function, "open_axes") else [None]
    for parts, open_axis in zip(zip(*flat, strict=True), itertools.cycle(open_axes)):
        parts = [np.asarray(p.value if isinstance(p, Box) else p) for p in parts]
        shape = [n if all(p.shape[i] == n for p in parts) else None for i, n in enumerate(parts[0].shape)]
        for axis in () if open_axis is None else (open_axis,) if isinstance(open_axis, int) else open_axis:
            shape[axis] = None  # the numbers decide that go in
        specs.append(KerasTensor(tuple(shape), _dtype(parts[0])))
    return pack_sequence_as(tried[0], specs)


def _tried(function: Callable, args: Any, kwargs: Any, who: str) -> list:
    """What comes out for two sizes of all that is open; where no such sizes go, for those that other tensors have there."""
    shapes = [t.shape for t in symbolic_leaves((args, kwargs))]
    if not any(None in shape for shape in shapes):
        choices = [[(2, 16)]]
    else:
        plain = flatten((args, kwargs))
        known = [np.shape(a) for a in plain if isinstance(a, (np.ndarray, Variable, Box))]
        known += [(a,) for a in plain if type(a) is int and 1 < a <= LARGE]  # broadcast_to(x, (3, 4))
        choices = list(_sizes(shapes, known))
    first = None
    for number in (0, 1):  # weights that are all 0 have no mean
        for sizes in choices:
            try:
                return [_try(function, *(fill(value, *n, number) for value in (args, kwargs)), who) for n in sizes]
            except ValueError as error:
                first = first or error
    raise first


def _sizes(symbolic: list, plain: list) -> Iterator[list[tuple[int, int]]]:
    """Pairs of (batch, other size) to try: any numbers first, then those of known axes, which an open one has to meet."""
    yield [(2, 16), (3, 33)]  # which stay apart when they are halved, four times over
    yield [(12, 48), (24, 96)]  # which can be split into equal parts
    yield [(2, 4), (3, 8)]  # which can be filled up to more
    yield [(2, 4), (3, 7)]  # short ones: a layer of positions knows as many as it was made for
    yield [(16, 16), (33, 33)]  # the first axis of one stands under a later one of another
    batches = {shape[0] for shape in [*symbolic, *plain] if len(shape) and shape[0] is not None}
    others = {n for shape in symbolic for n in shape[1:] if n is not None} | {n for shape in plain for n in shape}
    for k in sorted(others - {1}):
        yield [(2, k), (3, k)]
    for b in sorted(batches - {1}):
        yield [(b, 16), (b, 33)]
        for k in sorted(others - {1}):
            yield [(b, k)]


def _try(function: Callable, args: Any, kwargs: Any, who: str) -> Any:
    arrays = [a for a in flatten((args, kwargs)) if isinstance(a, np.ndarray)]
    alone = is_elementwise(function) and sum(a.size for a in arrays) > LARGE
    shape = np.broadcast_shapes(*(a.shape for a in arrays)) if alone else ()
    if alone:  # one number of each array tells the type of the result, and they say its shape
        args, kwargs = map_leaves(lambda a: a[(slice(1),) * a.ndim] if isinstance(a, np.ndarray) else a, (args, kwargs))
    elif limited():
        from minikeras._core.growth import check_growth  # only for files from elsewhere

        check_growth(function, args, kwargs, who)
    outer = CALL.set(Call(False))
    try:
        with np.errstate(all="ignore"):
            y = function(*args, **kwargs)
        return map_leaves(lambda a: np.broadcast_to(a, shape), y) if alone else y
    except (IndexError, TypeError, ArithmeticError) as error:
        given = shapes_of([a for a in flatten((args, kwargs)) if isinstance(a, np.ndarray)])
        raise ValueError(f"The {who} can't take arrays of shapes {given}: {error}") from error
    finally:
        CALL.reset(outer)


SQUARE = 2048  # rows of unit matrices that are made to try a function
LARGE = 1 << 16  # numbers in arrays that are tried out: of larger ones only what is needed is made


def is_elementwise(function: Callable) -> bool:
    """Whether each number of the result comes from one number of each argument.

    >>> is_elementwise(np.add), is_elementwise(np.matmul)
    (True, False)
    """
    if isinstance(function, np.ufunc):
        return function.signature is None
    module = getattr(getattr(function, "__wrapped__", None), "__module__", "")
    return module in ("minikeras.ops.arithmetic", "minikeras.ops.elementwise") and function.class_name != "AllClose"


def _dtype(array: np.ndarray) -> str:
    return "string" if array.dtype.kind in "OSU" else array.dtype.name


def fill(value: Any, batch: int, size: int, number: int = 0) -> Any:
    """A structure with arrays in the place of symbolic tensors: ``batch`` rows, and ``size`` where another size is open.

    Floats are of the ``number``, all else is 0.
    Square matrices of floats are unit matrices, for those have an inverse, a root and a logarithm of their determinant.
    """

    def made(t):
        if not isinstance(t, KerasTensor):
            return t
        shape = [n if n is not None else batch if i == 0 else size for i, n in enumerate(t.shape)]
        floats = t.dtype.startswith("float")
        if floats and len(shape) > 1 and shape[-1] == shape[-2] <= SQUARE:
            units = np.broadcast_to(np.eye(shape[-1], dtype=str(t.dtype)), shape)
            return units.copy() if math.prod(shape) <= LARGE else units
        one = np.full((), "" if t.dtype == "string" else number if floats else 0, "U1" if t.dtype == "string" else str(t.dtype))
        return np.broadcast_to(one, shape) if math.prod(shape) > LARGE else np.full(shape, one)  # a large one takes no memory

    return map_leaves(made, value) if is_nested(value) else made(value)
