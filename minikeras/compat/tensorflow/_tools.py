"""What the functions of this package share: how one is made, how sizes are read, what is said of a name that is not there."""

from __future__ import annotations

import difflib
import functools
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import ops
from minikeras._core.tensor import tensor
from minikeras._core.trace import Box, constant
from minikeras.ops.dtypes import array
from minikeras.ops.operation import operation, symbols

_WHAT = "minikeras.compat.tensorflow stands in for TensorFlow, on NumPy, with what Keras code needs"


def op(function: Callable | None = None, name: str | None = None, graph: Callable | None = None) -> Callable:
    """Decorate a function of arrays: it takes ``name=``, symbolic tensors make a node of a graph, results come as tensors.

    Args:
        function: of arrays, traced arrays.
        name: by default that of the function.
        graph: called in its place on symbolic tensors: an operation of Keras, so that files are Keras' files.

    >>> @op
    ... def twice(x): return ops.add(x, x)
    >>> twice([1, 2], name="t").numpy()
    array([2, 4], dtype=int32)
    """
    if function is None:
        return functools.partial(op, name=name, graph=graph)
    if name is not None:
        function.__name__ = function.__qualname__ = name
    class_name = "TF" + "".join(part.capitalize() for part in function.__name__.split("_"))
    inner = operation(function, name=class_name, data=_DATA)

    @functools.wraps(function)
    def run(*args, name=None, **kwargs):
        if graph is not None and (symbols(args) or symbols(kwargs)):
            return graph(*args, **kwargs)
        return tensor(inner(*args, **kwargs))

    return run


_DATA = "b diagonal features filter filters image input input_ input_tensor labels logits matrix params rhs signal t value"


def renamed(target: str, arguments: str, name: str, module: str) -> Callable:
    """A function of `minikeras.ops` under TensorFlow's name and with TensorFlow's names of its arguments.

    >>> renamed("power", "x y", "pow", "math")(x=[1, 2], y=2, name="p").numpy()
    array([1, 4], dtype=int32)
    """
    function, names = getattr(ops, target), arguments.split()

    def run(*args, name=None, **kwargs):
        if len(args) == len(names) + 1 and (args[-1] is None or isinstance(args[-1], str)):
            args = args[:-1]  # the name, by position
        more = [kwargs.pop(n) for n in names[len(args) :] if n in kwargs]
        return tensor(function(*args, *more, **kwargs))

    run.__name__ = run.__qualname__ = name
    run.__module__ = f"minikeras.compat.tensorflow.{module}"
    run.__doc__ = f"As minikeras.ops.{target}; arguments: {', '.join(names)}."
    return run


def table(rows: str, arguments: str, module: str) -> dict[str, Callable]:
    """Functions of `minikeras.ops` by TensorFlow's names: "pow=power add" is `pow`, which is `ops.power`, and `add`.

    >>> sorted(table("pow=power add", "x y", "math"))
    ['add', 'pow']
    """
    pairs = [(row.split("=")[0], row.split("=")[-1]) for row in rows.split()]
    return {name: renamed(target, arguments, name, module) for name, target in pairs}


def taken(module: str, names: str) -> dict[str, Any]:
    """Names of another module here, which a module has as well.

    >>> list(taken("dtypes", "float32"))
    ['float32']
    """
    source = importlib.import_module(f"minikeras.compat.tensorflow.{module}")
    return {name: getattr(source, name) for name in names.split()}


class OpenSize:
    """A size of a symbolic tensor that is not known before data come, such as that of the batch."""

    def __repr__(self):
        return "OpenSize()"

    def _refuse(self, *args):
        raise TypeError(
            "The size of this axis of a symbolic tensor is not known before data come. Compute with tf.shape(x) inside a "
            "Lambda or the call() of a layer, where arrays are; tf.reshape takes the size as it is."
        )

    __index__ = __int__ = __float__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __rsub__ = __floordiv__ = _refuse
    __array__ = _refuse


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape as integers, from a number, a list, a tensor, or a list with tensors in it.

    >>> sizes([2, np.array(3)]), sizes(np.array([4, 5])), sizes(7)
    ((2, 3), (4, 5), (7,))
    """
    if isinstance(shape, (int, np.integer)):
        return (int(shape),)
    if isinstance(shape, (np.ndarray, Box)):
        shape = np.asarray(shape).reshape(-1).tolist()
    return tuple(-1 if n is None or isinstance(n, OpenSize) else int(n) for n in shape)


def raw(x: Any) -> np.ndarray:
    """The plain numbers, out of the reach of gradients: for indices, orders, counts.

    >>> raw([1, 2])
    array([1, 2], dtype=int32)
    """
    return np.asarray(constant(array(x)))


def axes(axis: Any) -> Any:
    """An axis or several as NumPy takes them, from tensors and lists too; None stays.

    >>> axes([0, np.array(1)]), axes(np.array(2)), axes(None)
    ((0, 1), 2, None)
    """
    if axis is None or isinstance(axis, int):
        return axis
    found = np.asarray(axis).reshape(-1).tolist()
    return int(found[0]) if np.ndim(axis) == 0 else tuple(int(a) for a in found)


def absent(module: str, names: Any, gone: dict[str, str] | None = None, modules: str = "") -> Callable:
    """Make the ``__getattr__`` of a module: what is not there says what this module is, and names what is near.

    Args:
        module: its name in TensorFlow, such as "tf.math".
        names: what it has: a dict (``globals()``) or a list.
        gone: names that code looks for in vain, with what to use.
        modules: names of modules in it, which are imported when they are asked for.

    >>> absent("tf.math", ["sqrt"])("sqrrt")
    Traceback (most recent call last):
    AttributeError: tf.math has no 'sqrrt': ... Did you mean 'sqrt'?
    """

    def __getattr__(name: str) -> Any:
        if name in modules.split():
            return importlib.import_module(f"minikeras.compat.tensorflow{module[2:]}.{name}")
        if name.startswith("__"):
            raise AttributeError(name)
        if gone and name in gone:
            raise AttributeError(f"{module} has no {name!r}: {_WHAT}. {gone[name]}")
        have = names.get("__all__", names) if isinstance(names, dict) else names
        have = [n for n in [*have, *modules.split()] if not n.startswith("_")]
        near = difflib.get_close_matches(name, have, 3, 0.7)
        hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise AttributeError(f"{module} has no {name!r}: {_WHAT}.{hint}")

    return __getattr__


class Namespace:
    """A few functions under one name, such as ``tf.config.threading``.

    >>> Namespace("tf.x", one=1).one
    1
    """

    def __init__(self, _name: str, _gone: dict[str, str] | None = None, **members: Any):
        self.__dict__.update(members)
        self._answer = absent(_name, members, _gone)

    def __getattr__(self, name: str) -> Any:
        if name == "_answer":
            raise AttributeError(name)
        return self._answer(name)

    def __dir__(self):
        return [n for n in self.__dict__ if not n.startswith("_")]


def exported(members: dict[str, Any], also: str = "") -> list[str]:
    """The ``__all__`` of a module here: the functions and classes made in it, and further names.

    >>> exported({"__name__": "m", "f": 1, "g": Namespace("g")}, "f")
    ['f']
    """
    own = members["__name__"]
    return sorted({n for n, v in members.items() if getattr(v, "__module__", "") == own and n[0] != "_"} | set(also.split()))
