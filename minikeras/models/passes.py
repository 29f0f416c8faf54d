"""What all passes over data share: fit, evaluate and predict open the data, go through its batches, log what comes out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from minikeras import data
from minikeras._core.nest import map_leaves
from minikeras._core.tensor import tensor
from minikeras.callbacks.logs import Logs, as_number
from minikeras.models.compiled import Compiled
from minikeras.models.own_steps import OwnSteps

_STOPS = {"train": "stop_training", "test": "stop_evaluating", "predict": "stop_predicting"}


class Passes:
    """The part of a trainer that takes a model through numbered batches, whatever is done with each."""

    stop_training = stop_evaluating = stop_predicting = False
    _compiled: Compiled | None = None
    _in_tuples = False  # whether the data of now comes as ``(x,)``
    _step_logs: dict | None = None  # what the last step of the user's own returned

    def _need_compiled(self, caller: str) -> Compiled:
        if self._compiled is None:
            raise ValueError(
                f"You must call compile() before {caller}(): model.compile(optimizer='adam', loss=..., metrics=[...])."
            )
        if not self._compiled.has_loss and not self._own_steps() and not self._adds_to_loss():
            raise ValueError(f"{caller}() needs a loss, and compile() was given none: compile(optimizer=..., loss='mse').")
        return self._compiled

    def _open(self, x: Any, y: Any = None, sample_weight: Any = None, build: bool = False, **how) -> Any:
        """Turn data as users pass them into checked batches; builds the model and resolves the metrics on the way."""
        batches = data.open(x, y, sample_weight, **how, **self._kinds())
        self._meet(batches.peek(build=build))
        self._prepare(batches)
        return batches

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

    def _together(self, hooks: list) -> int | None:
        """Steps between two calls of batch hooks; None where there are none."""
        return self._compiled.extras["steps_per_execution"] if hooks else None

    def _own_step(self, name: str) -> Callable:
        """A step of the user's own, as the loops call it."""
        if name == "train_step" and self.optimizer is not None and type(self).train_step is OwnSteps.train_step:
            self.optimizer.build(self.trainable_variables)

        def step(x, y, w):
            batch = data.pack_x_y_sample_weight(*(map_leaves(tensor, part) for part in (x, y, w)))
            if self._in_tuples and type(batch) is not tuple:
                batch = (batch,)
            logs = getattr(self, name)(batch)
            if not isinstance(logs, dict):
                raise ValueError(f"{type(self).__name__}.{name}() returns a dict of what to log, got {logs!r:.80}.")
            self._step_logs = {key: as_number(value) for key, value in logs.items()}

        return step

    def _logs(self) -> dict:
        """The loss and the metrics of the epoch so far."""
        logs = self._step_logs
        if logs is None:
            return Logs({**self._compiled.logs(), **self._results_of_own_metrics()})
        return Logs(logs)

    def _in_order(self, logs: dict) -> Any:
        """The values in the order of metrics_names; a single one alone."""
        names = [name for name in self._compiled.results() if name in logs]
        names += [name for name in logs if name not in names]
        if not logs:
            return []
        return logs[names[0]] if len(names) == 1 else [logs[name] for name in names]
