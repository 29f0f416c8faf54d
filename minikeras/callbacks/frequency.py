"""``save_freq``: after every epoch, or after so many batches."""

from __future__ import annotations

from typing import Any

import numpy as np


class SaveFrequency:
    """Counts batches, across epochs, also where a step runs several of them at once.

    Args:
        save_freq: ``"epoch"`` or a positive number of batches.
        owner: the name of the callback, for the error.

    >>> frequency = SaveFrequency(3, "ModelCheckpoint")
    >>> [frequency.due(batch) for batch in [0, 1, 2, 3, 0, 1]]
    [False, False, True, False, False, True]
    """

    def __init__(self, save_freq: Any, owner: str):
        number = isinstance(save_freq, (int, np.integer)) and not isinstance(save_freq, bool) and save_freq > 0
        if not number and not (isinstance(save_freq, str) and save_freq == "epoch"):
            raise ValueError(
                f"Invalid value of `save_freq` for {owner}. Unrecognized save_freq: {save_freq!r}; "
                "it must be 'epoch' or a positive number of batches."
            )
        self.every = int(save_freq) if number else None
        self.reset()

    def reset(self) -> None:
        """Start counting anew."""
        self.seen = 0  # batches since the last time
        self.last = -1  # index of the last batch in its epoch

    def due(self, batch: int) -> bool:
        """Count up to the batch of that index, and say whether its number is full; never for "epoch"."""
        if self.every is None:
            return False
        self.seen += batch + 1 if batch <= self.last else batch - self.last
        self.last = batch
        if self.seen < self.every:
            return False
        self.seen = 0
        return True
