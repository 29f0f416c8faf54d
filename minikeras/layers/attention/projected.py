"""What `MultiHeadAttention` and `GroupQueryAttention` have in common: projections, masks, arguments."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minikeras import constraints, initializers, regularizers
from minikeras._core.registry import home
from minikeras._core.symbolic import KerasTensor
from minikeras.layers.attention.heads import Attended, attend, attend_back, check_step_mask, joint_mask
from minikeras.layers.calling import call_spec
from minikeras.layers.core.einsum_dense import EinsumDense
from minikeras.layers.layer import Layer
from minikeras.layers.regularization import Dropout
from minikeras.layers.shares import Shares

_COMMON = ("kernel_regularizer", "bias_regularizer", "kernel_constraint", "bias_constraint")


class Kept(NamedTuple):
    """What the way back needs: what each projection kept, the attention, the gate and the shapes."""

    query: Any
    key: Any
    value: Any
    gate: Any
    output: Any
    attended: Attended
    context: np.ndarray
    own_key: bool


class Projected(Layer):
    """Base of attention whose query, key and value are projected to several heads.

    A subclass makes the projections in ``build`` and lays arrays out as stacks of heads.
    """

    supports_masking = True

    def _take_common(self, arguments: dict) -> None:
        """Check and keep the arguments that both classes have."""
        name = type(self).__name__
        if arguments["activity_regularizer"] is not None:
            raise ValueError(f"{name} takes no `activity_regularizer`: put an ActivityRegularization layer behind it.")
        window = arguments["sliding_window"]
        if window is not None and (isinstance(window, bool) or not isinstance(window, (int, np.integer)) or window <= 0):
            raise ValueError(f"Argument `sliding_window` of {name} must be None or a positive integer, got {window!r}.")
        if arguments["flash_attention"] and arguments["dropout"] > 0:
            raise ValueError(f"{name} with `flash_attention` can't do dropout: set one of the two to None or 0.")
        self.dropout, self.seed, self.sliding_window = arguments["dropout"], arguments["seed"], window
        self.use_bias, self.use_gate = bool(arguments["use_bias"]), bool(arguments["use_gate"])
        self.flash_attention = arguments["flash_attention"]
        self.kernel_initializer = initializers.get(arguments["kernel_initializer"])
        self.bias_initializer = initializers.get(arguments["bias_initializer"])
        self.kernel_regularizer = regularizers.get(arguments["kernel_regularizer"])
        self.bias_regularizer = regularizers.get(arguments["bias_regularizer"])
        self.kernel_constraint = constraints.get(arguments["kernel_constraint"])
        self.bias_constraint = constraints.get(arguments["bias_constraint"])
        self._dropout_layer = Dropout(self.dropout, seed=self.seed, dtype=self.dtype_policy)
        self._shapes: tuple = ()

    def _projection(self, name: str, equation: str, sizes: Any, bias_axes: str, shape: tuple, **more: Any) -> EinsumDense:
        """Make and build one projection."""
        for option in _COMMON:
            more[option] = getattr(self, option)
        for option in ("kernel_initializer", "bias_initializer"):  # one of its own, else all would start alike
            initializer = getattr(self, option)
            more[option] = (
                initializer.from_config(initializer.get_config()) if hasattr(initializer, "get_config") else initializer
            )
        bias = bias_axes if self.use_bias else None
        dense = EinsumDense(equation, tuple(sizes), bias_axes=bias, name=name, dtype=self.dtype_policy, **more)
        dense._parent_path = self.path
        dense.build(tuple(shape))
        dense.trainable = self.trainable
        return dense

    def _projections(self) -> tuple:
        """The projections of query, key, value and gate, and that of the output."""
        raise NotImplementedError

    def _stack(self, a: np.ndarray) -> np.ndarray:
        """Lay projected queries, keys or values out as ``(..., steps, size)``."""
        raise NotImplementedError

    def _unstack(self, a: np.ndarray, shape: tuple) -> np.ndarray:
        """The way back from `_stack` to the shape of what was projected."""
        raise NotImplementedError

    def _stack_mask(self, mask: np.ndarray, q: np.ndarray, k: np.ndarray) -> np.ndarray:
        """Lay a mask out like the scores of projected queries and keys."""
        raise NotImplementedError

    def _scores_shape(self, q: tuple, k: tuple) -> tuple:
        """The shape in which the scores of projected queries and keys are handed out."""
        raise NotImplementedError

    _scale = 1.0

    def __call__(self, *args, **kwargs) -> Any:
        """Compute the output for a query and a value."""
        names = call_spec(type(self).call).names
        if names[1:2] == ("value",) and (args[1] if len(args) > 1 else kwargs.get("value")) is None:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a value beside the query: layer(query, value), "
                "or layer(x, x) for attention of a sequence to itself."
            )
        return super().__call__(*args, **kwargs)

    def call(
        self,
        query: np.ndarray,
        value: np.ndarray,
        key: np.ndarray | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool | None = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Compute the output; with ``return_attention_scores`` also the probabilities."""
        return self.forward(
            query,
            bool(training),
            value=value,
            key=key,
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            return_attention_scores=return_attention_scores,
            use_causal_mask=use_causal_mask,
        )[0]

    def forward(
        self,
        x: np.ndarray,
        training: bool = False,
        *,
        value: np.ndarray,
        key: np.ndarray | None = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, Kept]:
        """Compute y = softmax(q kᵀ / √size) v for each head, and project all heads together."""
        if self.flash_attention and return_attention_scores:
            raise ValueError(f"Layer {self.name!r} can't return attention scores with `flash_attention`: leave it out.")
        query, keys, values, gate, output = self._projections()
        self._check_fit(x.shape, value.shape, None if key is None else key.shape)
        q, kept_q = query.forward(x, training)
        k, kept_k = keys.forward(value if key is None else key, training)
        v, kept_v = values.forward(value, training)
        g, kept_g = (None, None) if gate is None else gate.forward(x, training)
        if attention_mask is not None:
            self._check_attention_mask(np.shape(attention_mask), self._scores_shape(q.shape, k.shape), q.ndim)
        parts = (query_mask, x), (value_mask, value), (key_mask, value if key is None else key)
        for name, (given, part) in zip(("query_mask", "value_mask", "key_mask"), parts):
            if given is not None and part.ndim == 3:
                check_step_mask(self, name, given, part.shape)
        masks = query_mask, value_mask, key_mask, attention_mask
        mask = joint_mask(x.shape[1], value.shape[1], *masks, causal=use_causal_mask, window=self.sliding_window)
        mask = None if mask is None else self._stack_mask(mask, q, k)
        qs, ks, vs = self._stack(q), self._stack(k), self._stack(v)
        keep = None
        if training and self.dropout > 0:
            keep = self._dropout_layer.forward(np.ones((*qs.shape[:-1], ks.shape[-2]), qs.dtype), True)[1]
        empty = self.dropout > 0 or return_attention_scores or q.ndim != 4  # as Keras: else its fused function runs
        y, attended = attend(qs, ks, vs, self._scale, mask, keep, empty)
        context = self._unstack(y, (*q.shape[:-1], v.shape[-1]))
        a, kept_a = output.forward(context if g is None else context * g, training)
        kept = Kept(kept_q, kept_k, kept_v, None if g is None else (g, kept_g), kept_a, attended, context, key is not None)
        return (a, attended.p.reshape(self._scores_shape(q.shape, k.shape))) if return_attention_scores else a, kept

    def backward(self, dy: Any, kept: Kept, need_dx: bool = True) -> Shares:
        """Turn ∂L/∂y into ∂L/∂query, ∂L/∂value and, if there was one, ∂L/∂key."""
        query, keys, values, gate, output = self._projections()
        dy, dp = dy if isinstance(dy, (list, tuple)) else (dy, None)
        if dy is None:
            dy = np.zeros_like(kept.output[-1])
        dcontext = output.backward(dy, kept.output)
        dg = None
        if gate is not None:
            g, kept_g = kept.gate
            dg = gate.backward(dcontext * kept.context, kept_g, need_dx)
            dcontext = dcontext * g
        q, k, v = kept.query[-1], kept.key[-1], kept.value[-1]
        attended = kept.attended
        dp = None if dp is None else dp.reshape(attended.p.shape)
        dq, dk, dv = attend_back(self._stack(dcontext), attended, self._scale, dp)
        dx = query.backward(self._unstack(dq, q.shape), kept.query, need_dx)
        dkey = keys.backward(self._unstack(dk, k.shape), kept.key)
        dvalue = values.backward(self._unstack(dv, v.shape), kept.value)
        if dg is not None and need_dx:
            dx = dx + dg
        return Shares(dx, {"value": dvalue, "key": dkey} if kept.own_key else {"value": dvalue + dkey})

    def compute_output_spec(self, query: Any, return_attention_scores: bool = False, **arguments: Any) -> Any:
        """Return the symbolic output, and that of the probabilities where these are asked for."""
        shapes = [tuple(query.shape), *(tuple(arguments[n].shape) for n in ("value", "key") if arguments.get(n) is not None)]
        self._check_fit(*shapes)
        y = KerasTensor(self.compute_output_shape(*shapes), self.compute_dtype)
        if not return_attention_scores:
            return y
        of_query, of_key, *_ = self._projections()
        shape = self._scores_shape(of_query.compute_output_shape(shapes[0]), of_key.compute_output_shape(shapes[-1]))
        return y, KerasTensor(shape, self.compute_dtype)

    def get_build_config(self) -> dict | None:
        """Return the shapes that the layer was built for."""
        names = "query_shape", "value_shape", "key_shape"
        return {"shapes_dict": dict(zip(names, self._shapes))} if self._shapes else None

    def build_from_config(self, config: dict) -> None:
        """Build for the shapes that `get_build_config` returned."""
        shapes = config.get("shapes_dict", {}) if isinstance(config, dict) else {}
        if not self.built and "query_shape" in shapes and "value_shape" in shapes:
            shapes = [shapes.get(f"{name}_shape") for name in ("query", "value", "key")]
            self.build(*(None if shape is None else tuple(shape) for shape in shapes))

    def __reduce__(self):
        if home(self) is None:
            return super().__reduce__()
        return _rebuild, (type(self), self.get_config(), self.get_build_config(), self.get_weights())

    def _checked(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None) -> list[tuple]:
        """The three shapes, if they go together."""
        query, value = tuple(query_shape), tuple(value_shape)
        key = value if key_shape is None else tuple(key_shape)
        for name, shape in (("query", query), ("value", value), ("key", key)):
            if len(shape) < 3:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) needs inputs of shape (batch, steps, size), with 3 axes or "
                    f"more, got a {name} of shape {shape}."
                )
        if value[1:-1] != key[1:-1]:
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a value and a key whose axes are equal but for the last, "
                f"got shapes {value} and {key}."
            )
        return [query, value, key]

    def _check_fit(self, query_shape: tuple, value_shape: tuple, key_shape: tuple | None = None) -> None:
        """Raise a ValueError if inputs of these shapes don't go together or with the weights."""
        shapes = self._checked(query_shape, value_shape, key_shape)
        built = (*self._shapes, *self._shapes[-1:])[:3]
        for name, shape, one in zip(("query", "value", "key"), shapes, built):
            if len(shape) != len(one) or None not in (shape[-1], one[-1]) and shape[-1] != one[-1]:
                raise ValueError(
                    f"Layer {self.name!r} ({type(self).__name__}) was built for a {name} with {len(one)} axes, the last of "
                    f"size {one[-1]}, got one of shape {shape}."
                )
        batch = shapes[0][0]
        if batch is not None and any(shape[0] not in (batch, 1, None) for shape in shapes[1:]):
            raise ValueError(
                f"Layer {self.name!r} ({type(self).__name__}) needs a query, a value and a key of one batch size, "
                f"got shapes {', '.join(map(str, shapes if key_shape is not None else shapes[:2]))}."
            )

    def _check_attention_mask(self, shape: tuple, scores: tuple, rank: int) -> None:
        """Raise a ValueError if a mask does not broadcast to the scores of projected queries with so many axes."""
        last = 2 * (len(scores) - rank + 1)  # the axes of queries and keys; what lacks before them is filled in
        full = (*shape[:-last], *(1,) * (len(scores) - len(shape)), *shape[-last:])
        if not last <= len(shape) <= len(scores) or any(n not in (1, m) for n, m in zip(full, scores)):
            raise ValueError(
                f"`attention_mask` of layer {self.name!r} ({type(self).__name__}) must have shape (batch, queries, keys), here "
                f"{(scores[0], *scores[-last:])}, or with the heads {tuple(scores)}, got {tuple(shape)}."
            )

    def _own_config(self, leave_out: Any = ()) -> dict:
        config = super()._own_config((*leave_out, "flash_attention", "output_shape"))
        return {**config, "activity_regularizer": None}


def _rebuild(cls: type, config: dict, shapes: dict | None, weights: list) -> Projected:
    layer = cls.from_config(config)
    layer.build_from_config(shapes)
    layer.set_weights(weights)
    return layer
