"""Variables and random values of keras.backend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import config, constraints, random
from minikeras._core.config import standardize_dtype
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tensor import Rebinding, plain, tensor
from minikeras._core.variable import Variable, untraced
from minikeras.compat.backend.whole import whole
from minikeras.optimizers.keras2 import MADE


class Total(Rebinding, Variable):
    """A variable of keras.backend: ``loss += x`` makes the name stand for the sum, as in the graphs of Keras 1 and 2.

    >>> loss = start = Total(1.0)
    >>> loss += 2.0
    >>> float(loss), float(start)
    (3.0, 1.0)
    """


def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Callable | None = None) -> Variable:
    """Make a variable.

    >>> variable([1, 2]).dtype
    'float32'
    """
    value = untraced(value() if callable(value) and not hasattr(value, "dtype") else value)
    made = _made(np.asarray(plain(value)), standardize_dtype(dtype), name and name.replace("/", "_"))
    made.constraint = constraints.get(constraint)
    return made


def _made(value: np.ndarray, dtype: str | None, name: str | None) -> Variable:
    """A new variable, or in an optimizer's `get_updates` the one that was made there in the first step."""
    made = MADE.get()
    return Total(value, dtype=dtype, name=name) if made is None else made.get(lambda: Total(value, dtype=dtype, name=name))


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Make a tensor that does not change.

    >>> constant(2.0, shape=(2,)).tolist()
    [2.0, 2.0]
    """
    value = np.asarray(value, standardize_dtype(dtype))
    if shape is not None and value.size != np.prod(shape, dtype=int):
        value = np.full(tuple(shape), value)
    return tensor(value if shape is None else value.reshape(tuple(shape)))


def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of zeros.

    >>> zeros((2,)).numpy().tolist()
    [0.0, 0.0]
    """
    return _made(np.zeros(_sizes(shape), standardize_dtype(dtype)), None, name)


def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Variable:
    """A variable of ones.

    >>> ones((2,)).numpy().tolist()
    [1.0, 1.0]
    """
    return _made(np.ones(_sizes(shape), standardize_dtype(dtype)), None, name)


def get_value(x: Any) -> Any:
    """The numbers in a variable or tensor.

    >>> float(get_value(variable(2.0)))
    2.0
    """
    if isinstance(x, KerasTensor):
        raise ValueError(
            f"{x!r} holds no numbers before there is data: K.function(inputs, [x]) computes it, or keras.Model(inputs, x)."
        )
    value = x.numpy() if isinstance(x, Variable) else np.array(plain(untraced(x)))
    return value if value.ndim else value[()]


def eval(x: Any) -> Any:
    """The numbers in a variable or tensor.

    >>> float(eval(variable(2.0) * 3.0))
    6.0
    """
    return get_value(x)


def set_value(x: Any, value: Any) -> None:
    """Write new numbers into a variable; also into the learning rate of an optimizer that was given a ``decay``.

    >>> v = variable([1.0]); set_value(v, [2.0]); v.numpy().tolist()
    [2.0]
    """
    owner = getattr(x, "_optimizer", None)
    if owner is not None:
        owner.learning_rate = value
    elif not isinstance(x, Variable):
        raise ValueError(f"set_value writes into variables, got {type(x).__name__}: {x!r:.60}.")
    else:
        x.assign(np.asarray(plain(value), str(x.dtype)))


def batch_get_value(tensors: Any) -> list:
    """The numbers in several variables.

    >>> [float(value) for value in batch_get_value([variable(2.0)])]
    [2.0]
    """
    return [get_value(x) for x in tensors]


def batch_set_value(tuples: Any) -> None:
    """Write new numbers into several variables: pairs of variable and value.

    >>> v = variable(1.0); batch_set_value([(v, 2.0)]); float(v)
    2.0
    """
    for x, value in tuples:
        set_value(x, value)


class Update:
    """A variable and what it is to get: `function(updates=[...])` carries it out, or the step that `get_updates` is called for.

    Args:
        variable: what will be changed.
        new: its new value.
        added: what is added, where it is that which was asked for: after what comes before in a list.

    >>> Update("w", "new").variable
    'w'
    """

    def __init__(self, variable: Any, new: Any, added: Any = None):
        self.variable, self.new, self.added = variable, new, added

    def __iter__(self):
        return iter((self.variable, self.new))


def update(x: Variable, new_x: Any) -> Any:
    """Write new numbers into a variable.

    >>> v = variable(1.0); float(update(v, 3.0)), float(v)
    (3.0, 3.0)
    """
    return _update(x, new_x)


def update_add(x: Variable, increment: Any) -> Any:
    """Add to a variable.

    >>> float(update_add(variable(1.0), 2.0))
    3.0
    """
    return _update(x, x + increment, increment)


def update_sub(x: Variable, decrement: Any) -> Any:
    """Subtract from a variable.

    >>> float(update_sub(variable(1.0), 2.0))
    -1.0
    """
    return _update(x, x - decrement, -decrement)


def _update(x: Variable, new: Any, added: Any = None) -> Any:
    if isinstance(new, KerasTensor) or MADE.get() is not None:
        return Update(x, new, added)
    x.assign(np.asarray(plain(untraced(new))))
    return x


def moving_average_update(x: Variable, value: Any, momentum: float) -> Any:
    """Let a variable follow: x ← momentum · x + (1 - momentum) · value.

    >>> float(moving_average_update(variable(1.0), 3.0, 0.5))
    2.0
    """
    return update(x, x * momentum + value * (1.0 - momentum))


def print_tensor(x: Any, message: str = "", summarize: int = 3) -> Any:
    """Print a message and the numbers, and return them.

    >>> int(print_tensor(np.array(3), "x ="))
    x = 3
    3
    """
    if isinstance(x, KerasTensor):
        return _printed(x, message)
    print(message, np.asarray(plain(untraced(x))))
    return x


@whole
def _printed(x, message):
    print(message, np.asarray(untraced(x)))
    return x * 1


def random_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Draw from the normal distribution; ``shape`` may be `shape` of a symbolic tensor, as in ``K.random_normal(K.shape(mu))``.

    >>> random_normal((2, 3)).shape
    (2, 3)
    """
    return _drawn(shape, lambda sizes: random.normal(sizes, mean, stddev, dtype, seed))


def random_uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Draw evenly from [minval, maxval).

    >>> random_uniform((2, 3)).shape
    (2, 3)
    """
    return _drawn(shape, lambda sizes: random.uniform(sizes, minval, maxval, dtype, seed))


def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: int | None = None) -> Any:
    """Draw from the normal distribution, again where more than two deviations away.

    >>> bool((abs(truncated_normal((9,))) <= 2).all())
    True
    """
    return _drawn(shape, lambda sizes: random.truncated_normal(sizes, mean, stddev, dtype, seed))


def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: int | None = None) -> Any:
    """1 with probability p, else 0.

    >>> random_bernoulli((2,), 1.0).tolist()
    [1.0, 1.0]
    """
    dtype = standardize_dtype(dtype)
    return _drawn(shape, lambda sizes: (random.uniform(sizes, seed=seed) < p).astype(dtype))


random_binomial = random_bernoulli


def _drawn(shape: Any, draw: Callable) -> Any:
    if isinstance(shape, KerasTensor) or isinstance(shape, (tuple, list)) and any(isinstance(n, KerasTensor) for n in shape):
        return _of_shape(list(shape) if isinstance(shape, (tuple, list)) else shape, draw)
    return tensor(np.asarray(draw(_sizes(shape))))


@whole
def _of_shape(shape, draw):
    return np.asarray(draw(_sizes(shape)))


def _sizes(shape: Any) -> tuple:
    sizes = shape if isinstance(shape, (tuple, list)) else np.atleast_1d(np.asarray(untraced(shape)))
    return tuple(int(n) for n in sizes)


def random_normal_variable(
    shape: Any, mean: float, scale: float, dtype: Any = None, name: str | None = None, seed: int | None = None
) -> Variable:
    """A variable with values drawn from the normal distribution.

    >>> random_normal_variable((2,), 1.0, 0.0).numpy().tolist()
    [1.0, 1.0]
    """
    return variable(random.normal(_sizes(shape), mean, scale, dtype, seed), dtype, name)


def random_uniform_variable(
    shape: Any, low: float, high: float, dtype: Any = None, name: str | None = None, seed: int | None = None
) -> Variable:
    """A variable with values drawn evenly.

    >>> random_uniform_variable((2,), 1.0, 1.0).numpy().tolist()
    [1.0, 1.0]
    """
    return variable(random.uniform(_sizes(shape), low, high, dtype, seed), dtype, name)


floatx = config.floatx
