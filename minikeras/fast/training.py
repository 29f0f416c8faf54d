"""Training by compiled steps, as long as a model is what it is."""

from __future__ import annotations

from typing import Any

from minikeras._core import blas
from minikeras._core.variable import Variable, adopt
from minikeras.fast.pieces import Epoch, Stream
from minikeras.fast.plan import alike, made_of, plan
from minikeras.fast.table import Unfit


class Training:
    """The compiled steps of a model, as long as it is compiled as it is now.

    Args:
        model: built and compiled.
        learning: whether it is to train at once, not only to be tested.

    Raises:
        Unfit: something in it is not done here.
    """

    def __init__(self, model: Any, learning: bool = True):
        adopt(model.variables)
        self.tried: tuple | None = None
        self.streams: dict[bool, Stream] = {}
        self.model, self.compiled = model, model._compiled
        if learning:
            model._prepare_training()
        self._look()
        self.blas = blas.address("cblas_sgemm")

    def renewed(self, learning: bool = True) -> bool:
        """Whether the steps can go on: what has changed since the last ones is put into the tables, if they hold it."""
        model = self.model
        if model._compiled is not self.compiled:
            return False
        if learning and (model._train_step is None or model._seen != Variable.changes):
            model._prepare_training()
        if not alike(self.made_of, made_of(model)):
            try:
                self._look()
            except Unfit:
                return False
        return True

    def _look(self) -> None:
        self.plan = plan(self.model)
        self.made_of = made_of(self.model)

    def try_metrics(self, batch: tuple) -> None:
        """Let the metrics see a batch, once: what they have to say against it comes before the first step."""
        x, y, w = batch
        shapes = y.shape[1:], None if w is None else w.shape[1:]
        if self.tried == shapes:
            return
        head, outputs = self.compiled.heads[0], self.model._course.call(x)
        kept = head.state()
        try:
            head.tally(0.0, y, outputs, w)
        finally:
            head.set_state(kept)
        self.tried = shapes

    def epoch(self, batches: Any, arrays: tuple, first: int, together: int | None, learning: bool = True) -> Epoch:
        """One pass through all arrays of some batches, from batch `first` on.

        Args:
            together: steps between two calls of batch hooks; None where nobody asks for them.
            learning: whether to train; else to test.

        Raises:
            Unfit: the arrays are not such as go through.
        """
        return Epoch(self, batches, arrays, first, together, learning)

    def stream(self, learning: bool = True) -> Stream:
        """What takes batches that come one by one."""
        if learning not in self.streams:
            self.streams[learning] = Stream(self, learning)
        return self.streams[learning]
