"""What is going on in this thread: which tape records, and which call of a layer is running."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

TAPE: ContextVar[Any] = ContextVar("tape", default=None)  # the innermost tape that records, see `tape`
CALL: ContextVar[Any] = ContextVar("call", default=None)  # the outermost running call, see `Call`
KERNELS: ContextVar[Any] = ContextVar("kernels", default=None)  # `minikeras.fast` where layers may use it, see `models.jit`
TRIAL: ContextVar[dict | None] = ContextVar("trial", default=None)  # what a trial has assigned to, see `Trial`


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


class Trial:
    """A call that only shows what would come out: what it assigns to variables is taken back at the end of the block.

    What `build` assigns stays.

    >>> from minikeras import Variable
    >>> count = Variable(1.0)
    >>> with Trial(): count.assign(5.0).item()
    5.0
    >>> count.numpy().item()
    1.0
    """

    __slots__ = ("before", "token")

    def __init__(self):
        self.before: dict = {}  # id of a variable -> the variable, its value when the block began

    def __enter__(self) -> None:
        self.token = TRIAL.set(self.before)

    def __exit__(self, *error) -> None:
        TRIAL.reset(self.token)
        for variable, value in self.before.values():
            variable.value[...] = value
