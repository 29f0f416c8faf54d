"""Training: the epochs of `fit`, and a single update by `train_on_batch`."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from minikeras import data
from minikeras._core.limits import cap_epochs
from minikeras._core.old_arguments import outside
from minikeras._core.threads import limited
from minikeras._core.variable import Variable
from minikeras.models.arguments import callback_list, due, hand_over, verbosity, whole
from minikeras.models.as_compiled import as_compiled
from minikeras.models.compiled import make_train_step
from minikeras.models.graph_losses import fed
from minikeras.models.jit import compiled_layers, compiled_pass, stream_of
from minikeras.models.old_methods import understanding


class Fitting:
    """The part of a trainer that changes weights."""

    _resume: dict | None = None  # where fit goes on after a restart: set by BackupAndRestore
    _running = False  # within an epoch of fit
    validates = False  # whether fit has data to validate on

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
        self._running, self._in_tuples = True, batches.in_tuples
        try:
            kept = self._step_logs
            numbered, act = self._way_through(epoch, batches, callbacks, first_step)
            if first_step:
                self._step_logs, numbered = kept, self._after_restart(numbered)
            self._pass("train", numbered, act, callbacks, self._logs, first_step)
            self._compiled.settle()
        finally:
            self._running = False
        return self._logs()

    def _way_through(self, epoch, batches, callbacks, first_step) -> tuple[Any, Callable]:
        """The numbered batches of an epoch of training and what is done with each; or pieces of several, compiled."""
        together = self._together(callbacks.train_batch_begin_hooks or callbacks.train_batch_end_hooks)
        compiled = compiled_pass(self, batches, epoch, first_step, together)
        kept = isinstance(batches, data.ArrayBatches)  # a generator may write its next batch over this one
        act = self._train_and_count_later if kept and together is None and not first_step else self._train_on
        return compiled or (enumerate(batches.epoch(epoch, skip=first_step), first_step), act)

    def _after_restart(self, numbered: Iterator) -> Iterator:
        """The batches that are left of an epoch: the logs of a backup count until the first one."""
        for batch in numbered:
            self._step_logs = None
            yield batch
            break
        yield from numbered

    def _train_on(self, x: Any, y: Any, w: Any) -> None:
        """Do one step of training, with what is compiled and trainable now."""
        step = self._train_step
        if step is None or self._seen != Variable.changes:
            step = self._prepare_training(y)
        step(x, y, w)

    def _train_and_count_later(self, x: Any, y: Any, w: Any) -> None:
        """The same where nobody asks for the logs of a batch: all but the first one may be counted together."""
        self._train_on(x, y, w)
        if self._compiled.ledger is not None:
            self._compiled.ledger.open = True

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
        compiled.ledger = None if self._own_steps() else compiled.ledger
        step = self._own_step("train_step") if self._own_steps() else make_train_step(self)
        self._train_step = fed(step, compiled.targets)
        compiled.trained, self._test_step = trainable, None
        self._seen = Variable.changes
        return self._train_step

    @understanding
    @as_compiled
    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: dict | None = None, return_dict: bool = False
    ) -> Any:
        """Make one update and return the loss and the metrics of this batch, computed before the update."""
        self._need_compiled("train_on_batch")
        batches = self._open(x, y, sample_weight, batch_size=data.ALL, class_weight=class_weight)
        (batch,), self._in_tuples = batches.epoch(0), False
        train = self._prepare_training()
        self.reset_metrics()
        with np.errstate(all="ignore"), limited(), compiled_layers(self, keep=True):
            stream = stream_of(self)
            (train if stream is None else stream.step)(*batch)
        logs = self._logs()
        return dict(logs) if return_dict else self._in_order(logs)
