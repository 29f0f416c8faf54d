"""Loss scaling that finds its factor itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras._core.arguments import unknown_arguments
from minikeras._core.serialize import deserialize_keras_object, serialize_keras_object
from minikeras._core.variable import Variable, runs, untraced
from minikeras.optimizers.optimizer import Optimizer
from minikeras.optimizers.options import COMMON


class LossScaleOptimizer(Optimizer):
    """Wraps an optimizer for arithmetic in float16, where small gradients would vanish.

    The loss is multiplied by a scale, and gradients are divided by it. Where a gradient is not finite, the step is left
    out and the scale halved; after ``dynamic_growth_steps`` good steps in a row it is doubled.

    Args:
        inner_optimizer: the optimizer that does the steps.
        initial_scale: the first scale.
        dynamic_growth_steps: good steps before the scale is doubled.
        name: optional name.
        **old: other arguments of optimizers are accepted at their defaults only; give them to ``inner_optimizer``.

    >>> from minikeras.optimizers.sgd import SGD
    >>> w = Variable([1.0]); optimizer = LossScaleOptimizer(SGD(0.5), initial_scale=4.0); optimizer.build([w])
    >>> float(optimizer.scale_loss(1.0))
    4.0
    >>> for g in 4.0, np.inf:
    ...     optimizer.apply([[g]]); w.tolist(), float(optimizer.scale_loss(1.0))
    ([0.5], 4.0)
    ([0.5], 2.0)
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 2.0**15,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **old: Any,
    ):
        if not old.pop("dynamic", True):
            raise ValueError("LossScaleOptimizer adapts its scale: for a fixed one, set `loss_scale_factor` on the optimizer.")
        wrong = [key for key, value in old.items() if value not in (None, False) and (key, value) != ("ema_momentum", 0.99)]
        unknown_arguments("LossScaleOptimizer", [key for key in old if key not in COMMON], type(self).__signature__.parameters)
        if wrong:
            names = ", ".join(f"`{key}`" for key in wrong)
            raise ValueError(f"LossScaleOptimizer does not take the arguments: {names}. Set them on the `inner_optimizer`.")
        if not isinstance(inner_optimizer, Optimizer):
            raise ValueError(f"Argument `inner_optimizer` of LossScaleOptimizer must be an Optimizer, got {inner_optimizer!r}.")
        self.inner_optimizer = inner_optimizer
        super().__init__(0.0, name=name)
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        for optimizer in (inner_optimizer, *(joined for _, joined in inner_optimizer.joined())):
            optimizer.loss_scale_factor = None  # else gradients would be divided twice

    def build(self, variables):
        """Build the inner optimizer and the scale."""
        if not self._extra:
            self.step_counter = self.add_variable((), dtype="int32", name="step_counter")
            self.dynamic_scale = self.add_variable((), self.initial_scale, "float32", name="dynamic_scale")
        self.inner_optimizer.build(variables)
        self._trainable_variables = self.inner_optimizer._trainable_variables
        self._grads = [g for _, g in runs(self._trainable_variables)]
        self.built = True

    @property
    def variables(self) -> list[Variable]:
        """Own state, then the inner optimizer's."""
        return super().variables + self.inner_optimizer.variables

    def step(self):
        """Do one step, if all gradients are finite."""
        if not self.built:
            self._refuse()
        if self._adapt(all(np.isfinite(g).all() for g in self._grads)):
            for g in self._grads:
                g /= self._scale
            self.inner_optimizer.step()

    def apply(self, grads, trainable_variables=None):
        """Do one step from gradients given as arrays, if all are finite."""
        if not self.built:
            self.build(self._refuse() if trainable_variables is None else trainable_variables)
        grads = [g if g is None else np.asarray(untraced(g)) for g in grads]
        if self._adapt(all(np.isfinite(g).all() for g in grads if g is not None)):
            self.inner_optimizer.apply([g if g is None else g / self._scale for g in grads], trainable_variables)

    def _adapt(self, finite: bool) -> bool:
        """Keep the scale of this step, and change it for the next."""
        counter, scale = self.step_counter.value, self.dynamic_scale.value
        self._scale = scale.item()
        grows = finite and counter.item() == self.dynamic_growth_steps - 1
        counter[()] = counter.item() + 1 if finite and not grows else 0
        scale[()] = self._scale * (2.0 if grows else 1.0 if finite else 0.5)
        return finite

    @property
    def learning_rate(self):
        """The inner optimizer's learning rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value):
        self.inner_optimizer.learning_rate = value

    lr = learning_rate

    @property
    def iterations(self):
        """The number of steps that were done."""
        return self.inner_optimizer.iterations

    def scale_loss(self, loss):
        """Return the loss times the scale of the moment."""
        return loss * (self.dynamic_scale.value.item() if self.built else self.initial_scale)

    scales_loss = True

    def joined(self):
        """Those of the inner optimizer."""
        return self.inner_optimizer.joined()

    def averages(self):
        """Those of the inner optimizer."""
        return self.inner_optimizer.averages()

    def finalize_variable_values(self, var_list):
        """As the inner optimizer does."""
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self):
        """Return the arguments that rebuild this optimizer."""
        return {
            "name": self.name,
            "inner_optimizer": serialize_keras_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Rebuild it, and the inner optimizer."""
        own = {name: value for name, value in config.items() if name != "inner_optimizer"}
        return cls(deserialize_keras_object(config.get("inner_optimizer"), custom_objects), **own)
