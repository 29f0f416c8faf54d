"""Training, once for all models: `compile`, and what it holds; `fitting`, `evaluation` and `prediction` go on from there."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minikeras.callbacks.logs import as_number
from minikeras.metrics.state import set_state, state_of
from minikeras.models.arguments import takes
from minikeras.models.as_compiled import freezing
from minikeras.models.compiled import Compiled, compile_arguments
from minikeras.models.evaluation import Evaluation
from minikeras.models.fitting import Fitting
from minikeras.models.graph_losses import split_losses
from minikeras.models.heads import NOT_YET
from minikeras.models.inputs import Inputs
from minikeras.models.meeting import Meeting
from minikeras.models.old_methods import OldMethods, understanding
from minikeras.models.own_steps import OwnSteps
from minikeras.models.passes import Passes
from minikeras.models.prediction import Prediction


class Trainer(Fitting, Evaluation, Prediction, Passes, OldMethods, OwnSteps, Meeting, Inputs):
    """The half of a model that learns. What computes (`forward`, `backward`, weights) is the other half's."""

    optimizer: Any = None
    history: Any = None
    _frozen_at = -1, None  # a value of Variable.changes, and what was to be thawed then

    @understanding
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how the model learns.

        Args:
            optimizer: name or object: "sgd", "adam", ``keras.optimizers.SGD(0.1, momentum=0.9)``.
            loss: name, object or function ``(y_true, y_pred) -> values per sample``; a list or dict for several outputs.
                A cross-entropy behind softmax or sigmoid starts from the logits: it is exact where outputs are saturated.
            loss_weights: factor of the loss, or one for each output.
            metrics: names, objects or functions to report, a list for each output; "accuracy" fits itself to the targets.
            weighted_metrics: the same, with sample weights taken into account.
            steps_per_execution: call the batch hooks of callbacks once every so many batches.
            jit_compile: True compiles the steps by numba, where that is installed (``minikeras-numpy[fast]``); else NumPy's.
            run_eagerly, auto_scale_loss: kept for Keras' sake.

        >>> from minikeras import Sequential, layers
        >>> model = Sequential([layers.Dense(1, input_shape=(2,))])
        >>> model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
        """
        if (
            isinstance(steps_per_execution, bool)
            or not isinstance(steps_per_execution, (int, np.integer))
            or steps_per_execution < 1
        ):
            raise ValueError(
                f"Argument `steps_per_execution` of compile() must be a positive integer, got {steps_per_execution!r}."
            )
        extras = {"run_eagerly": run_eagerly, "steps_per_execution": steps_per_execution, "jit_compile": jit_compile}
        own, targets = split_losses(self, loss)
        self._compiled = Compiled(optimizer, own, loss_weights, metrics, weighted_metrics, extras)
        self._compiled.written_loss, self._compiled.targets = loss, targets
        self.optimizer, self.loss = self._compiled.optimizer, loss
        self.stop_training = False
        if self._straight is not None:
            self._name_heads()
        elif not self.is_traced:
            self._compiled.set_outputs([NOT_YET])  # of a Sequential that is not built yet: there will be one
        self._compiled.freezing, self._frozen_at = freezing(self), (-1, None)
        self._forget_steps()

    def _forget_steps(self) -> None:
        """Have the steps of training and testing resolved anew."""
        self._train_step = self._test_step = None
        self._seen = self._seen_testing = -1  # of Variable.changes

    @property
    def compiled(self) -> bool:
        """Whether compile() was called."""
        return self._compiled is not None

    @property
    def metrics(self) -> list:
        """The loss and the metrics as objects: of compile(), once they have met data, then those in attributes and layers."""
        own = self._own_metrics()
        return [*(self._compiled.tracked() if self._compiled is not None else ()), *own]

    @property
    def loss_tracker(self) -> Any:
        """The mean of the loss in this epoch; your own where you have set one."""
        if "_user_loss_tracker" in vars(self):
            return vars(self)["_user_loss_tracker"]
        return self._compiled.loss_tracker if self._compiled is not None else None

    @loss_tracker.setter
    def loss_tracker(self, value: Any) -> None:
        vars(self)["_user_loss_tracker"] = value

    @property
    def metrics_names(self) -> list[str]:
        """The names of what evaluate() returns."""
        return self._compiled.results() if self._compiled is not None else []

    def reset_metrics(self) -> None:
        """Start the loss and all metrics anew."""
        if self._compiled is not None:
            self._compiled.reset()
        for metric in self.metrics if self._own_steps() else self._own_metrics():
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, float]:
        """The loss and the metrics so far."""
        compiled = self._compiled
        logs = {} if compiled is None else compiled.logs()
        if compiled is not None and not logs:  # a step of the user's own counts with the objects themselves
            self._count_pending()
            if float(compiled.loss_tracker.count):
                logs["loss"] = compiled.loss_tracker.result()
            for head in compiled.heads:
                logs.update(head.logs())
        logs.update(self._results_of_own_metrics())
        return {name: as_number(value) for name, value in logs.items()}

    def get_compile_config(self) -> dict:
        """Return the arguments of compile(), ready for JSON; an empty dict before."""
        return self._compiled.config() if self._compiled is not None else {}

    def compile_from_config(self, config: dict) -> None:
        """Compile as `get_compile_config` told; not where compile() is of the user's own and takes other arguments."""
        arguments = compile_arguments(config)
        if not takes(self.compile, arguments):
            warnings.warn(
                f"`compile()` was not called as part of model loading: {type(self).__name__} has one of its own, with other "
                "arguments. Call it after loading, or override get_compile_config() and compile_from_config(config) too.",
                stacklevel=2,
            )
            return
        self.compile(**arguments)
        if self.built and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)

    def _epoch_state(self) -> dict:
        """The sums of the epoch so far."""
        own = [state_of(metric) for metric in self._own_metrics()]
        return {**self._compiled.state(), "own": own, "logs": self._step_logs}

    def _training_state(self) -> dict:
        """The same for a backup: with what is to be logged, should no batch of the epoch be left."""
        return {**self._epoch_state(), "logs": {name: as_number(value) for name, value in self._logs().items()}}

    def _set_training_state(self, state: dict) -> None:
        self._compiled.set_state(state)
        self._step_logs = state.get("logs")
        for metric, values in zip(self._own_metrics(), state.get("own", ())):  # backups of 0.4 have none
            set_state(metric, values)
