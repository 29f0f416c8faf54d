"""Prediction of many rows, compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minikeras._core import blas
from minikeras._core.variable import adopt
from minikeras.fast.passes import WIDTH, predict
from minikeras.fast.pieces import NO_MASKS, open_to
from minikeras.fast.plan import layers_of
from minikeras.fast.table import Unfit

CACHED = 2**15  # numbers that a layer puts out for the rows that go through together: 128 kB


class Outputs:
    """What computes the outputs of a model, as it is now, for some rows; it may be called in several threads at once.

    Args:
        model: built.
        plain: what does it in NumPy, for rows that are no float32.

    Raises:
        Unfit: something in it is not done here.
    """

    def __init__(self, model: Any, plain: Callable):
        adopt(model.variables)
        table, self.store, self.width = layers_of(model)
        rows, self.space = table.finish(keep_last=False)
        if not rows:
            raise Unfit("it has nothing to compute")
        self.layers, self.reals = np.array(rows, np.int64), np.array(table.reals, np.float32)
        self.fixed = np.array(table.fixed, np.float32)
        self.plain, self.shape, self.blas = plain, model.output_shape[1:], blas.address("cblas_sgemm")
        self.batch = max(CACHED // int(self.layers[:, WIDTH].max()), 1)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        if x.dtype != np.float32 or x.size != len(x) * self.width:
            return self.plain(x)
        rows, out = open_to(x).reshape(len(x), self.width), np.empty((len(x), int(self.layers[-1, WIDTH])), np.float32)
        work = np.empty(self.batch * self.space, np.float32)
        predict(
            self.blas, self.layers, self.reals, self.fixed, self.store.values, rows, work, self.batch, NO_MASKS, out
        )  # fmt: skip
        return out.reshape(len(x), *self.shape)
