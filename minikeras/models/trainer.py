"""Training, once for all models: compile, fit, evaluate, predict."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import data
from minikeras._core.limits import cap_epochs
from minikeras._core.memory import keep_freed_memory
from minikeras._core.nest import flatten, map_leaves
from minikeras._core.now import CALL
from minikeras._core.old_arguments import outside
from minikeras._core.tape import paused
from minikeras._core.tensor import plain, tensor
from minikeras._core.threads import limited
from minikeras._core.variable import Variable
from minikeras.callbacks import CallbackList
from minikeras.callbacks.logs import Logs
from minikeras.models.arguments import callback_list, due, hand_over, takes, verbosity, whole
from minikeras.models.as_compiled import as_compiled, freezing
from minikeras.models.compiled import Compiled, compile_arguments, make_test_step, make_train_step
from minikeras.models.graph_losses import fed, split_losses
from minikeras.models.heads import NOT_YET
from minikeras.models.jit import compiled_layers, compiled_pass
from minikeras.models.meeting import Meeting
from minikeras.models.old_methods import OldMethods, understanding
from minikeras.models.own_steps import OwnSteps

_STOPS = {"train": "stop_training", "test": "stop_evaluating", "predict": "stop_predicting"}


class Trainer(OldMethods, OwnSteps, Meeting):
    """The half of a model that learns. What computes (`forward`, `backward`, weights) is the other half's."""

    optimizer: Any = None
    history: Any = None
    stop_training = stop_evaluating = stop_predicting = False
    _compiled: Compiled | None = None
    _frozen_at = -1, None  # a value of Variable.changes, and what was to be thawed then
    _resume: dict | None = None  # where fit goes on after a restart: set by BackupAndRestore

    # -- compile -----------------------------------------------------------------------------------------------------

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
        if self._course is not None:
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
        for metric in self._own_metrics():
            result = metric.result()
            logs.update(result if isinstance(result, dict) else {metric.name: result})
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
        if not self._compiled.has_loss and not self._own_steps() and not self._adds_to_loss():
            raise ValueError(f"{caller}() needs a loss, and compile() was given none: compile(optimizer=..., loss='mse').")
        return self._compiled

    # -- fit ---------------------------------------------------------------------------------------------------------

    @understanding
    @as_compiled
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
        epochs, initial_epoch = cap_epochs(whole(epochs, "epochs")), whole(initial_epoch, "initial_epoch")
        verbose, validate = verbosity(verbose), due(validation_freq)
        if validation_split and validation_data is None:
            (x, y, sample_weight), validation_data = data.split(x, y, sample_weight, validation_split, **self._kinds())
        first = not self._compiled.resolved or not self.optimizer.built
        how = {"batch_size": batch_size, "steps": steps_per_epoch, "shuffle": shuffle, "class_weight": class_weight}
        batches = self._open(x, y, sample_weight, build=first, **how)
        validation = None
        if validation_data is not None:
            if type(validation_data) is np.ndarray and self._compiled.has_loss:
                raise ValueError("Argument `validation_data` of fit() is a pair (x, y), got one array: targets are missing.")
            xyw = data.unpack_x_y_sample_weight(validation_data)
            size = validation_batch_size or batches.batch_size
            validation = self._open(*xyw, batch_size=size, steps=validation_steps)
        self._prepare_training()
        keep_freed_memory()
        callbacks = callback_list(callbacks, self, verbose, epochs=epochs, steps=batches.steps, add_history=True)
        if validation is not None:
            hand_over(callbacks, *xyw)
        self.validates = validation is not None
        self.stop_training, self._resume = False, None
        with np.errstate(all="ignore"), limited(), compiled_layers(self):  # diverging shows in the loss
            callbacks.on_train_begin()
            logs = {}
            start = self._resume or {}
            for epoch in range(max(initial_epoch, start.get("epoch", 0)), epochs):
                if batches.ran_dry():
                    break
                logs = self._train_epoch(epoch, batches, callbacks, start.get("step", 0))
                if not logs and batches.exhausted:
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

    def _train_epoch(self, epoch, batches, callbacks, first_step) -> dict:
        """One epoch: every batch once."""
        if not first_step:
            self.reset_metrics()
        compiled = self._compiled
        callbacks.on_epoch_begin(epoch)
        if self._compiled is not compiled:  # compiled anew in the callback: other losses want other targets
            self._prepare(batches)
        if first_step and self.stop_training:  # a resumed run that had been stopped within this epoch
            return self._logs()
        self._running = True
        try:
            numbered, act = self._way_through(epoch, batches, callbacks, first_step)
            self._pass("train", numbered, act, callbacks, self._logs, first_step)
        finally:
            self._running = False
        return self._logs()

    def _way_through(self, epoch, batches, callbacks, first_step) -> tuple[Any, Callable]:
        """The numbered batches of an epoch of training and what is done with each; or pieces of several, compiled."""
        together = self._together(callbacks.train_batch_begin_hooks or callbacks.train_batch_end_hooks)
        compiled = compiled_pass(self, batches, first_step, together)
        return compiled or (enumerate(batches.epoch(epoch, skip=first_step), first_step), self._train_on)

    def _together(self, hooks: list) -> int | None:
        """Steps between two calls of batch hooks; None where there are none."""
        return self._compiled.extras["steps_per_execution"] if hooks else None

    _running = False  # within an epoch of fit
    validates = False  # whether fit has data to validate on

    def _train_on(self, x: Any, y: Any, w: Any) -> None:
        """Do one step of training, with what is compiled and trainable now."""
        step = self._train_step
        if step is None or self._seen != Variable.changes:
            step = self._prepare_training(y)
        step(x, y, w)

    def _logs(self) -> dict:
        """The loss and the metrics of the epoch so far."""
        logs = self._step_logs
        if logs is None:
            return Logs({**self._compiled.logs(), **self._results_of_own_metrics()})
        return Logs(logs)

    _step_logs: dict | None = None  # what the last step of the user's own returned

    def _pass(self, kind, numbered, act, callbacks, logs, first_step=0) -> None:
        """Go through numbered batches: act on each, call the callbacks that ask for it, draw the bar when it is due.

        Where an act does several batches, it returns the number of the last.
        """
        before, after = getattr(callbacks, f"{kind}_batch_begin_hooks"), getattr(callbacks, f"{kind}_batch_end_hooks")
        progress, stop = callbacks.progress, _STOPS[kind]
        together = self._compiled.extras["steps_per_execution"] if self._compiled is not None else 1
        step = waiting = None  # the last step, and whether its hooks are still to be called
        for step, batch in numbered:
            if before and not waiting:
                for hook in before:
                    hook(step, {})
            step = act(*batch) or step
            waiting = together > 1 and (step + 1 - first_step) % together != 0
            if after and not waiting:
                now = logs()
                for hook in after:
                    hook(step, now)
            if progress is not None and progress.due():
                progress.update(step, logs() if kind != "predict" else {})
            if getattr(self, stop):
                break
        if after and waiting:
            now = logs()
            for hook in after:
                hook(step, now)

    def _prepare_training(self, y: Any = None) -> Callable:
        """Return the step of training, resolved anew when anything it is made of has changed."""
        compiled = self._compiled
        if self._train_step is not None and self._seen == Variable.changes and self.optimizer.is_set_on(compiled.trained):
            return self._train_step
        trainable, before = self.trainable_variables, compiled.trained
        same = before is not None and len(before) == len(trainable) and all(a is b for a, b in zip(before, trainable))
        if not trainable and self.weights and not same:
            text = f"Model {self.name!r} has no trainable weights: all are frozen, training changes nothing."
            warnings.warn(text, stacklevel=outside())
        if y is not None and not compiled.resolved and not self._own_steps():  # compiled anew between two batches
            self._name_heads()
            compiled.prepare_targets(self._by_head(y, "y"), self.output_specs())
        self._step_logs = None
        step = self._own_step("train_step") if self._own_steps() else make_train_step(self)
        self._train_step = fed(step, compiled.targets)
        compiled.trained, self._test_step = trainable, None
        self._seen = Variable.changes
        return self._train_step

    def _own_step(self, name: str) -> Callable:
        """A step of the user's own, as the loops call it."""
        if name == "train_step" and self.optimizer is not None and type(self).train_step is OwnSteps.train_step:
            self.optimizer.build(self.trainable_variables)

        def step(x, y, w):
            batch = data.pack_x_y_sample_weight(*(map_leaves(tensor, part) for part in (x, y, w)))
            logs = getattr(self, name)(batch)
            if not isinstance(logs, dict):
                raise ValueError(f"{type(self).__name__}.{name}() returns a dict of what to log, got {logs!r:.80}.")
            self._step_logs = {key: as_number(value) for key, value in logs.items()}

        return step

    def _open(self, x: Any, y: Any = None, sample_weight: Any = None, build: bool = False, **how) -> Any:
        """Turn data as users pass them into checked batches; builds the model and resolves the metrics on the way."""
        batches = data.open(x, y, sample_weight, **how, **self._kinds())
        self._meet(batches.peek(build=build))
        self._prepare(batches)
        return batches

    # -- evaluate and predict ----------------------------------------------------------------------------------------

    @understanding
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
        with np.errstate(all="ignore"), limited(), compiled_layers(self):
            logs = self._evaluate(batches, callbacks)
        return dict(logs) if return_dict else self._in_order(logs)

    def _evaluate(self, batches: Any, callbacks: CallbackList) -> dict:
        compiled, running = self._compiled, self._running
        kept = (compiled.state(), self._own_state(), self._step_logs) if running else None  # of the epoch that is under way
        self.stop_evaluating, self._step_logs, self._running = False, None, False
        try:
            self.reset_metrics()
            callbacks.on_test_begin()
            together = self._together(callbacks.test_batch_begin_hooks or callbacks.test_batch_end_hooks)
            pieces = compiled_pass(self, batches, 0, together, learning=False)
            numbered, act = pieces or (enumerate(batches.epoch(0)), self._test_on)
            self._pass("test", numbered, act, callbacks, self._logs)
            logs = self._logs()
            callbacks.on_test_end(logs)
        finally:
            if kept is not None:
                compiled.set_state(kept[0])
                self._set_own_state(kept[1])
                self._step_logs = kept[2]
            self._running = running
        return logs

    def _test_on(self, x: Any, y: Any, w: Any) -> None:
        """Do one step of testing, with what is compiled now."""
        if self._test_step is None or self._seen_testing != Variable.changes:
            step = self._own_step("test_step") if self._own_steps() else make_test_step(self)
            self._test_step = fed(step, self._compiled.targets)
            self._seen_testing = Variable.changes
        self._test_step(x, y, w)

    def _in_order(self, logs: dict) -> Any:
        """The values in the order of metrics_names; a single one alone."""
        names = [name for name in self._compiled.results() if name in logs]
        names += [name for name in logs if name not in names]
        if not logs:
            return []
        return logs[names[0]] if len(names) == 1 else [logs[name] for name in names]

    @understanding
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
        if type(x) is np.ndarray and x.ndim and callbacks is None and steps is None and verbose in ("auto", 0):
            known = self._knows(x) and not self._own_steps()
            if (known or self._takes_as_it_is(x)) and 0 < len(x) <= (32 if batch_size is None else batch_size):
                if not known:
                    x = self._checked(x)
                with np.errstate(all="ignore"), self._course.limit(x):  # one batch, as it is: no machinery, no copy
                    y = self._course.call(x)
                return y if y.base is None and y is not x or not np.may_share_memory(x, y) else y.copy()
        batches = data.open(x, batch_size=batch_size, steps=steps, **self._kinds())
        self._meet(batches.peek(), with_targets=False)
        self._prepare(batches, with_targets=False)
        verbose = 0 if verbose == "auto" and batches.steps == 1 else verbosity(verbose)
        callbacks = callback_list(callbacks, self, verbose, epochs=1, steps=batches.steps)
        self.stop_predicting = False
        callbacks.on_predict_begin()
        outputs: list[Any] = []
        compute = self._predicting()

        def act(x, *_):
            y = map_leaves(plain, compute(x))
            outputs.append(map_leaves(lambda part: part.copy() if shares_memory(x, part) else part, y))

        with np.errstate(all="ignore"), paused(), limited(), compiled_layers(self):
            token = CALL.set(None)
            try:
                self._pass("predict", self._joined(x, batches, callbacks), act, callbacks, lambda: {"outputs": outputs[-1]})
            finally:
                CALL.reset(token)
        callbacks.on_predict_end()
        return joined(outputs)

    def _joined(self, x: Any, batches: Any, callbacks: CallbackList) -> Iterator:
        """The numbered batches of a prediction; several at once where nobody asks for each, and rows go by themselves."""
        asked = callbacks.predict_batch_begin_hooks or callbacks.predict_batch_end_hooks or batches.is_limited
        arrays = isinstance(batches, data.ArrayBatches) and batches is not x
        rows = 0 if asked or not arrays or self._own_steps() else getattr(self._course, "rows_at_once", lambda: 0)()
        if not rows or (several := rows // batches.batch_size) < 2:
            return enumerate(batches.epoch(0))
        wide, last = data.open(x, batch_size=several * batches.batch_size, **self._kinds()), batches.steps - 1
        self._prepare(wide, with_targets=False)
        return ((min((i + 1) * several - 1, last), batch) for i, batch in enumerate(wide.epoch(0)))

    # -- one batch ---------------------------------------------------------------------------------------------------

    @understanding
    @as_compiled
    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict | None = None, return_dict: bool = False
    ) -> Any:
        """Make one update and return the loss and the metrics of this batch, computed before the update."""
        self._need_compiled("train_on_batch")
        batches = self._open(x, y, sample_weight, batch_size=data.ALL, class_weight=class_weight)
        (batch,) = batches.epoch(0)
        train = self._prepare_training()
        self.reset_metrics()
        with np.errstate(all="ignore"), limited(), compiled_layers(self, keep=True):
            train(*batch)
        logs = self._logs()
        return dict(logs) if return_dict else self._in_order(logs)

    @understanding
    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the loss and the metrics on one batch."""
        return self.evaluate(x, y, data.ALL, 0, sample_weight, return_dict=return_dict)

    @understanding
    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Return the outputs for one batch."""
        return self.predict(x, data.ALL, 0)


def as_number(value: Any) -> Any:
    """A value to log: a Python float, or an array where there are several numbers."""
    value = np.asarray(getattr(value, "untraced", value))
    return float(value) if value.ndim == 0 else value


def shares_memory(x: Any, y: Any) -> bool:
    """Whether an output is a view of an input, which belongs to the user."""
    return any(np.may_share_memory(part, y) for part in flatten(x) if isinstance(part, np.ndarray))


def joined(outputs: list) -> Any:
    """The outputs of all batches one behind the other, in the structure of one."""
    if isinstance(outputs[0], np.ndarray):
        return np.concatenate(outputs)
    if isinstance(outputs[0], dict):
        return {key: joined([y[key] for y in outputs]) for key in outputs[0]}
    parts = [joined(list(items)) for items in zip(*outputs)]
    return parts if isinstance(outputs[0], list) else type(outputs[0])(parts)
