"""The metrics of every epoch as a table in a file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras.callbacks.callback import Callback


class CSVLogger(Callback):
    """Writes one row per epoch: the epoch, then loss and metrics in alphabetical order.

    With `BackupAndRestore` a training that was killed goes on in its file: rows of epochs that are trained again are
    taken out first.

    Args:
        filename: the file.
        separator: what stands between the values.
        append: keep what the file has and write behind it, rather than starting it anew.

    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     log = CSVLogger(pathlib.Path(folder, "log.csv")); log.on_train_begin()
    ...     for epoch in range(2): log.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.75})
    ...     print(pathlib.Path(folder, "log.csv").read_text())
    epoch,loss,val_loss
    0,0.5,0.75
    1,0.5,0.75
    """

    def __init__(self, filename: str | os.PathLike, separator: str = ",", append: bool = False):
        super().__init__()
        self.sep = separator
        self.filename = os.fspath(filename)
        self.append = append
        self.append_header = True
        self.keys: list[str] | None = None
        self._started = True

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Remember to start the file: at the first epoch, for a backup may say to go on in it instead."""
        self.keys = None
        self.append_header = True
        self._started = False

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Start the file, the first time."""
        self._start()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Write a row."""
        self._start()
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(key.startswith("val_") for key in self.keys):
                self.keys += [f"val_{key}" for key in self.keys]  # validation may come in later epochs
        import csv  # here, for start-up time

        rows = [["epoch", *self.keys]] if self.append_header else []
        rows.append([epoch, *(_text(logs.get(key, "NA")) for key in self.keys)])
        self.append_header = False
        with open(self.filename, "a", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=self.sep).writerows(rows)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Leave a file, even where there was no epoch."""
        self._start()

    def _start(self) -> None:
        if self._started:
            return
        self._started = True
        with open(self.filename, "a" if self.append else "w", encoding="utf-8") as file:
            self.append_header = file.tell() == 0

    def get_state(self) -> dict | None:
        """The columns, and how long the file is."""
        if not self._started:
            size = os.path.getsize(self.filename) if os.path.exists(self.filename) else 0
            return {"keys": None, "append_header": size == 0, "size": size} if self.append else None
        with open(self.filename, "ab") as file:
            os.fsync(file.fileno())  # the backup must not know of rows that a power cut takes away
            return {"keys": self.keys, "append_header": self.append_header, "size": file.tell()}

    def set_state(self, state: dict) -> None:
        """Cut the file to the length it had then, and go on behind."""
        with open(self.filename, "ab") as file:
            if file.tell() > state["size"]:
                file.truncate(state["size"])
            empty = min(file.tell(), state["size"]) == 0
        self.keys = state["keys"]
        self.append_header = state["append_header"] or empty
        self._started = True


def _text(value: Any) -> Any:
    """A value as it stands in a cell: lists and arrays as "[1, 2]" in quotes of their own, as Keras writes them.

    >>> _text(0.5), _text(np.array([1, 2]))
    (0.5, '"[1, 2]"')
    """
    if isinstance(value, Iterable) and not isinstance(value, str) and np.ndim(value):
        return f'"[{", ".join(map(str, value))}]"'
    return value
