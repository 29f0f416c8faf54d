"""Dropout in recurrent cells: one draw for a whole sequence, so that a step forgets what the one before forgot."""

from __future__ import annotations

import numpy as np

from minikeras._core.random import SeedGenerator


class DropoutRNNCell:
    """The part of a cell that draws dropout masks: 0 or 1 / (1 - rate), the same at all steps.

    Expects the attributes ``dropout``, ``recurrent_dropout`` and ``seed_generator``.

    References: Gal and Ghahramani, A theoretically grounded application of dropout in recurrent neural networks, NIPS 2016.

    >>> cell = DropoutRNNCell(); cell.seed_generator = SeedGenerator(1)
    >>> cell.draw(0.5, (1, 2, 3), np.dtype("float32")).tolist()
    [[[0.0, 2.0, 2.0], [2.0, 0.0, 0.0]]]
    """

    dropout: float
    recurrent_dropout: float
    seed_generator: SeedGenerator | None

    def draw(self, rate: float, shape: tuple, dtype: np.dtype) -> np.ndarray:
        """Draw a mask of a shape whose first axis counts the gates that get a draw of their own."""
        drawn = np.float64 if dtype == np.float64 else np.float32
        keep = np.greater_equal(self.seed_generator.rng().random(shape, drawn), rate).astype(dtype)
        if rate < 1.0:
            keep *= 1.0 / (1.0 - rate)
        return keep
