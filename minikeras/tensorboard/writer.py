"""A file of events, and the folder it lies in."""

from __future__ import annotations

import itertools
import json
import os
import socket
import threading
import time
import weakref
from typing import Any

import numpy as np

from minikeras.tensorboard import hparams
from minikeras.tensorboard.buckets import histogram
from minikeras.tensorboard.current import holding, set_default
from minikeras.tensorboard.graph import graph_def
from minikeras.tensorboard.messages import around_scalar, event, first_event, graph_event, record, strings, summary, tensor
from minikeras.tensorboard.png import encode_png, to_uint8

_numbers = itertools.count()
_MOST_BYTES = 1 << 20  # that wait to be written


class Writer:
    """Notes what happens in a training, in a file that the TensorBoard page shows.

    The file is made with the first note, and only ever appended to; what was noted reaches it after ``max_seconds``,
    with `flush` and with `close`. Several threads may write.

    Args:
        log_dir: the folder, which is one run in TensorBoard's list; made if need be.
        filename_suffix: end of the file's name.
        max_seconds: how long a note may wait before it is written.

    Attributes:
        path: the file; None before the first note.

    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder, Writer(folder) as writer:
    ...     writer.scalar("loss", 0.5, step=0)
    ...     writer.histogram("dense/kernel", np.ones((3, 4)), step=0)
    ...     writer.image("digits", np.zeros((2, 8, 8, 1)), step=0)
    ...     writer.text("notes", "a *good* run", step=0)
    ...     writer.flush(); os.path.getsize(writer.path) > 500
    True
    """

    def __init__(self, log_dir: str | os.PathLike, filename_suffix: str = ".v2", max_seconds: float = 30.0):
        self.log_dir = os.fspath(log_dir)
        self.filename_suffix = filename_suffix
        self.max_seconds = max_seconds
        self.path: str | None = None
        self.closed = False
        self._file: Any = None
        self._waiting: list[bytes] = []
        self._bytes = 0
        self._flushed_at = 0.0
        self._lock = threading.RLock()

    # -- what to note ------------------------------------------------------------------------------------------------

    def scalar(self, tag: str, value: Any, step: int, description: str | None = None) -> None:
        """Note a number.

        Args:
            tag: the name; what is before a "/" groups charts.
            value: the number, kept as float32.
            step: where it stands on the x axis.
            description: a text in Markdown, shown beside the chart.
        """
        if np.ndim(value) and np.size(value) != 1:
            raise ValueError(f"A scalar is one number, got an array of shape {np.shape(value)} for {tag!r}.")
        before, after = around_scalar(tag, description)
        number = np.asarray(value, "<f4").tobytes()
        self._append(record(event(time.time(), int(step), before + number + after)))

    def histogram(
        self, tag: str, data: Any, step: int, buckets: int | None = None, description: str | None = None
    ) -> None:
        """Note how numbers are distributed: their counts in ``buckets`` (30) intervals of equal width."""
        self._add(tag, tensor(histogram(data, buckets)), step, "histograms", description)

    def image(self, tag: str, data: Any, step: int, max_outputs: int = 3, description: str | None = None) -> None:
        """Note images.

        Args:
            tag: the name.
            data: ``(n, height, width, channels)``, uint8, or floats from 0 to 1; 1 to 4 channels.
            step: the step.
            max_outputs: how many of the n are kept.
            description: a text in Markdown.
        """
        data = np.asarray(data)
        if data.ndim != 4:
            raise ValueError(f"Images have the shape (n, height, width, channels), got {data.shape} for {tag!r}.")
        _, height, width, _ = data.shape
        pictures = [encode_png(one) for one in to_uint8(data[:max_outputs])]
        values = [str(width).encode(), str(height).encode(), *pictures]
        self._add(tag, strings(values, (len(values),)), step, "images", description)

    def text(self, tag: str, data: Any, step: int, description: str | None = None) -> None:
        """Note a text in Markdown, or an array of texts, which becomes a table."""
        texts = np.asarray(data)
        if texts.dtype.kind not in "USO":
            raise ValueError(f"A text is a str, or an array of them, got an array of {texts.dtype} for {tag!r}.")
        values = [one if isinstance(one, bytes) else str(one).encode() for one in texts.ravel().tolist()]
        self._add(tag, strings(values, texts.shape), step, "text", description)

    def tensor(self, tag: str, data: Any, step: int, plugin: str, content: bytes = b"") -> None:
        """Note an array for any part of the page.

        Args:
            tag: the name.
            data: numbers, a text, or an array of texts.
            step: the step.
            plugin: the name of that part.
            content: what that part wants to know besides.
        """
        array = np.asarray(data)
        if array.dtype.kind in "USO":
            values = [one if isinstance(one, bytes) else str(one).encode() for one in array.ravel().tolist()]
            message = strings(values, array.shape)
        else:
            message = tensor(array)
        self._add(tag, message, step, plugin, None, content)

    def raw(self, message: bytes, step: int) -> None:
        """Note a Summary message that somebody else has put together, as the package ``tensorboard`` does."""
        self._append(record(event(time.time(), int(step), message)))

    def keras_model(self, config: str, tag: str = "keras", step: int = 0) -> None:
        """Note the architecture of a model, as ``model.to_json()`` gives it: the "Graphs" part of the page."""
        self._add(tag, strings([config.encode()], ()), step, "graph_keras_model", None, b"1")
        self._append(record(graph_event(time.time(), graph_def(json.loads(config)))))

    def hparams(self, values: dict, trial_id: str | None = None, start_time_secs: float | None = None) -> None:
        """Note what this run was made with: the columns of the "HParams" table.

        Args:
            values: name → number, bool or str.
            trial_id: name of the trial; runs of one trial are averaged. By default a hash of the values.
            start_time_secs: when it began, in seconds since 1970; now by default.
        """
        start = time.time() if start_time_secs is None else start_time_secs
        self._add(hparams.START, hparams.NOTHING, 0, "hparams", None, hparams.start(values, trial_id, start))

    def hparams_end(self, status: str = "success") -> None:
        """Note that a run ended: ``"success"``, ``"failure"`` or ``"running"``."""
        self._add(hparams.END, hparams.NOTHING, 0, "hparams", None, hparams.end(status, time.time()))

    def hparams_config(self, domains: dict, metrics: Any, time_created_secs: float | None = None) -> None:
        """Note, once for all runs, in the folder above them, what the table shows.

        Args:
            domains: name → a list of the values tried, or a tuple (least, greatest), or None.
            metrics: tags, such as ``"epoch_loss"``, or dict of a tag and what it is called.
            time_created_secs: when the experiment began; now by default.
        """
        now = time.time() if time_created_secs is None else time_created_secs
        self._add(hparams.EXPERIMENT, hparams.NOTHING, 0, "hparams", None, hparams.experiment(domains, metrics, now))

    # -- the file ----------------------------------------------------------------------------------------------------

    def _add(
        self, tag: str, message: bytes, step: Any, plugin: str, description: str | None = None, content: bytes = b""
    ) -> None:
        self._append(record(event(time.time(), int(step), summary(tag, message, plugin, content, description))))

    def _append(self, data: bytes) -> None:
        now = time.time()
        with self._lock:
            if self.closed:
                raise ValueError(f"The writer of {self.log_dir!r} is closed, nothing can be noted any more.")
            if self._file is None:
                self._open(now)
            self._waiting.append(data)
            self._bytes += len(data)
            if self._bytes > _MOST_BYTES or now - self._flushed_at > self.max_seconds:
                self.flush()

    def _open(self, now: float) -> None:
        os.makedirs(self.log_dir, exist_ok=True)
        place = f"{socket.gethostname()}.{os.getpid()}"
        name = f"events.out.tfevents.{int(now):010d}.{place}.{next(_numbers):04d}"  # files are read in the order of names
        self.path = os.path.join(self.log_dir, name + self.filename_suffix)
        self._file = open(self.path, "ab", buffering=0)  # noqa: SIM115  # closed in close()
        weakref.finalize(self, _rescue, self._file, self._waiting, os.getpid())
        self._waiting.append(record(first_event(now)))
        self._flushed_at = now

    def flush(self) -> None:
        """Write what is waiting."""
        with self._lock:
            if self._waiting and self._file is not None:
                self._bytes, self._flushed_at = 0, time.time()
                _write(self._file, self._waiting)

    def close(self) -> None:
        """Write what is waiting, and close the file."""
        with self._lock:
            self.flush()
            self.closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *error: Any) -> None:
        self.close()

    # -- as tf.summary has it ----------------------------------------------------------------------------------------

    def as_default(self, step: Any = None) -> Any:
        """Return a context in which the functions of `minikeras.tensorboard` write here.

        Args:
            step: the step of calls that name none.
        """
        return holding(self, step)

    def set_as_default(self, step: Any = None) -> None:
        """Let the functions of `minikeras.tensorboard` write here from now on."""
        set_default(self, step)

    def init(self) -> None:
        """Do nothing: there is nothing to prepare."""


def _write(file: Any, waiting: list[bytes]) -> None:
    data = memoryview(b"".join(waiting))
    waiting.clear()
    while data:
        data = data[file.write(data) :]


def _rescue(file: Any, waiting: list[bytes], pid: int) -> None:
    """Write what a writer had when it went, or when Python ended: a training may have been interrupted."""
    if not file.closed and os.getpid() == pid:
        _write(file, waiting)
        file.close()
