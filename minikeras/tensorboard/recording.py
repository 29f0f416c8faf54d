"""The functions of ``tf.summary``: they write to the writer and at the step that hold at the moment, in this thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from minikeras.tensorboard.current import state
from minikeras.tensorboard.writer import Writer


def create_file_writer(
    logdir: Any, max_queue: Any = None, flush_millis: int | None = None, filename_suffix: str | None = None, name: Any = None
) -> Writer:
    """Return a `Writer` into a folder.

    Args:
        logdir: the folder.
        max_queue: taken as TensorFlow takes it, and not needed.
        flush_millis: how long a note may wait before it is written.
        filename_suffix: end of the file's name.
        name: taken, and not needed.

    >>> create_file_writer("logs/run", flush_millis=1000).max_seconds
    1.0
    """
    seconds = 30.0 if flush_millis is None else flush_millis / 1000
    return Writer(logdir, ".v2" if filename_suffix is None else filename_suffix, seconds)


@contextlib.contextmanager
def record_if(condition: Any) -> Iterator[None]:
    """Note things within the block only where a condition is true.

    Args:
        condition: a bool, or a function that is asked each time.

    >>> with record_if(lambda: get_step() % 2 == 0):
    ...     set_step(3); print(should_record_summaries())
    False
    >>> set_step(None)
    """
    before, state.condition = state.condition, condition
    try:
        yield
    finally:
        state.condition = before


def should_record_summaries() -> bool:
    """Return whether a call would write now.

    >>> should_record_summaries()
    False
    """
    condition = state.condition() if callable(state.condition) else state.condition
    return state.writer is not None and not state.writer.closed and bool(condition)


def get_step() -> Any:
    """Return the step of calls that name none.

    >>> get_step() is None
    True
    """
    return state.step


def set_step(step: Any) -> None:
    """Set the step of calls that name none; a Variable is asked for its value each time.

    >>> set_step(5); get_step()
    5
    >>> set_step(None)
    """
    state.step = step


def scalar(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Note a number.

    >>> scalar("loss", 0.5, step=0)  # no writer: nothing is done
    False
    """
    return _note(Writer.scalar, name, data, step, description=description)


def histogram(
    name: str, data: Any, step: Any = None, buckets: int | None = None, description: str | None = None
) -> bool:
    """Note how numbers are distributed.

    >>> histogram("weights", [1.0, 2.0], step=0)
    False
    """
    return _note(Writer.histogram, name, data, step, buckets=buckets, description=description)


def image(name: str, data: Any, step: Any = None, max_outputs: int = 3, description: str | None = None) -> bool:
    """Note images of shape ``(n, height, width, channels)``.

    >>> image("digits", [[[[0.5]]]], step=0)
    False
    """
    return _note(Writer.image, name, data, step, max_outputs=max_outputs, description=description)


def text(name: str, data: Any, step: Any = None, description: str | None = None) -> bool:
    """Note a text in Markdown.

    >>> text("notes", "hello", step=0)
    False
    """
    return _note(Writer.text, name, data, step, description=description)


def write(tag: str, tensor: Any, step: Any = None, metadata: Any = None, name: Any = None) -> bool:
    """Note an array for any part of the page.

    Args:
        tag: the name.
        tensor: numbers or texts.
        step: the step.
        metadata: has ``plugin_data.plugin_name`` and ``plugin_data.content``, as ``tf.SummaryMetadata``; or a dict of these.
        name: taken, and not needed.

    >>> write("curve", [0.5, 0.25], step=0, metadata={"plugin_name": "mine"})
    False
    """
    data = metadata if isinstance(metadata, dict) else vars_of(getattr(metadata, "plugin_data", None))
    content = data.get("content", b"")
    content = content.encode() if isinstance(content, str) else content
    return _note(Writer.tensor, tag, tensor, step, plugin=data.get("plugin_name", ""), content=content)


def vars_of(plugin_data: Any) -> dict:
    """The two fields of a plugin's data.

    >>> vars_of(None)
    {}
    """
    names = ("plugin_name", "content")
    return {name: getattr(plugin_data, name) for name in names if hasattr(plugin_data, name)}


def flush(writer: Writer | None = None, name: Any = None) -> None:
    """Write what is waiting in a writer, by default in the one that holds at the moment.

    >>> flush()
    """
    writer = writer or state.writer
    if writer is not None:
        writer.flush()


def _note(method: Callable, name: str, data: Any, step: Any, **more: Any) -> bool:
    if not should_record_summaries():
        return False
    step = state.step if step is None else step
    if step is None:
        raise ValueError(
            f"No step for {name!r}: pass step=..., or write `with writer.as_default(step=...)`, or call set_step()."
        )
    method(state.writer, state.scope + name, data, int(step), **more)
    return True
