"""`tf.summary`: event files for TensorBoard, by `minikeras.tensorboard`.

>>> scalar("loss", 0.5, step=0)  # no writer: nothing is written
False
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from minikeras import tensorboard
from minikeras._core.text import to_bytes
from minikeras.compat.tensorflow._tools import absent, exported
from minikeras.compat.tensorflow.compat import hint_of
from minikeras.tensorboard.current import state

_TENSORBOARD = """create_file_writer flush get_step histogram image record_if scalar set_step should_record_summaries text
    write"""
globals().update({name: getattr(tensorboard, name) for name in _TENSORBOARD.split()})
SummaryWriter = tensorboard.Writer


def trace_on(*args: Any, **kwargs: Any) -> None:
    """Do nothing: there are no graphs to trace."""


def trace_export(*args: Any, **kwargs: Any) -> None:
    """Do nothing, and say so once."""
    hint_of("summary.trace_export", "tf.summary.trace_export writes nothing: there are no graphs to trace.")


trace_off = trace_on


@contextlib.contextmanager
def create_noop_writer() -> Iterator[None]:
    """A writer that writes nothing."""
    yield None


def audio(*args: Any, **kwargs: Any) -> bool:
    """Write nothing, and say so once."""
    hint_of("summary.audio", "tf.summary.audio writes nothing: minikeras.tensorboard has no sounds.")
    return False


class experimental:  # noqa: N801 - a namespace
    """Older places of the same."""

    get_step, set_step = staticmethod(tensorboard.get_step), staticmethod(tensorboard.set_step)

    @staticmethod
    def write_raw_pb(tensor: Any, step: Any = None, name: Any = None) -> bool:
        """Write a Summary message, as `tensorboard.plugins.hparams` makes them."""
        if not tensorboard.should_record_summaries():
            return False
        step = tensorboard.get_step() if step is None else step
        state.writer.raw(to_bytes(getattr(tensor, "numpy", lambda: tensor)()), 0 if step is None else step)
        return True

    @staticmethod
    @contextlib.contextmanager
    def summary_scope(name: str, default_name: str = "summary", values: Any = None) -> Iterator[tuple]:
        """A name for what is written in a block."""
        yield name or default_name, name or default_name


__all__ = exported(globals(), f"{_TENSORBOARD} SummaryWriter trace_off experimental create_noop_writer")
__getattr__ = absent("tf.summary", globals(), {"FileWriter": "Use tf.summary.create_file_writer(folder)."})
