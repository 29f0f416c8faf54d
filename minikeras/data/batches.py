"""The base of all sources of batches: how many steps an epoch has, where it starts, what runs out."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

from minikeras.data.packing import unpack_x_y_sample_weight
from minikeras.data.preparing import Preparation
from minikeras.data.reading import Reader

Batch = tuple  # (x, y, sample_weight), arrays or structures of arrays; y and sample_weight may be None


class Batches:
    """Data, cut into batches ``(x, y, sample_weight)``; each an array, or a structure of arrays, the last two may be None.

    Made by `open`, which only reads. `peek` shows the arrays of a first batch as they came; `prepare` says how they
    become what the model takes; `epoch` goes through batches made so.

    With ``steps`` below the number of batches there are, the next epoch goes on where this one stopped; with ``steps``
    above it, the epoch ends early, with a warning.

    Attributes:
        steps: batches in an epoch; None as long as nobody knows.
        num_samples: rows of the data; None unless it comes as arrays.
        batch_size: rows of a batch; None unless the data comes as arrays.
        exhausted: the source can be read once only and has nothing left.
        dry: the last epoch gave no batch at all.
        in_tuples: the source gave ``(x,)`` rather than ``x``, which a ``train_step`` of the user's own gets, too.
    """

    num_samples: int | None = None
    batch_size: int | None = None
    exhausted = dry = False
    in_tuples = False
    _kind = "data"  # what error messages call the source
    _preparation: Any = None

    def __init__(
        self, shuffle: Any = False, class_weight: dict | None = None, dtype: Any = None, reader: Reader | None = None
    ):
        self.shuffle = shuffle
        self._class_weight, self._dtype = class_weight, dtype
        self._reader = reader or Reader()
        self._available: int | None = None  # batches in one pass through the data
        self._limit: int | None = None  # batches in an epoch, where that is something else
        self._running: Iterator | None = None  # a pass through the data that an epoch left unfinished
        self._seen = 0
        self._warned = False

    @property
    def is_limited(self) -> bool:
        """Whether an epoch has another number of batches than there are."""
        return self._limit is not None

    @property
    def steps(self) -> int | None:
        """Batches in an epoch; None as long as nobody knows."""
        return self._limit or self._available

    def prepare(
        self,
        prepare_x: Callable[[Any], Any] | None = None,
        prepare_y: Callable[[Any], Any] | None = None,
        prepare_weight: Callable[[Any], Any] | None = None,
        classes: int | None = None,
        one_hot: bool | None = None,
    ) -> None:
        """Say how checked arrays become what the model takes. From the next epoch on; may be said anew.

        Args:
            prepare_x: called with the inputs, all or a batch of them, an array or a structure of arrays, in the form
                in which they were passed; returns them in that of the model. Makes them ``dtype`` by default.
            prepare_y: the same for targets, called with None where there are none; makes floats ``floatx()`` by default.
            prepare_weight: the same for sample weights, already of the inputs' float type; not called without.
            classes: how many classes the labels can have, for `class_weight`; None where nobody knows.
            one_hot: whether the last axis of the targets is that of the classes; None: seen at their values.
        """
        more = prepare_x, prepare_y, prepare_weight, classes, one_hot
        self._preparation = Preparation(self._dtype, self._class_weight, *more)

    def epoch(self, index: int = 0, shuffle: Any = None, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch. The arrays are valid until the next epoch starts.

        Args:
            index: number of the epoch; no source built in here needs it.
            shuffle: True, False or ``"batch"``; as given to `open` by default.
            skip: batches to leave out at the start, to resume an epoch that broke off.
        """
        shuffle = self.shuffle if shuffle is None else shuffle
        if self._preparation is None:
            self.prepare()
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
        """Return a first batch, as it came or, after `prepare`, as the model takes it. The epochs still get it.

        Args:
            build: draw the random numbers that Keras draws when it builds a model in its first ``fit``: one
                permutation more. With it, the batches of all epochs come in Keras' order for the same seed.
        """
        raise NotImplementedError

    def _pass(self, shuffle: Any, skip: int) -> Iterator[Batch]:
        """Go through all the data once."""
        raise NotImplementedError

    endless = False  # whether the data begins anew within an epoch of so many steps

    def _limited(self, shuffle, skip):
        if self._running is None:
            self._running, self._seen = self._pass(shuffle, 0), 0
        for step in range(self._limit):
            batch = next(self._running, None)
            if batch is None and self._seen and (not step or self.endless):  # the last epoch ended with the last batch
                self._running, self._seen = self._pass(shuffle, 0), 0
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

    def _read(self, batch: Any, position: int) -> Batch:
        """Make a batch that the user's code gave into checked arrays."""
        try:
            self.in_tuples = type(batch) is tuple and len(batch) == 1
            arrays = self._reader.read(*unpack_x_y_sample_weight(batch))
            self._reader.count(*arrays)
        except ValueError as error:
            raise ValueError(f"Batch {position} of the {self._kind}: {error}") from error
        if self._class_weight is not None:
            refuse_both(arrays[2])
        return arrays

    def _convert(self, batch: Any, position: int) -> Batch:
        """Make a batch that the user's code gave into arrays of the model's types."""
        arrays = self._read(batch, position)
        try:
            return self._preparation(*arrays)
        except ValueError as error:
            raise ValueError(f"Batch {position} of the {self._kind}: {error}") from error


def refuse_both(sample_weight: Any) -> None:
    """Raise if there are sample weights where class weights were given.

    >>> refuse_both(None)
    """
    if sample_weight is not None:
        raise ValueError(
            "class_weight and sample_weight can't be given at the same time. Multiply them yourself: "
            "sample_weight * [class_weight[c] for c in y]."
        )
