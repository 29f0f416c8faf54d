"""What a layer adds to the loss of a model, and what it has reported."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.nest import flatten
from minikeras._core.now import CALL, TRIAL, Call
from minikeras._core.registry import REGISTRIES
from minikeras._core.symbolic import KerasTensor
from minikeras._core.trace import Box
from minikeras._core.variable import Variable


class Adding:
    """The part of a layer that penalties and metrics of its own belong to."""

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Add to the loss of the model: in `call` a value, or several; outside a function of no arguments.

        ``inputs``, of Keras 2, changes nothing.

        >>> from minikeras.layers import Layer
        >>> class Sparse(Layer):
        ...     def call(self, x):
        ...         self.add_loss(np.sum(np.abs(x))); return x
        >>> layer = Sparse(); _ = layer(np.array([[1.0, -2.0]])); [float(loss) for loss in layer.losses]
        [3.0]
        """
        call = CALL.get()
        for value in flatten(loss):
            if callable(value) and not isinstance(value, (Box, Variable, np.ndarray)):
                self._loss_functions.append(value)
            elif call is None:
                self._penalties.append(value)
            elif value is not None and (not isinstance(value, KerasTensor) or TRIAL.get() is not None):  # see `closing`
                call.losses.append((self, value))

    def add_metric(self, value: Any, name: str | None = None, aggregation: str = "mean") -> None:
        """Report the mean of a value of each batch under a name; Keras 3 has metrics in attributes instead.

        >>> from minikeras.layers import Layer
        >>> layer = Layer(); layer.add_metric(2.0, name="height"); float(layer.metrics[0].result())
        2.0
        """
        found = vars(self).setdefault("_added_metrics", {})
        name = name or "metric"
        if name not in found:
            found[name] = REGISTRIES["keras.metrics"].table["Mean"](name=name)
        found[name].update_state(getattr(value, "untraced", value))

    @property
    def metrics(self) -> list:
        """The metrics in attributes of this layer and of those inside, each once."""
        kind, found = REGISTRIES["keras.metrics"].table["Metric"], {}
        for layer in [self, *self._inner_layers()]:
            for value in vars(layer).values():
                items = value if type(value) in (list, tuple) else value.values() if type(value) is dict else [value]
                found.update((id(m), m) for m in items if isinstance(m, kind))
        return list(found.values())

    @property
    def _loss_functions(self) -> list:
        return vars(self).setdefault("_added_losses", [])

    @property
    def metrics_variables(self) -> list:
        """The variables of the metrics in this layer and in those inside."""
        return [v for metric in self.metrics for v in metric.variables]

    def note_activity(self, y: Any) -> None:
        """Add the penalty on an output, if there is one, to what the running call adds to the loss."""
        call = CALL.get() if self.activity_regularizer is not None else None
        if call is not None:
            for part in flatten(y):
                call.losses.append((self, self.activity_regularizer(part) * (1.0 / max(len(part), 1))))

    def _note_losses(self, call: Call) -> None:
        """After a call by hand: each layer inside keeps what it added to the loss."""
        if call.losses or self._penalties:
            for layer in [self, *self._inner_layers()]:
                layer._penalties = []
            for layer, value in call.losses:
                layer._penalties.append(value)
