"""What compile() was told, resolved: optimizer, loss and metrics, and one step of training with them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras import losses, metrics, optimizers
from minikeras._core.naming import shorten
from minikeras._core.serialize import serialize_keras_object
from minikeras._core.variable import adopt


class Compiled:
    """The optimizer, the loss and the metrics of a model.

    The metrics are resolved when the shapes of targets and outputs are known: "accuracy" means another thing for
    one-hot labels than for integers.
    """

    def __init__(self, optimizer, loss, loss_weights, metrics_given, weighted_metrics, extras):
        self.given = {
            "optimizer": optimizer, "loss": loss, "loss_weights": loss_weights,
            "metrics": metrics_given, "weighted_metrics": weighted_metrics, **extras,
        }  # fmt: skip
        self.optimizer = None if optimizer is None else optimizers.get(optimizer)
        self.identifier = _only(loss, "loss")
        self.loss = None if self.identifier in _BY_SHAPE else losses.resolve(self.identifier)
        weights = _only(loss_weights, "loss_weights")
        if not isinstance(weights, (int, float, np.number, type(None))):
            hint = " Metrics are given by name: compile(..., metrics=[...])." if isinstance(weights, str) else ""
            raise ValueError(f"Argument `loss_weights` of compile() must be a number, got {loss_weights!r}.{hint}")
        self.loss_weight = 1.0 if weights is None else float(weights)
        self.loss_tracker = metrics.Mean(name="loss")
        self.plain = _as_list(metrics_given, "metrics")
        self.weighted = _as_list(weighted_metrics, "weighted_metrics")
        self.metrics: list | None = None  # resolved: [(name, metric)]
        self.tallies: list = []  # their tally methods, and whether they take the weights
        self.total, self.count = 0.0, 0
        self.trained: list = []  # the weights that the last step of training was made for
        for identifier in [*self.plain, *self.weighted]:  # a misspelt name is said now, not after an hour
            if isinstance(identifier, str) and identifier not in _BY_SHAPE:
                metrics.get(identifier)
            elif not isinstance(identifier, (str, dict)) and not callable(identifier):
                raise ValueError(f"An entry of metrics is a name, a function or a Metric, got {shorten(identifier)}.")

    def config(self) -> dict:
        """What a file keeps of it."""
        config = serialize_keras_object({**self.given, "optimizer": self.optimizer})
        return {**config, "jit_compile": bool(config["jit_compile"])}

    def prepare_targets(self, y: np.ndarray, output: Any) -> np.ndarray:
        """Check targets against the model's output, a `KerasTensor`; make the loss and metrics for their shapes."""
        if self.loss is None:
            self.loss = losses.resolve(self.identifier, y.shape, output.shape)
        y = self.loss.prepare_targets(y, output.shape, "float32" if output.dtype == "float16" else output.dtype)
        if self.metrics is None:
            self._make_metrics((None, *y.shape[1:]), output.shape)
        return y

    def _make_metrics(self, target_shape: tuple, output_shape: tuple) -> None:
        """Make the metrics for these shapes; a name that is taken gets "weighted_" before it, or a number behind."""
        self.metrics, self.tallies = [], []
        names: set[str] = set()
        for identifiers, weighted in ((self.plain, False), (self.weighted, True)):
            for identifier in identifiers:
                metric = metrics.resolve(identifier, self.loss, target_shape, output_shape)
                base = f"weighted_{metric.name}" if weighted and metric.name in names else metric.name
                copies = (f"{base}_{i}" for i in itertools.count(1))
                name = base if base not in names else next(copy for copy in copies if copy not in names)
                names.add(name)
                self.metrics.append((name, metric))
                self.tallies.append((metric.tally, weighted))

    def reset(self) -> None:
        """Start the loss and the metrics anew."""
        self.total, self.count = 0.0, 0
        self.loss_tracker.reset_state()
        for _, metric in self.metrics or ():
            metric.reset_state()

    def tally(self, value: float, y: np.ndarray, p: np.ndarray, w: np.ndarray | None) -> None:
        """Count a batch in: its loss, and its metrics."""
        n = len(p)
        self.total += value * n
        self.count += n
        for count, weighted in self.tallies:
            count(y, p, w if weighted else None)

    def logs(self) -> dict[str, float]:
        """The loss and the metrics so far, by name in alphabetical order, as Keras lists them."""
        logs = {"loss": self.total / self.count if self.count else 0.0}
        for name, metric in self.metrics or ():
            result = metric.result()
            logs.update(result if isinstance(result, dict) else {name: result})
        return {name: _number(logs[name]) for name in sorted(logs)}

    def state(self) -> dict:
        """The sums of an epoch so far: what `set_state` goes on from."""
        metrics = [[v.numpy() for v in metric.variables] for _, metric in self.metrics or ()]
        return {"total": self.total, "count": self.count, "metrics": metrics}

    def set_state(self, state: dict) -> None:
        """Go on from the sums that `state` returned."""
        self.total, self.count = state["total"], state["count"]
        for (_, metric), values in zip(self.metrics or (), state["metrics"]):
            for variable, value in zip(metric.variables, values):
                variable.assign(value)

    def names(self) -> list[str]:
        """The names of the metrics, in the order of compile()."""
        return [name for name, _ in self.metrics or ()]

    def tracked(self) -> list:
        """The loss and the metrics as `Metric` objects."""
        self.loss_tracker.reset_state()
        if self.count:
            self.loss_tracker.update_state(self.total / self.count, self.count)
        return [self.loss_tracker, *(metric for _, metric in self.metrics or ())]


def make_train_step(model: Any) -> Callable:
    """Resolve all that a step of training needs, so that the step itself only computes.

    The lecture's backpropagation, for a batch of n samples:
        a[l] = g(a[l-1] W[l] + b[l]);  δ[L] = ∂C/∂a[L] · g′(z[L]);  δ[l] = δ[l+1] W[l+1]ᵀ · g′(z[l]);
        ∂C/∂W[l] = a[l-1]ᵀ δ[l];  ∂C/∂b[l] = Σ δ[l];  W ← W - α ∂C/∂W
    """
    optimizer, tally, forward = model.optimizer, model._compiled.tally, model.forward
    adopt(model.variables)
    trainable = model.trainable_variables
    optimizer.build(trainable)
    model.resolve_trainable()
    cost, back, update = *_objective(model), optimizer.step
    penalized, penalty = _penalties(model)
    scaled = optimizer.loss_scale_factor is not None or hasattr(optimizer, "inner_optimizer")

    def step(x, y, w):
        p, kept = forward(x, True)
        value, delta = cost(y, p, kept, w)  # C, δ[L]
        if scaled:
            delta *= optimizer.scale_loss(1.0)  # the optimizer divides by it again
        back(delta, kept, False)  # ∂C/∂W, ∂C/∂b
        for v in penalized:
            value += float(v.regularizer(v.value))  # C + R(W)
            slope = v.regularizer.grad(v.value)
            v.grad += slope * optimizer.scale_loss(1.0) if scaled else slope
        if penalty is not None:
            value += penalty(kept)
        update()  # W ← W - α ∂C/∂W
        tally(value, y, p, w)

    return step


def make_test_step(model: Any) -> Callable:
    """The same without learning: forward, loss, penalties, metrics."""
    tally, forward = model._compiled.tally, model.forward
    cost, _ = _objective(model)
    penalized, penalty = _penalties(model)

    def step(x, y, w):
        p, kept = forward(x, False)
        value = cost(y, p, kept, w)[0]
        for v in penalized:
            value += float(v.regularizer(v.value))
        if penalty is not None:
            value += penalty(kept)
        tally(value, y, p, w)

    return step


def _objective(model: Any) -> tuple[Callable, Callable]:
    """The cost ``(y, p, kept, w) -> (C, slope)`` and where the slope goes back from: the output, or its logits.

    Where the last activation and the loss know each other (softmax or sigmoid and cross-entropy), it is the logits.
    """
    compiled, activation, logits = model._compiled, model.activation, model.logits
    fused = compiled.loss.fused(activation) if activation is not None else None
    rule = fused or compiled.loss.value_and_grad
    if model.output.dtype == "float16":
        rule = _in_float32(rule)
    if fused is not None:

        def cost(y, p, kept, w):
            return rule(y, logits(kept), p, w)  # δ[L] = ∂C/∂z[L] at once

    else:

        def cost(y, p, kept, w):
            return rule(y, p, w)  # ∂C/∂a[L]

    back = model.backward if fused is None else model.backward_from_logits
    return cost if compiled.loss_weight == 1.0 else _weighted(cost, compiled.loss_weight), back


def _weighted(cost: Callable, weight: float) -> Callable:
    def weighted(y, p, kept, w):
        value, slope = cost(y, p, kept, w)
        return value * weight, slope * weight

    return weighted


def _in_float32(rule: Callable) -> Callable:
    """Half precision is too coarse for a sum over a batch: 1 + 0.0001 is 1 there."""

    def wide(y, *outputs_and_weights):
        *outputs, w = outputs_and_weights
        value, slope = rule(y, *(a.astype("float32") for a in outputs), w)
        return value, slope.astype(outputs[0].dtype)

    return wide


def _penalties(model: Any) -> tuple[list, Callable | None]:
    """The weights with a regularizer, and what adds up the penalties on outputs of layers, if there are any."""
    return [v for v in model.trainable_variables if v.regularizer is not None], model.penalty if model._penalized else None


_BY_SHAPE = ("accuracy", "acc", "crossentropy", "ce")


def compile_arguments(config: dict) -> dict:
    """Turn the config of a compile state into arguments for compile()."""
    config = dict(config)
    for key, kind in (("optimizer", optimizers), ("loss", losses)):
        if isinstance(config.get(key), dict) and "class_name" in config[key]:
            config[key] = kind.deserialize(config[key])

    def read(given):
        if isinstance(given, (list, tuple)):
            return [read(i) for i in given]
        return metrics.deserialize(given) if _is_config(given) else given

    return {**config, "metrics": read(config.get("metrics")), "weighted_metrics": read(config.get("weighted_metrics"))}


def _only(value: Any, argument: str) -> Any:
    """A model with one output takes its loss alone, or in a list or dict of one."""
    if isinstance(value, dict) and "class_name" not in value:
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        if len(value) != 1:
            raise ValueError(f"The model has one output, so `{argument}` takes one entry, got {len(value)}: {value!r}.")
        value = value[0]
    return value


def _as_list(given: Any, argument: str) -> list:
    """The metrics of the one output, however they are wrapped."""
    if given is None:
        return []
    if isinstance(given, dict) and "class_name" not in given:
        given = _only(given, argument)
    if isinstance(given, (list, tuple)):
        if len(given) == 1 and isinstance(given[0], (list, tuple, dict)) and not _is_config(given[0]):
            return _as_list(given[0], argument)
        return [m for m in given if m is not None]
    return [given]


def _is_config(value: Any) -> bool:
    return isinstance(value, dict) and "class_name" in value


def _number(value: Any) -> Any:
    return float(value) if np.ndim(value) == 0 else np.asarray(value)
