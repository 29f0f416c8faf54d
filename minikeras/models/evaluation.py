"""Loss and metrics on data, without training: `evaluate`, the validation within `fit`, `test_on_batch`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from minikeras import data
from minikeras._core.threads import limited
from minikeras._core.variable import Variable
from minikeras.callbacks import CallbackList
from minikeras.models.arguments import callback_list, verbosity
from minikeras.models.compiled import make_test_step
from minikeras.models.graph_losses import fed
from minikeras.models.jit import compiled_layers, compiled_pass
from minikeras.models.old_methods import understanding


class Evaluation:
    """The part of a trainer that measures."""

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
        running, in_tuples = self._running, self._in_tuples
        kept = self._epoch_state() if running else None  # of the epoch that is under way
        self.stop_evaluating, self._step_logs, self._running, self._in_tuples = False, None, False, batches.in_tuples
        try:
            self.reset_metrics()
            callbacks.on_test_begin()
            together = self._together(callbacks.test_batch_begin_hooks or callbacks.test_batch_end_hooks)
            pieces = compiled_pass(self, batches, 0, 0, together, learning=False)
            numbered, act = pieces or (self._wide(batches, together) or enumerate(batches.epoch(0)), self._test_on)
            self._pass("test", numbered, act, callbacks, self._logs)
            logs = self._logs()
            callbacks.on_test_end(logs)
        finally:
            if kept is not None:
                self._set_training_state(kept)
            self._running, self._in_tuples = running, in_tuples
        return logs

    def _wide(self, batches: Any, together: int | None) -> Iterator | None:
        """Several batches at a time, each time numbered like the last of them; None where that might show in a result."""
        whole = None if together is not None or self._own_steps() else getattr(batches, "whole", lambda: None)()
        if whole is None or whole[0] is None or whole[1] is None or whole[2] is not None:
            return None
        heads, rows = self._compiled.heads, getattr(self._straight, "rows_at_once", lambda: 0)()
        several = rows // batches.batch_size
        adds = self.is_penalized or self._loss_functions or self._own_metrics()
        if several < 2 or batches.steps < 2 or adds or not all(head.by_rows for head in heads):
            return None
        x, y, _ = whole
        size, last = several * batches.batch_size, batches.steps - 1
        return (
            (min((i + 1) * several - 1, last), (x[start : start + size], y[start : start + size], None))
            for i, start in enumerate(range(0, len(x), size))
        )

    def _test_on(self, x: Any, y: Any, w: Any) -> None:
        """Do one step of testing, with what is compiled now."""
        if self._test_step is None or self._seen_testing != Variable.changes:
            step = self._own_step("test_step") if self._own_steps() else make_test_step(self)
            self._test_step = fed(step, self._compiled.targets)
            self._seen_testing = Variable.changes
        self._test_step(x, y, w)

    @understanding
    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """Return the loss and the metrics on one batch."""
        return self.evaluate(x, y, data.ALL, 0, sample_weight, return_dict=return_dict)
