"""The base of all losses.

The contract, once for all:

    loss(y_true, y_pred, sample_weight)            convert, check, compute, reduce: for use by hand
    prepare_targets(y_true, output_shape, dtype)   the same conversion and checks for targets alone, once per fit
    value_and_grad(y_true, y_pred, sample_weight)  the hot path on prepared targets: the reduced loss, ∂loss/∂y_pred
    fused(activation)                              the same from the logits, where loss and last activation know each other
    slope(activation)                              the gradient of either alone, where that is cheaper
    call(y_true, y_pred)                           one value per sample: what a user's own loss writes instead of all that

A loss is a function of values per sample and, under it, its formula ∂l/∂y_pred, entered in `GRADIENTS`. Reduction is a
weighted sum: loss = Σ share·l, so ∂loss/∂y_pred = share·∂l/∂y_pred.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core import dtypes
from minikeras._core.arguments import check_passed_on, checked_name
from minikeras._core.config import floatx
from minikeras._core.naming import auto_name
from minikeras._core.nest import flatten, is_nested, map_leaves, pack_sequence_as
from minikeras._core.now import TAPE
from minikeras._core.old_arguments import outside
from minikeras._core.operation import symbolic
from minikeras._core.registry import home
from minikeras._core.serialize import Configurable, constructor_arguments, deserialize_keras_object, serialize_keras_object
from minikeras._core.symbolic import KerasTensor
from minikeras._core.tape import boxed_inputs, vjp
from minikeras._core.tensor import plain, tensor
from minikeras._core.trace import Box
from minikeras.losses import labels
from minikeras.losses.reduction import MEANS, SUMS, reduce, shares, spread, standardize_reduction
from minikeras.losses.targets import convert, dense_targets, same_rank

#: A loss function -> its formula (y_true, y_pred, **arguments) -> ∂l/∂y_pred, a new array of the shape of y_pred.
GRADIENTS: dict[Callable, Callable] = {}


def gradient_of(function: Callable) -> Callable:
    """Decorate the formula ∂l/∂y_pred of a loss function."""

    def enter(formula):
        GRADIENTS[function] = formula
        return formula

    return enter


class Loss(Configurable):
    """How far predictions are from the truth, as one number. Subclass it with ``call`` for a loss of your own.

    Args:
        name: the loss' name; numbered after the class by default.
        reduction: what becomes of the values per sample. ``"sum_over_batch_size"`` or ``"mean"``: their sum (weighted by
            ``sample_weight``) divided by their number; ``"sum"``; ``"mean_with_sample_weight"``: the weighted sum divided
            by the sum of the weights; ``"none"`` or None: left as they are (training then follows their sum).
        dtype: float type to compute in; by default that of the predictions, at least ``floatx()``.

    The gradient of a loss of your own is traced through NumPy's functions:

    >>> class Cubic(Loss):
    ...     def call(self, y_true, y_pred):
    ...         return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)
    >>> float(Cubic()([[0.0], [0.0]], [[1.0], [2.0]]))
    4.5
    >>> Cubic().value_and_grad(np.array([[0.0], [0.0]]), np.array([[1.0], [2.0]]))
    (4.5, array([[1.5], [6. ]]))
    """

    def __init__(self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None):
        self.name = checked_name(self, name) or auto_name(type(self).__name__)
        self.reduction = standardize_reduction(reduction)
        self.dtype_policy = None if dtype is None else dtypes.get(dtype)

    @property
    def dtype(self) -> str:
        """The name of the float type the loss computes in when nothing wider comes in."""
        return floatx() if self.dtype_policy is None else self.dtype_policy.compute_dtype

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        own = cls.__dict__
        if ("call" in own or "__call__" in own) and "value_and_grad" not in own:  # a user's own
            cls.value_and_grad, cls.fused, cls.prepare_targets = Loss.value_and_grad, Loss.fused, Loss.prepare_targets
            cls.slope = Loss.slope

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Convert, check, compute and reduce."""
        y_true, y_pred = boxed_inputs([y_true, y_pred]) if TAPE.get() is not None else (y_true, y_pred)
        if isinstance(y_pred, KerasTensor) or isinstance(y_true, KerasTensor):
            return symbolic(self, (y_true, y_pred), {} if sample_weight is None else {"sample_weight": sample_weight})
        if is_nested(y_pred) and self._takes_nests(y_pred):
            return self._of_nests(y_true, y_pred, sample_weight)
        if isinstance(y_pred, Box) or isinstance(y_true, Box):  # inside a user's traced loss
            values = self.call(y_true, y_pred)
            return reduce(values, self.reduction, sample_weight, self.mask(y_true, values))
        y_pred = convert(y_pred)
        dtype = np.result_type(y_pred.dtype, self.dtype) if self.dtype_policy is None else self.dtype
        y_pred = convert(y_pred, dtype)
        y_true = self.prepare_targets(y_true, y_pred.shape, y_pred.dtype)
        values = np.asarray(self.call(y_true, y_pred), y_pred.dtype)
        return tensor(reduce(values, self.reduction, sample_weight, self.mask(y_true, values)))

    def _takes_nests(self, y_pred: Any) -> bool:
        """Whether predictions are several arrays for a loss of the user's own, rather than numbers in lists."""
        return isinstance(y_pred, dict) or all(isinstance(leaf, (np.ndarray, Box)) for leaf in flatten(y_pred))

    def _of_nests(self, y_true: Any, y_pred: Any, sample_weight: Any) -> Any:
        """The reduced loss over several arrays at once."""
        y_true, y_pred = map_leaves(convert, y_true), map_leaves(convert, y_pred)
        value = reduce(self.call(y_true, y_pred), self.reduction, sample_weight)
        return value if isinstance(value, Box) else tensor(value)

    def call(self, y_true: np.ndarray, y_pred: np.ndarray) -> np.ndarray:
        """Compute one value per sample. A loss of your own overrides this."""
        raise NotImplementedError(f"Loss {self.name!r} ({type(self).__name__}) needs a call(self, y_true, y_pred) method.")

    def prepare_targets(self, y_true: Any, output_shape: tuple, dtype: Any) -> np.ndarray:
        """Convert targets to what `value_and_grad` takes, and check them.

        Args:
            y_true: the targets, of one batch or of a whole data set.
            output_shape: the shape of the predictions; None for lengths not known, as in ``(None, 10)``.
            dtype: the float type of the predictions.
        """
        return convert(y_true, dtype)

    def mask(self, y_true: np.ndarray, values: np.ndarray) -> np.ndarray | None:
        """Which of the values count, None for all: means are taken over those that do."""
        return None

    def value_and_grad(
        self, y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray | None = None
    ) -> tuple[float, np.ndarray]:
        """Return the reduced loss and ∂loss/∂y_pred of prepared targets; nothing is checked. Traced through `call`."""
        if type(self).__call__ is not Loss.__call__:  # a user's own from end to end, its reduction too
            loss, pullback = vjp(lambda p: self(y_true, p, sample_weight), y_pred)
            self._check_reach(loss, pullback)
            return float(np.sum(loss)), pullback(np.ones_like(loss))[0]
        values, pullback = vjp(lambda p: self.call(y_true, p), y_pred)
        self._check_reach(values, pullback)
        value, share = self.shares(y_true, values, sample_weight)
        return value, pullback(np.broadcast_to(np.asarray(share, values.dtype), values.shape))[0]

    by_rows = False  # whether the mean over the rows of a batch is what is said of it, so that batches may be joined
    must_reach = False  # whether nothing but this loss is minimized, so that it has to depend on the predictions

    def _check_reach(self, value: Any, pullback: Callable) -> None:
        if self.must_reach and value is not None and not pullback.reaches:
            raise ValueError(
                f"No gradient reaches the model: the loss {self.name!r} does not depend on y_pred, so nothing would ever be "
                "learned. Compute it from y_pred, by NumPy's functions or keras.ops."
            )

    def shares(self, y_true: np.ndarray, values: np.ndarray, sample_weight: Any) -> tuple[float, Any]:
        """Return the reduced loss Σ share·l and the shares ∂loss/∂l, one number if they are all equal."""
        share = shares(values, self.reduction, sample_weight, self.mask(y_true, values))
        if isinstance(share, float):
            return float(values.sum()) * share, share
        if values.ndim == 0:
            share = share.sum()
            return float(values * share), float(share)
        return float((values * share).sum()), share if share.shape == values.shape else np.broadcast_to(share, values.shape)

    def element_shares(self, z: np.ndarray, sample_weight: Any, axis: int = -1, mask: np.ndarray | None = None) -> Any:
        """The shares of values that stand for a stretch of ``z`` along ``axis``, for each element of that."""
        if sample_weight is None and mask is None:
            return 1.0 if self.reduction in SUMS else z.shape[axis] / (z.size or 1)
        values = z[..., 0] if axis == -1 else z.take(0, axis=axis)
        return spread(shares(values, self.reduction, sample_weight, mask), axis)

    @property
    def takes_logits(self) -> bool:
        """Whether predictions are logits: what comes before the sigmoid or the softmax."""
        return bool(getattr(self, "from_logits", False))

    def fused(self, activation: Callable) -> Callable | None:
        """Return ``(y_true, z, y_pred, sample_weight) -> (loss, ∂loss/∂z)`` with ``y_pred = activation(z)``, or None.

        Where there is one, value and gradient are exact for saturated outputs too.
        """
        return None

    def slope(self, activation: Callable) -> Callable | None:
        """Return ``(y_true, y_pred) -> ∂loss/∂z``, or ∂loss/∂y_pred where `fused` gives none, to the bit as with the value;
        None where it does not come cheaper alone.

        >>> from minikeras import activations, losses
        >>> losses.BinaryCrossentropy().slope(activations.sigmoid)(np.array([[1.0]]), np.array([[0.75]]))
        array([[-0.25]])
        """
        return self._slope if self._slope is not None and self.fused(activation) is not None else None

    _slope: Callable | None = None

    def get_config(self) -> dict:
        """Return the arguments that rebuild this loss."""
        return {"name": self.name, "reduction": self.reduction}

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, reduction={self.reduction}>"


class LossFunctionWrapper(Loss):
    """A loss made of a function ``fn(y_true, y_pred, **kwargs)`` that gives one value per sample.

    Args:
        fn: the function.
        reduction, name, dtype: see `Loss`.
        **kwargs: handed on to ``fn``.

    >>> def cubic(y_true, y_pred, scale=1.0):
    ...     return scale * np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)
    >>> float(LossFunctionWrapper(cubic, scale=2.0)([0.0, 0.0], [[1.0], [2.0]]))
    9.0
    """

    sparse = False  # whether targets are labels, of a rank of their own
    takes_nan = ()
    ranges = {"label_smoothing": (0, 1), **dict.fromkeys(("alpha", "beta", "gamma", "delta"), (0, math.inf))}

    def __init__(
        self, fn: Callable, reduction: str | None = "sum_over_batch_size", name: str | None = None, dtype: Any = None, **kwargs
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self._warned = False  # of labels without a meaning
        check_passed_on(fn, kwargs, 2)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true, y_pred):
        """Compute one value per sample by the function."""
        if self.fn not in GRADIENTS:  # a user's own hands: y.get_shape(), y.numpy()
            return plain(self.fn(*tensor(self.same_rank(y_true, y_pred)), **self._fn_kwargs))
        with np.errstate(all="ignore"):  # a diverged model has a loss of NaN, as in Keras
            return plain(self.fn(*self.same_rank(y_true, y_pred), **self._fn_kwargs))

    @property
    def by_rows(self) -> bool:
        """Whether it is the mean of values that each row has by itself; said of the house's own classes alone."""
        own = type(self) is LossFunctionWrapper or home(type(self)) is None
        return not own and self.reduction in MEANS[:2] and getattr(self, "axis", -1) == -1

    @property
    def takes_logits(self) -> bool:
        """Whether predictions are logits."""
        return bool(self._fn_kwargs.get("from_logits", False))

    def _takes_nests(self, y_pred):
        return self.fn not in GRADIENTS and super()._takes_nests(y_pred)

    def same_rank(self, y_true, y_pred):
        """Let targets and predictions that differ by a last axis of length 1 agree."""
        if is_nested(y_pred):
            pairs = [same_rank(*pair) for pair in zip(flatten(y_true), flatten(y_pred))]
            return tuple(pack_sequence_as(y, flat) for y, flat in zip((y_true, y_pred), zip(*pairs)))
        return (y_true, y_pred) if self.sparse else same_rank(y_true, y_pred)

    def prepare_targets(self, y_true, output_shape, dtype):
        """Convert the targets; for a built-in function check that they fit the predictions."""
        if self.fn in GRADIENTS:
            return self.check_labels(dense_targets(y_true, output_shape, dtype, self.fn.__name__))
        return convert(y_true, dtype)

    def check_labels(self, y_true: np.ndarray) -> np.ndarray:
        """Return labels, and warn, once, of those that the loss has no meaning for: a cost of once per fit, not per step."""
        if not self._warned:
            text = labels.problem(self.fn, y_true)
            if text:
                self._warned = True
                warnings.warn(text, UserWarning, stacklevel=outside())
        return y_true

    def value_and_grad(self, y_true, y_pred, sample_weight=None):
        """Return the reduced loss and ∂loss/∂y_pred, by the formula of the function if it has one."""
        formula = GRADIENTS.get(self.fn)
        if formula is None:
            return super().value_and_grad(y_true, y_pred, sample_weight)
        shape = y_pred.shape
        if y_true.ndim != y_pred.ndim:
            y_true, y_pred = self.same_rank(y_true, y_pred)
        with np.errstate(all="ignore"):
            value, share = self.shares(y_true, plain(self.fn(y_true, y_pred, **self._fn_kwargs)), sample_weight)
            grad = formula(y_true, y_pred, **self._fn_kwargs)
            grad *= share if isinstance(share, float) else spread(share, self._fn_kwargs.get("axis", -1))  # share · ∂l/∂ŷ
        return value, grad if grad.shape == shape else grad.reshape(shape)

    def get_config(self) -> dict:
        """Return the arguments that rebuild this loss."""
        if "fn" not in constructor_arguments(type(self)):
            return self._own_config(leave_out=("dtype", "fn"))
        return {**super().get_config(), "fn": serialize_keras_object(self.fn), **serialize_keras_object(self._fn_kwargs)}

    @classmethod
    def from_config(cls, config: dict):
        """Build a loss from what ``get_config`` returned, here or in Keras 2 (which wrote ``fn`` into every config)."""
        if "fn" not in constructor_arguments(cls):
            return cls(**{key: value for key, value in config.items() if key != "fn"})
        return cls(**deserialize_keras_object(config))
