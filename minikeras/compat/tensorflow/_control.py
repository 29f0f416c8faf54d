"""`tf.function`, `tf.cond`, `tf.while_loop`, `tf.map_fn`, `tf.custom_gradient`: plain Python, computed at once.

>>> @function
... def double(x): return x * 2
>>> double(3)
6
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from minikeras import ops
from minikeras._core.nest import flatten, map_leaves, pack_sequence_as
from minikeras._core.text import shown
from minikeras._core.variable import Variable
from minikeras.compat.tensorflow._tensors import convert_to_tensor
from minikeras.compat.tensorflow._tools import absent, exported
from minikeras.compat.tensorflow.dtypes import as_dtype
from minikeras.tensorboard.current import state


def function(func: Callable | None = None, *args: Any, **kwargs: Any) -> Any:
    """Decorate a function, with or without arguments: it stays as it is.

    >>> cube = function(lambda x: x**3); cube(2), cube.get_concrete_function(2.0)(3), cube.python_function is cube
    (8, 27, True)
    """
    if func is None or not callable(func):
        return function
    if isinstance(func, FunctionType):
        func.python_function, func.get_concrete_function = func, lambda *args, **kwargs: func
    return func


def executing_eagerly() -> bool:
    """True: everything is computed at once."""
    return True


def cond(pred: Any, true_fn: Callable | None = None, false_fn: Callable | None = None, name: str | None = None) -> Any:
    """What the one function returns if ``pred``, else what the other does."""
    return true_fn() if bool(pred) else false_fn()


def case(pred_fn_pairs: Any, default: Callable | None = None, exclusive: bool = False, **kwargs: Any) -> Any:
    """What the function of the first true predicate returns."""
    for pred, fn in pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs:
        if bool(pred):
            return fn()
    if default is None:
        raise ValueError("tf.case: no predicate is true, and there is no default.")
    return default()


def switch_case(branch_index: Any, branch_fns: Any, default: Callable | None = None, name: str | None = None) -> Any:
    """What the function of that number returns; the last one's, or the default's, for a number out of range."""
    pairs = branch_fns.items() if isinstance(branch_fns, dict) else enumerate(branch_fns)
    fns = dict(pair if isinstance(pair, tuple) else (i, pair) for i, pair in pairs) if branch_fns else {}
    fns = {int(k): v[1] if isinstance(v, tuple) else v for k, v in fns.items()}
    return fns.get(int(branch_index), default or fns[max(fns)])()


def while_loop(
    cond: Callable, body: Callable, loop_vars: Any, shape_invariants: Any = None, parallel_iterations: int = 10,
    back_prop: bool = True, swap_memory: bool = False, maximum_iterations: Any = None, name: str | None = None,
) -> Any:  # fmt: skip
    """Let a body change the variables of a loop as long as the condition is true of them.

    >>> while_loop(lambda i: i < 3, lambda i: (i + 1,), [0])[0].tolist()
    3
    """
    state = [convert_to_tensor(v) if isinstance(v, (int, float)) else v for v in loop_vars]
    turns = 0
    while bool(cond(*state)) and (maximum_iterations is None or turns < int(maximum_iterations)):
        state, turns = body(*state), turns + 1
        state = list(state) if isinstance(state, (list, tuple)) else [state]
    return type(loop_vars)(state) if type(loop_vars) in (list, tuple) else state


def map_fn(fn: Callable, elems: Any, dtype: Any = None, fn_output_signature: Any = None, **kwargs: Any) -> Any:
    """Apply a function to each row, and stack what it returns.

    >>> map_fn(lambda x: x * x, [1, 2, 3]).numpy()
    array([1, 4, 9], dtype=int32)
    """
    nest = isinstance(elems, (tuple, dict)) or isinstance(elems, list) and hasattr(elems[0], "dtype")
    elems = map_leaves(convert_to_tensor, elems) if nest else convert_to_tensor(elems)
    parts = flatten(elems)
    results = [fn(pack_sequence_as(elems, [part[i] for part in parts])) for i in range(len(parts[0]))]
    return _stacked(results)


def vectorized_map(fn: Callable, elems: Any, **kwargs: Any) -> Any:
    """As `map_fn`."""
    return map_fn(fn, elems)


def _stacked(results: list) -> Any:
    from minikeras.compat.tensorflow._arrays import stack  # stands beside this file

    columns = zip(*map(flatten, results))
    return pack_sequence_as(results[0], [stack(list(column)) for column in columns])


def foldl(fn: Callable, elems: Any, initializer: Any = None, **kwargs: Any) -> Any:
    """Join the rows: a = fn(a, row)."""
    rows = list(convert_to_tensor(elems))
    state = rows.pop(0) if initializer is None else initializer
    for row in rows:
        state = fn(state, row)
    return state


def foldr(fn: Callable, elems: Any, initializer: Any = None, **kwargs: Any) -> Any:
    """The same from the last row on."""
    return foldl(fn, ops.flip(convert_to_tensor(elems), 0), initializer)


def scan(fn: Callable, elems: Any, initializer: Any = None, reverse: bool = False, **kwargs: Any) -> Any:
    """As `foldl`, and all states on the way."""
    rows = list(convert_to_tensor(elems))
    rows = rows[::-1] if reverse else rows
    states = [rows.pop(0)] if initializer is None else []
    for row in rows:
        states.append(fn(states[-1] if states else initializer, row))
    return _stacked(states[::-1] if reverse else states)


def py_function(func: Callable, inp: Any, Tout: Any, name: str | None = None, **kwargs: Any) -> Any:
    """Call a Python function on tensors."""
    return _typed(func(*[shown(x) if not isinstance(x, Variable) else x for x in inp]), Tout)


eager_py_func = py_function


def numpy_function(func: Callable, inp: Any, Tout: Any, stateful: bool = True, name: str | None = None) -> Any:
    """Call a Python function on plain arrays; text comes as bytes."""
    return _typed(func(*[shown(x).numpy() if hasattr(shown(x), "numpy") else x for x in inp]), Tout)


def _typed(y: Any, types: Any) -> Any:
    if types is None or y is None:
        return y
    if isinstance(types, (list, tuple)):
        y = y if isinstance(y, (list, tuple)) else [y]
        return [_typed(part, kind) for part, kind in zip(y, types)]
    kind = getattr(types, "dtype", types)
    return convert_to_tensor(y[0] if isinstance(y, (list, tuple)) and len(y) == 1 else y, as_dtype(kind))


def custom_gradient(f: Callable) -> Callable:
    """Decorate a function that returns its result and its way back, ``grad(upstream)``.

    >>> @custom_gradient
    ... def clipped(x): return x, lambda g: g
    >>> float(clipped(2.0))
    2.0
    """
    run = ops.custom_gradient(f)

    @functools.wraps(f)
    def call(*args, **kwargs):
        return shown(run(*[a if isinstance(a, Variable) else ops.convert_to_tensor(a) for a in args], **kwargs))

    return call


def stop_gradient(input: Any, name: str | None = None) -> Any:
    """The same numbers, out of the reach of gradients."""
    return ops.stop_gradient(input)


def no_gradient(op_type: str) -> None:
    """Do nothing: there are no types of operations."""


def gradients(*args: Any, **kwargs: Any) -> Any:
    """Say what to use: there is no graph to look back into."""
    raise RuntimeError(
        "tf.gradients needs a graph, and minikeras.compat.tensorflow computes at once. Compute under `with tf.GradientTape() "
        "as tape:` and ask tape.gradient(y, x); K.function and K.gradients work on the tensors of a model."
    )


def recompute_grad(f: Callable) -> Callable:
    """The function as it is."""
    return f


@contextlib.contextmanager
def name_scope(name: Any = None, *args: Any, **kwargs: Any) -> Iterator[Any]:
    """A block with a name, which stands before the names of the summaries in it.

    >>> with name_scope("head"), name_scope("loss") as scope: scope
    'head/loss/'
    """
    before = state.scope
    state.scope = "" if not name else name if name.endswith("/") else f"{before}{name}/"
    try:
        yield state.scope
    finally:
        state.scope = before


@contextlib.contextmanager
def device(device_name: Any = None) -> Iterator[None]:
    """A block on a device, for TensorFlow's sake: all is computed on the CPU."""
    yield None


@contextlib.contextmanager
def init_scope() -> Iterator[None]:
    """A block outside of graphs, for TensorFlow's sake."""
    yield None


@contextlib.contextmanager
def control_dependencies(control_inputs: Any = None) -> Iterator[None]:
    """A block that comes after something, for TensorFlow's sake: all is computed in the order in which it is written."""
    yield None


def group(*inputs: Any, **kwargs: Any) -> None:
    """Do nothing: what is grouped has been computed."""


def no_op(name: str | None = None) -> None:
    """Do nothing."""


def print(*inputs: Any, output_stream: Any = None, summarize: int = 3, sep: str = " ", end: str = "\n", **kwargs) -> None:
    """Write tensors on stderr, or where ``output_stream`` says: `sys.stdout`, "file://PATH"."""
    line = sep.join(str(i) if not isinstance(i, str) else i for i in inputs) + end
    if isinstance(output_stream, str):
        with open(output_stream.removeprefix("file://"), "a", encoding="utf-8") as file:
            file.write(line)
        return
    (output_stream or sys.stderr).write(line)


class UnconnectedGradients:
    """What a tape says where nothing flows."""

    NONE, ZERO = "none", "zero"


class Module:
    """A thing with variables, which are found in its attributes.

    >>> m = Module(); m.v = Variable(1.0); len(m.trainable_variables)
    1
    """

    def __init__(self, name: str | None = None):
        self.name = name or type(self).__name__.lower()

    @property
    def variables(self) -> tuple:
        """All variables in its attributes, and in lists and modules and layers there."""
        found: dict[int, Any] = {}
        seen: set[int] = set()

        def look(thing):
            if id(thing) in seen:
                return
            seen.add(id(thing))
            if isinstance(thing, Variable):
                found.setdefault(id(thing), thing)
            elif isinstance(thing, Module):
                for part in vars(thing).values():
                    look(part)
            elif isinstance(thing, (list, tuple, dict)):
                for part in thing.values() if isinstance(thing, dict) else thing:
                    look(part)
            elif hasattr(thing, "weights") and hasattr(thing, "count_params"):
                for part in thing.weights:
                    look(part)

        look(self)
        return tuple(found.values())

    @property
    def trainable_variables(self) -> tuple:
        """Those that are trained."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple:
        """Those that are not."""
        return tuple(v for v in self.variables if not v.trainable)

    @classmethod
    def with_name_scope(cls, method: Callable) -> Callable:
        """The method as it is."""
        return method



__all__ = exported(globals(), "eager_py_func")
__getattr__ = absent("tf", globals())
