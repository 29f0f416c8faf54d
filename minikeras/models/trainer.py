"""Training, once for all models: compile, fit, evaluate, predict."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minikeras import data
from minikeras._core.symbolic import KerasTensor
from minikeras._core.variable import Variable
from minikeras.callbacks import CallbackList
from minikeras.models.arguments import callback_list, due, verbosity, whole
from minikeras.models.compiled import Compiled, compile_arguments, make_test_step, make_train_step

_STOPS = {"train": "stop_training", "test": "stop_evaluating", "predict": "stop_predicting"}


class Trainer:
    """The half of a model that learns. What computes (`forward`, `backward`, weights) is the other half's."""

    optimizer: Any = None
    history: Any = None
    stop_training = stop_evaluating = stop_predicting = False
    _compiled: Compiled | None = None
    _resume: dict | None = None  # where fit goes on after a restart: set by BackupAndRestore

    # -- compile -----------------------------------------------------------------------------------------------------

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
            loss: name, object or function ``(y_true, y_pred) -> values per sample``.
            loss_weights: factor of the loss.
            metrics: names, objects or functions to report; "accuracy" fits itself to the targets.
            weighted_metrics: the same, with sample weights taken into account.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: kept for Keras' sake.

        >>> from minikeras import Sequential, layers
        >>> model = Sequential([layers.Dense(1, input_shape=(2,))])
        >>> model.compile(optimizer="sgd", loss="mse", metrics=["mae"])
        """
        extras = {"run_eagerly": run_eagerly, "steps_per_execution": steps_per_execution, "jit_compile": jit_compile}
        self._compiled = Compiled(optimizer, loss, loss_weights, metrics, weighted_metrics, extras)
        self.optimizer, self.loss = self._compiled.optimizer, loss
        self.stop_training = False
        self._forget_steps()

    def _forget_steps(self) -> None:
        """Have the steps of training and testing resolved anew."""
        self._train_step = self._test_step = None
        self._seen = -1  # of Variable.changes

    @property
    def compiled(self) -> bool:
        """Whether compile() was called."""
        return self._compiled is not None

    @property
    def metrics(self) -> list:
        """The loss and the metrics as objects; the metrics once they have met data."""
        return self._compiled.tracked() if self._compiled is not None else []

    @property
    def metrics_names(self) -> list[str]:
        """The names of what evaluate() returns."""
        return ["loss", *self._compiled.names()] if self._compiled is not None else []

    def reset_metrics(self) -> None:
        """Start the loss and all metrics anew."""
        if self._compiled is not None:
            self._compiled.reset()

    def get_metrics_result(self) -> dict[str, float]:
        """The loss and the metrics so far."""
        return self._need_compiled("get_metrics_result").logs()

    def get_compile_config(self) -> dict:
        """Return the arguments of compile(), ready for JSON; an empty dict before."""
        return self._compiled.config() if self._compiled is not None else {}

    def compile_from_config(self, config: dict) -> None:
        """Compile as `get_compile_config` told."""
        self.compile(**compile_arguments(config))
        if self.built and self.optimizer is not None:
            self.optimizer.build(self.trainable_variables)

    def _training_state(self) -> dict:
        """The sums of the epoch so far, for a backup within an epoch."""
        return self._compiled.state()

    def _set_training_state(self, state: dict) -> None:
        self._compiled.set_state(state)

    def _need_compiled(self, caller: str) -> Compiled:
        if self._compiled is None:
            raise ValueError(
                f"You must call compile() before {caller}(): model.compile(optimizer='adam', loss=..., metrics=[...])."
            )
        if self._compiled.identifier is None and caller != "get_metrics_result":
            raise ValueError(f"{caller}() needs a loss, and compile() was given none: compile(optimizer=..., loss='mse').")
        return self._compiled

    # -- fit ---------------------------------------------------------------------------------------------------------

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:
        """Train the model and return a `History`: ``history.history["loss"]`` is the loss of each epoch.

        Args:
            x, y: inputs and targets: arrays, lists, DataFrames; or x alone: a generator or `PyDataset` of (x, y[, weight]).
            batch_size: samples per update, 32 by default.
            epochs: when to stop, counted from the very beginning.
            verbose: 0 silent, 1 progress bar, 2 one line per epoch, "auto" is 1.
            callbacks: a list of `Callback`s.
            validation_split: share of the samples, the last ones, kept apart for validation, from 0 to 1.
            validation_data: (x, y) or (x, y, weight) to validate on after each epoch, or a generator or dataset.
            shuffle: whether each epoch takes the samples in a new order.
            class_weight: ``{class: weight}``.
            sample_weight: one weight for each sample.
            initial_epoch: where to start counting.
            steps_per_epoch, validation_steps: batches per epoch and per validation; all by default.
            validation_batch_size: as batch_size by default.
            validation_freq: validate every so many epochs, or after the epochs (from 1) in a list.

        Ctrl-C stops it; ``model.history`` then holds the epochs that were finished.
        """
        self._need_compiled("fit")
        epochs, initial_epoch = whole(epochs, "epochs"), whole(initial_epoch, "initial_epoch")
        verbose, validate = verbosity(verbose), due(validation_freq)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = data.split(x, y, sample_weight, validation_split)
        how = {"batch_size": batch_size, "steps": steps_per_epoch, "shuffle": shuffle, "class_weight": class_weight}
        first = self._compiled.metrics is None or not self.optimizer.built
        batches = self._open(x, y, sample_weight, build=first, **how)
        validation = None
        if validation_data is not None:
            xyw = data.unpack_x_y_sample_weight(validation_data)
            size = validation_batch_size or batches.batch_size
            validation = self._open(*xyw, batch_size=size, steps=validation_steps)
        train = self._prepare_training()
        callbacks = callback_list(callbacks, self, verbose, epochs=epochs, steps=batches.steps, add_history=True)
        self.stop_training, self._resume = False, None
        with np.errstate(all="ignore"):  # a diverging net shows as nan in the loss, not as text on stderr
            callbacks.on_train_begin()
            logs = {}
            start = self._resume or {}
            for epoch in range(max(initial_epoch, start.get("epoch", 0)), epochs):
                if batches.ran_dry():
                    break
                logs = self._train_epoch(epoch, train, batches, callbacks, start.get("step", 0))
                if not self._compiled.count and batches.exhausted:
                    break
                start = {}
                if validation is not None and validate(epoch + 1) and not validation.ran_dry():
                    validation.restart()
                    results = self._evaluate(validation, callbacks)
                    logs.update({f"val_{name}": value for name, value in results.items()})
                callbacks.on_epoch_end(epoch, logs)
                if self.stop_training:
                    break
            self._resume = None
            self.optimizer.finalize_variable_values(self.trainable_variables)
            callbacks.on_train_end(logs)
        return self.history

    def _train_epoch(self, epoch, train, batches, callbacks, first_step) -> dict:
        """One epoch: every batch once."""
        if not first_step:
            self._compiled.reset()
        callbacks.on_epoch_begin(epoch)
        if first_step and self.stop_training:  # a resumed run that had been stopped within this epoch
            return self._compiled.logs()
        logs = self._compiled.logs
        self._pass("train", batches.epoch(epoch, skip=first_step), train, callbacks, logs, logs, first_step)
        return logs()

    def _pass(self, kind, batches, act, callbacks, logs, shown, first_step=0) -> None:
        """Go through batches: act on each, call the callbacks that ask for it, draw the bar when it is due."""
        before, after = getattr(callbacks, f"{kind}_batch_begin_hooks"), getattr(callbacks, f"{kind}_batch_end_hooks")
        progress, stop = callbacks.progress, _STOPS[kind]
        for step, batch in enumerate(batches, first_step):
            for hook in before:
                hook(step, {})
            act(*batch)
            if after:
                now = logs()
                for hook in after:
                    hook(step, now)
            if progress is not None and progress.due():
                progress.update(step, shown())
            if getattr(self, stop):
                break

    def _prepare_training(self) -> Any:
        """Return the step of training, resolved anew when other layers are trained than before."""
        if self._train_step is not None and self._seen == Variable.changes and self.optimizer.is_set_on(self._compiled.trained):
            return self._train_step
        self._seen = Variable.changes
        trainable, before = self.trainable_variables, self._compiled.trained
        same = len(before) == len(trainable) and all(a is b for a, b in zip(before, trainable))
        if self._train_step is None or not same:
            if not trainable and self.weights:
                text = f"Model {self.name!r} has no trainable weights: all are frozen, training changes nothing."
                warnings.warn(text, stacklevel=3)
            self._train_step, self._compiled.trained = make_train_step(self), trainable
            self._test_step = None
        elif not self.optimizer.is_set_on(trainable):  # another model that shares it was trained in between
            self.optimizer.build(trainable)
        return self._train_step

    def _open(self, x: Any, y: Any = None, sample_weight: Any = None, **how) -> Any:
        """Turn data as users pass them into checked batches; builds the model and resolves the metrics on the way."""
        return data.open(x, y, sample_weight, prepare_x=self._prepare_x, prepare_y=self._prepare_y, **how)

    def _prepare_x(self, x: np.ndarray) -> np.ndarray:
        """Check an array of inputs and turn it into what the first layer takes."""
        if not self.built:
            self.build((None, *x.shape[1:]))
        x = self.adapt_rank(x)
        self.check_input_shape(x.shape)
        return x.astype(self._x_dtype(x.dtype), copy=False)

    def _prepare_y(self, y: np.ndarray | None) -> np.ndarray:
        """Check an array of targets and turn it into what the loss takes."""
        if y is None:
            raise ValueError("Training and evaluating need targets: pass `y`, one for each sample in `x`, got None.")
        output = self.output
        return self._compiled.prepare_targets(y, KerasTensor((None, *output.shape[1:]), output.dtype))  # any number of rows

    def _x_dtype(self, given: np.dtype) -> Any:
        first = self.layers[0] if self.layers else self
        while getattr(first, "layers", None):
            first = first.layers[0]
        return first.compute_dtype if first.float_inputs or given.kind in "fb" else given

    # -- evaluate and predict ----------------------------------------------------------------------------------------

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss and the metrics on data, without training.

        Args:
            x, y, sample_weight, batch_size, verbose, callbacks: as `fit` takes them.
            steps: batches to take, all by default.
            return_dict: return ``{name: value}`` instead of a list.

        Returns:
            ``[loss, metric, ...]`` in the order of `metrics_names`, or the loss alone where there are no metrics.
        """
        self._need_compiled("evaluate")
        verbose = verbosity(verbose)
        batches = self._open(x, y, sample_weight, batch_size=batch_size, steps=steps)
        callbacks = callback_list(callbacks, self, verbose, epochs=1, steps=batches.steps)
        with np.errstate(all="ignore"):
            logs = self._evaluate(batches, callbacks)
        return logs if return_dict else self._in_order(logs)

    def _evaluate(self, batches: Any, callbacks: CallbackList) -> dict:
        if self._test_step is None:
            self._test_step = make_test_step(self)
        test, compiled = self._test_step, self._compiled
        self.stop_evaluating = False
        compiled.reset()
        callbacks.on_test_begin()
        self._pass("test", batches.epoch(0), test, callbacks, compiled.logs, compiled.logs)
        logs = compiled.logs()
        callbacks.on_test_end(logs)
        return logs

    def _in_order(self, logs: dict) -> Any:
        """The values in the order of metrics_names; a single one alone."""
        names = ["loss", *(name for name in self._compiled.names() if name in logs)]
        return logs["loss"] if len(logs) == 1 else [logs[name] for name in names]

    def predict(
        self, x: Any, batch_size: int | None = None, verbose: Any = "auto", steps: int | None = None, callbacks: Any = None
    ) -> np.ndarray:
        """Return the outputs for inputs, computed in batches.

        Args:
            x: inputs as `fit` takes them.
            batch_size: samples computed at once, 32 by default.
            verbose: 0 silent, 1 progress bar, 2 one line; "auto" shows a bar when there is more than one batch.
            steps: batches to take, all by default.
            callbacks: a list of `Callback`s.

        >>> from minikeras import Sequential, layers
        >>> model = Sequential([layers.Dense(1, input_shape=(2,), kernel_initializer="ones")])
        >>> model.predict(np.array([[1.0, 2.0]]))
        array([[3.]], dtype=float32)
        """
        if type(x) is np.ndarray and callbacks is None and steps is None and verbose in ("auto", 0) and self.built:
            if 0 < len(x) <= (32 if batch_size is None else batch_size) and x.dtype == self._x_dtype(x.dtype):
                x = self.adapt_rank(x)
                self.check_input_shape(x.shape)  # one batch, as it is: no machinery, no copy
                with np.errstate(all="ignore"):
                    y = self.call(x)
                return y.copy() if np.may_share_memory(x, y) else y
        batches = data.open(x, batch_size=batch_size, steps=steps, prepare_x=self._prepare_x)
        verbose = 0 if verbose == "auto" and batches.steps == 1 else verbosity(verbose)
        callbacks = callback_list(callbacks, self, verbose, epochs=1, steps=batches.steps)
        self.stop_predicting = False
        callbacks.on_predict_begin()
        outputs: list[np.ndarray] = []

        def act(x, *_):
            y = self.call(x)
            outputs.append(y.copy() if np.may_share_memory(x, y) else y)

        with np.errstate(all="ignore"):
            self._pass("predict", batches.epoch(0), act, callbacks, lambda: {"outputs": outputs[-1]}, dict)
        callbacks.on_predict_end()
        return np.concatenate(outputs)

    # -- one batch ---------------------------------------------------------------------------------------------------

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict | None = None, return_dict: bool = False
    ) -> Any:
        """Make one update and return the loss and the metrics of this batch, computed before the update."""
        self._need_compiled("train_on_batch")
        (batch,) = self._open(x, y, sample_weight, batch_size=data.ALL, class_weight=class_weight).epoch(0)
        train = self._prepare_training()
        self._compiled.reset()
        with np.errstate(all="ignore"):
            train(*batch)
        logs = self._compiled.logs()
        return logs if return_dict else self._in_order(logs)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the loss and the metrics on one batch."""
        return self.evaluate(x, y, data.ALL, 0, sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Return the outputs for one batch."""
        return self.predict(x, data.ALL, 0)
