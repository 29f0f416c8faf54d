"""The steps that a model of the user's may write anew: train_step, test_step, predict_step, compute_loss, compute_metrics.

A model that overrides none of them takes the straight way of `compiled`; these are the same steps said with a `GradientTape`,
for whoever overrides one of them and calls the others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import activations, data
from minikeras._core.gradient_tape import GradientTape
from minikeras._core.nest import flatten
from minikeras._core.trace import Box, primitive, start_of
from minikeras.layers.calling import call_spec, mask_of
from minikeras.losses.reduction import masked_weights
from minikeras.losses.targets import fits

STEPS = ("train_step", "test_step", "predict_step", "compute_loss", "compute_metrics")


class OwnSteps:
    """The half of a trainer that a user may write anew."""

    def train_step(self, data: Any) -> dict:
        """Make one update from one batch ``(x, y)`` or ``(x, y, sample_weight)``; return what to log, by name.

        Override it for a training of your own:

        >>> import minikeras as keras
        >>> class Shrinking(keras.Sequential):
        ...     def train_step(self, data):
        ...         x, y = data
        ...         with keras.GradientTape() as tape:
        ...             loss = keras.ops.mean((self(x, training=True) - y) ** 2) + 0.1 * keras.ops.sum(self.weights[0] ** 2)
        ...         self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        ...         return {"loss": loss}
        >>> model = Shrinking([keras.layers.Dense(1, kernel_initializer="ones", use_bias=False, input_shape=(1,))])
        >>> model.compile(optimizer="sgd"); model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0).history
        {'loss': [0.1]}
        """
        x, y, w = unpack(data)
        with GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self._its_loss(x, y, y_pred, w, True)
            scaled = self.optimizer.scale_loss(loss)
        weights = self.trainable_weights
        if weights:
            self.optimizer.apply(tape.gradient(scaled, weights), weights)
        self._compiled.loss_tracker.update_state(_value(loss), sample_weight=len(flatten(x)[0]))
        return self.compute_metrics(x, y, y_pred, w)

    def test_step(self, data: Any) -> dict:
        """Evaluate one batch; return what to log, by name."""
        x, y, w = unpack(data)
        with GradientTape() if self._compiled.starts_from_logits else contextlib.nullcontext():  # which a tape knows
            y_pred = self(x, training=False)
            loss = self._its_loss(x, y, y_pred, w, False)
        self._compiled.loss_tracker.update_state(_value(loss), sample_weight=len(flatten(x)[0]))
        return self.compute_metrics(x, y, y_pred, w)

    def predict_step(self, data: Any) -> Any:
        """Return the outputs for one batch of inputs."""
        return self(unpack(data)[0], training=False)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """Return what is minimized: Σ weight · loss over the outputs, and what layers and weights add."""
        total = self._loss_of_heads(y, y_pred, sample_weight)
        for loss in self.losses:
            total = total + np.mean(loss)
        if self._compiled is not None and y_pred is not None:
            self._pending = _value(total), len(flatten(y_pred)[0]), float(self._compiled.loss_tracker.count)
        return total

    def _its_loss(self, x: Any, y: Any, y_pred: Any, w: Any, training: bool) -> Any:
        """`compute_loss`, which may have been written before it was told ``training``."""
        told = {"training": training} if call_spec(type(self).compute_loss).takes("training") else {}
        return self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=w, **told)

    _pending: tuple | None = None  # a loss that no step has counted yet

    def _count_pending(self) -> None:
        """Count the last loss, unless the step that computed it has done so."""
        if self._pending is not None:
            (value, n, count), self._pending, tracker = self._pending, None, self._compiled.loss_tracker
            if float(tracker.count) == count:
                tracker.update_state(value, sample_weight=n)

    def _loss_of_heads(self, y: Any, y_pred: Any, sample_weight: Any) -> Any:
        """Σ weight · loss over the outputs."""
        compiled = self._compiled
        total: Any = 0.0
        if y_pred is not None and compiled is not None and compiled.has_loss:
            ps = flatten(y_pred)
            self._know_outputs(y_pred)
            ys = compiled.prepare_targets(self._by_head(y, "y"), self._specs_of(ps))
            ws = self._weights_by_head(sample_weight)
            for head, target, p, w in zip(compiled.heads, ys, ps, ws):
                if head.loss is not None:
                    total = total + head.weight * cost_on_tape(head.loss, target[0] if head.paired else target, p, w)
            plain = [y[0] if head.paired else y for head, y in zip(compiled.heads, ys)]
            for group in compiled.groups:
                total = total + group.weight * group.value(plain, ps, ws)
        return total

    def _specs_of(self, ps: list) -> list:
        """What targets are held against: the outputs, or what a step made of them where that has another shape."""
        return [spec if fits(np.shape(_value(p)), spec.shape) else _value(p) for spec, p in zip(self.output_specs(), ps)]

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict:
        """Count a batch into the metrics of compile(); return all results so far, by name."""
        compiled = self._compiled
        if y is not None and y_pred is not None and compiled is not None:
            self._know_outputs(y_pred)
            ps = flatten(y_pred)
            ys = compiled.prepare_targets(self._by_head(y, "y"), self._specs_of(ps))
            for head, target, p, w in zip(compiled.heads, ys, ps, self._weights_by_head(sample_weight)):
                mask, p = mask_of(p), _value(p)
                head.tally(0.0, target, p, w, mask)
        return self.get_metrics_result()

    @property
    def compiled_loss(self) -> Callable:
        """What Keras 2 called compute_loss: ``compiled_loss(y, y_pred, sample_weight, regularization_losses)``."""

        def loss(y, y_pred, sample_weight=None, regularization_losses=None):
            value = self._loss_of_heads(y, y_pred, sample_weight)
            for penalty in regularization_losses or ():
                value = value + np.mean(penalty)
            self._compiled.loss_tracker.update_state(_value(value), sample_weight=len(flatten(y)[0]))
            return value

        return loss

    @property
    def compiled_metrics(self) -> Any:
        """What Keras 2 called the metrics of compile() together: ``compiled_metrics.update_state(y, y_pred)``."""
        return _Together(self)

    def _own_steps(self) -> bool:
        """Whether this model's class, or the model itself, writes a step of its own."""
        cls = type(self)  # each predict of one row asks
        steps = cls.train_step, cls.test_step, cls.predict_step, cls.compute_loss, cls.compute_metrics
        return steps != _PLAIN or not vars(self).keys().isdisjoint(STEPS)


_PLAIN = tuple(getattr(OwnSteps, name) for name in STEPS)


class _Together:
    def __init__(self, model: Any):
        self.model = model

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self.model.compute_metrics(None, y_true, y_pred, sample_weight)


def unpack(batch: Any) -> tuple:
    """Take apart what a step is given."""
    return data.unpack_x_y_sample_weight(batch) if isinstance(batch, tuple) else (batch, None, None)


def cost_on_tape(loss: Any, y: Any, p: Any, w: Any) -> Any:
    """The reduced loss of prepared targets, with its gradient where p is on a tape."""
    mask = mask_of(p)
    if mask is not None:
        w = masked_weights(mask, w, loss.reduction, _value(p).dtype)
    if not isinstance(p, Box):
        return loss.value_and_grad(y, _value(p), w)[0]

    found = start_of(p)
    activation = None if found is None else activations.get(found[0])
    fused = None if found is None else loss.fused(activation)
    if fused is not None:
        plain = p.value

        def from_logits(z):
            if isinstance(z, Box):
                return loss(y, activation(z), w), None
            value, slope = fused(y, z, plain, w)  # C, ∂C/∂z
            return np.asarray(value, z.dtype), lambda g: (g * slope,)

        return primitive(from_logits, found[1]())

    def forward(p):
        if isinstance(p, Box):  # once more, for a second derivative
            value = loss(y, p, w)
            return value, None
        value, slope = loss.value_and_grad(y, p, w)
        return np.asarray(value, p.dtype), lambda g: (g * slope,)

    return primitive(forward, p)


def _value(value: Any) -> Any:
    return np.asarray(getattr(value, "untraced", value))
