"""Outputs for inputs: `predict` and `predict_on_batch`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

import numpy as np

from minikeras import data
from minikeras._core import threads
from minikeras._core.nest import flatten, map_leaves, pack_sequence_as
from minikeras._core.now import CALL
from minikeras._core.tape import paused
from minikeras._core.tensor import plain
from minikeras._core.threads import limited
from minikeras.callbacks import CallbackList
from minikeras.models.arguments import callback_list, verbosity
from minikeras.models.jit import compiled_layers, outputs_of
from minikeras.models.old_methods import understanding

PARTS = 4, 32  # the fewest and the most for each thread, of rows that are predicted at once: who is late has less to wait for
INPUTS = 2**24  # bytes of more than the fewest parts: they may be copies
SOME = 1024  # rows of light layers take less time than to cut them into batches
HEAVY = 16  # times what stays in the cache: of so heavy batches one at a time, for the sake of memory


class Prediction:
    """The part of a trainer that computes outputs alone."""

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
            if (known or self._takes_as_it_is(x)) and self._at_once(len(x), 32 if batch_size is None else batch_size, verbose):
                if not known:
                    x = self._checked(x)
                with np.errstate(all="ignore"):  # one batch, as it is: no machinery, no copy
                    y = self._course.predict(x)
                return y if y.base is None and y is not x or not np.may_share_memory(x, y) else y.copy()
        batches = data.open(x, batch_size=batch_size, steps=steps, **self._kinds())
        self._meet(batches.peek(), with_targets=False)
        self._prepare(batches, with_targets=False)
        verbose = 0 if verbose == "auto" and batches.steps == 1 else verbosity(verbose)
        callbacks = callback_list(callbacks, self, verbose, epochs=1, steps=batches.steps)
        self.stop_predicting = False
        callbacks.on_predict_begin()
        outputs: list[Any] = []
        numbered, rows = self._joined(x, batches, callbacks)
        compute = side_by_side(outputs_of(self, batches.num_samples), rows) if rows else self._predicting()

        def act(x, *_):
            for y in compute(x) if rows else [compute(x)]:
                y = map_leaves(plain, y)
                outputs.append(map_leaves(lambda part: part.copy() if shares_memory(x, part) or holds_more(part) else part, y))

        with np.errstate(all="ignore"), paused(), limited(), compiled_layers(self):
            token = CALL.set(None)
            try:
                self._pass("predict", numbered, act, callbacks, lambda: {"outputs": outputs[-1]})
            finally:
                CALL.reset(token)
        callbacks.on_predict_end()
        return joined(outputs)

    def _at_once(self, rows: int, batch_size: int, verbose: Any) -> bool:
        """Whether the rows of a prediction are one batch, or few enough where nobody can see that they are several."""
        if 0 < rows <= batch_size:
            return True
        return 0 < batch_size < rows <= SOME and verbose == 0 and rows <= self._course.rows_at_once()

    def _joined(self, x: Any, batches: Any, callbacks: CallbackList) -> tuple[Iterator, int]:
        """The numbered batches of a prediction; where nobody asks for each and rows go by themselves, several at once, and how
        many rows are a part of these."""
        asked = callbacks.predict_batch_begin_hooks or callbacks.predict_batch_end_hooks or batches.is_limited
        arrays = isinstance(batches, data.ArrayBatches) and batches is not x
        rows = 0 if asked or not arrays or self._own_steps() else getattr(self._straight, "rows_at_once", lambda: 0)()
        several = max(rows // batches.batch_size, 1) if rows else 1
        if not rows or batches.batch_size > HEAVY * rows or several == threads.at_once() == 1:
            return enumerate(batches.epoch(0)), 0
        rows, (fewest, most) = several * batches.batch_size, PARTS if several > 1 else (PARTS[0], PARTS[0])
        size = rows * sum(part[:1].nbytes for part in flatten(batches.peek()[0]) if isinstance(part, np.ndarray))
        several *= min(max(INPUTS // max(size * threads.at_once(), 1), fewest), most) * threads.at_once()
        wide, last = data.open(x, batch_size=several * batches.batch_size, **self._kinds()), batches.steps - 1
        self._prepare(wide, with_targets=False)
        return ((min((i + 1) * several - 1, last), batch) for i, batch in enumerate(wide.epoch(0))), rows

    @understanding
    def predict_on_batch(self, x: Any) -> np.ndarray:
        """Return the outputs for one batch."""
        return self.predict(x, data.ALL, 0)


def side_by_side(compute: Callable[[np.ndarray], np.ndarray], rows: int) -> Callable[[np.ndarray], list[np.ndarray]]:
    """The same, so many rows at a time, on all cores: a list of what comes out.

    >>> side_by_side(lambda x: -x, 3)(np.arange(1.0, 5.0))
    [array([-1., -2., -3.]), array([-4.])]
    """

    def compute_all(x):
        outputs: list[Any] = [None] * -(-len(x) // rows)
        parts = [(i, copy_context()) for i in range(len(outputs))]  # other threads compute for this one

        def work(part):
            i, context = part
            outputs[i] = context.run(compute, x[i * rows : (i + 1) * rows])

        threads.share(parts, work)
        return outputs

    return compute_all


def shares_memory(x: Any, y: Any) -> bool:
    """Whether an output is a view of an input, which belongs to the user."""
    return any(np.may_share_memory(part, y) for part in flatten(x) if isinstance(part, np.ndarray))


def holds_more(y: np.ndarray) -> bool:
    """Whether an output is a view of an array of more than twice its size, all of which it would keep in memory.

    >>> holds_more(np.ones((50, 2))[-1]), holds_more(np.ones(4).reshape(2, 2))
    (True, False)
    """
    return isinstance(y.base, np.ndarray) and y.base.nbytes > 2 * y.nbytes


def joined(outputs: list) -> Any:
    """The outputs of all batches one behind the other, in the structure of one."""
    if isinstance(outputs[0], np.ndarray):
        return np.concatenate(outputs)
    return pack_sequence_as(outputs[0], [np.concatenate(parts) for parts in zip(*map(flatten, outputs))])
