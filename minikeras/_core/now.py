"""What is going on in this thread: which tape records, and which call of a layer is running."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

TAPE: ContextVar[Any] = ContextVar("tape", default=None)  # the innermost tape that records, see `tape`
CALL: ContextVar[Any] = ContextVar("call", default=None)  # the outermost running call, see `Call`


class Call:
    """One call of a layer or a model by hand, or one pass of a layer in training, with all calls inside it.

    Attributes:
        training: how layers inside behave that are not told.
        losses: what `add_loss` and activity regularizers gave on the way, as pairs (layer, value).

    >>> Call(True).losses
    []
    """

    __slots__ = ("training", "losses")

    def __init__(self, training: bool):
        self.training = training
        self.losses: list[tuple[Any, Any]] = []
