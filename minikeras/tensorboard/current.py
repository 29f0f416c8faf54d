"""The writer, the step and the condition that hold at the moment, in this thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any


class _State(threading.local):
    writer: Any = None
    step: Any = None
    condition: Any = True
    scope: str = ""  # what tf.name_scope puts before the names


state = _State()


def set_default(writer: Any, step: Any = None) -> None:
    """Let ``writer`` hold from now on.

    >>> set_default(None)
    """
    state.writer = writer
    if step is not None:
        state.step = step


@contextlib.contextmanager
def holding(writer: Any, step: Any = None, condition: Any = None) -> Iterator[Any]:
    """Let ``writer`` hold within the block, and the step and the condition, if given.

    >>> import io
    >>> with holding(io.StringIO(), step=3): state.step
    3
    >>> state.writer is None, state.step is None
    (True, True)
    """
    before = state.writer, state.step, state.condition
    set_default(writer, step)
    if condition is not None:
        state.condition = condition
    try:
        yield writer
    finally:
        if writer is not None:
            writer.flush()
        state.writer, state.step, state.condition = before
