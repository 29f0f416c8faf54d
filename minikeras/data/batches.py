"""The base of all sources of batches: how many steps an epoch has, where it starts, what runs out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from minikeras.data.convert import cast, check_lengths, dense, optional
from minikeras.data.packing import unpack_x_y_sample_weight
from minikeras.data.weights import class_weights, sample_weights

Batch = tuple  # (x, y, sample_weight); y and sample_weight may be None


class Batches:
    """Data, cut into batches ``(x, y, sample_weight)`` of ready arrays; y and sample_weight may be None.

    Made by `open`. With ``steps`` below the number of batches there are, the next epoch goes on where this one
    stopped; with ``steps`` above it, the epoch ends early, with a warning.

    Attributes:
        steps: batches in an epoch; None as long as nobody knows.
        num_samples: rows of the data; None unless it comes as arrays.
        batch_size: rows of a batch; None unless the data comes as arrays.
        exhausted: the source can be read once only and has nothing left.
    """

    num_samples: int | None = None
    batch_size: int | None = None
    exhausted = False

    def __init__(
        self,
        shuffle: Any = False,
        class_weight: dict | None = None,
        dtype: Any = None,
        prepare_x: Callable[[np.ndarray], np.ndarray] | None = None,
        prepare_y: Callable[[np.ndarray | None], np.ndarray] | None = None,
    ):
        self.shuffle = shuffle
        self._class_weight = class_weight
        self._prepare_x = prepare_x or partial(cast, dtype=dtype)
        self._prepare_y = prepare_y
        self._available: int | None = None  # batches in one pass through the data
        self._limit: int | None = None  # batches in an epoch, where that is something else
        self._running: Iterator | None = None  # a pass through the data that an epoch left unfinished
        self._seen = 0
        self._warned = False

    @property
    def steps(self) -> int | None:
        """Batches in an epoch; None as long as nobody knows."""
        return self._limit or self._available

    def epoch(self, index: int = 0, shuffle: Any = None, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch. The arrays are valid until the next epoch starts.

        Args:
            index: number of the epoch; no source built in here needs it.
            shuffle: True, False or ``"batch"``; as given to `open` by default.
            skip: batches to leave out at the start, to resume an epoch that broke off.
        """
        shuffle = self.shuffle if shuffle is None else shuffle
        if self._limit is None:
            return self._pass(shuffle, skip)
        return self._limited(shuffle, skip)

    def restart(self) -> None:
        """Let the next epoch start with the first batch, wherever the last one stopped."""
        self._running = None

    def ran_dry(self) -> bool:
        """Whether nothing is left for another epoch; says so in a warning, once."""
        if self.exhausted:
            self._warn()
        return self.exhausted

    def peek(self, build: bool = False) -> Batch:
        """Return a first batch, to see shapes by; the epochs still get it.

        Args:
            build: draw the random numbers that Keras draws when it builds a model in its first ``fit``: one
                permutation more. With it, the batches of all epochs come in Keras' order for the same seed.
        """
        raise NotImplementedError

    def _pass(self, shuffle: Any, skip: int) -> Iterator[Batch]:
        """Go through all the data once."""
        raise NotImplementedError

    def _limited(self, shuffle, skip):
        if self._running is None:
            self._running, self._seen = self._pass(shuffle, 0), 0
        for step in range(self._limit):
            batch = next(self._running, None)
            if batch is None:
                self._running = None
                self._warn()
                return
            self._seen += 1
            if step >= skip:
                yield batch
        if self._seen == self._available:  # all seen: the next epoch starts over
            self._running = None

    def _warn(self):
        if not self._warned:
            self._warned = True
            warnings.warn(
                "Your input ran out of data; interrupting training. It should give at least `steps_per_epoch * epochs` "
                "batches: lower steps_per_epoch, or let the generator or dataset repeat its data.",
                stacklevel=4,
            )

    def _convert(self, batch: Any, position: int, source: str) -> Batch:
        """Make a batch that the user's code gave into arrays of the model's types."""
        try:
            x, y, weight = unpack_x_y_sample_weight(batch)
            x = dense(x, "x")
            y, weight = optional(y, "y"), optional(weight, "sample_weight")
            check_lengths(x=x, y=y, sample_weight=weight)
            x = self._prepare_x(x)
            return x, *self._targets(y, weight, x.dtype)
        except ValueError as error:
            raise ValueError(f"Batch {position} of the {source}: {error}") from error

    def _targets(self, y, weight, dtype):
        """Targets and weights as the model wants them, weights of the type of x; class weights become sample weights."""
        if self._class_weight is not None:
            if weight is not None:
                raise ValueError(
                    "class_weight and sample_weight can't be given at the same time. Multiply them yourself: "
                    "sample_weight * [class_weight[c] for c in y]."
                )
            weight = class_weights(y, self._class_weight, dtype)
        elif weight is not None:
            weight = sample_weights(weight, dtype)
        if self._prepare_y is not None:
            return self._prepare_y(y), weight
        return None if y is None else cast(y, None, "y"), weight
