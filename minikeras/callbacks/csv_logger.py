"""The metrics of every epoch as a table in a file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable
from typing import Any

import numpy as np

from minikeras._core.files import atomic_write
from minikeras.callbacks.callback import Callback


class CSVLogger(Callback):
    """Writes one row per epoch: the epoch, then loss and metrics in alphabetical order.

    A value that comes in later epochs only, such as that of a validation that is not due in the first, gets its column then,
    with NA in the rows before. A file that is appended to keeps its columns.

    With `BackupAndRestore` a training that was killed goes on in its file: rows of epochs that are trained again are
    taken out first.

    Args:
        filename: the file.
        separator: what stands between the values.
        append: keep what the file has and write behind it, rather than starting it anew.

    Raises:
        ValueError: the file that is appended to has no column for a value.

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
        self._fixed = False  # whether the file has rows of an earlier training, and with them its columns

    @property
    def _appends(self) -> bool:
        return self.append

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
        keys = self._columns(logs)
        rows = [["epoch", *keys]] if self.append_header else []
        rows.append([epoch, *(_text(logs.get(key, "NA")) for key in keys)])
        self.append_header = False
        with open(self.filename, "ab+") as file:
            if file.tell():
                file.seek(-1, 2)
                if file.read(1) != b"\n":  # a row is never written into another
                    file.write(b"\r\n")
            file.write(self._written(rows))

    def _columns(self, logs: dict) -> list[str]:
        """The columns after the epoch, once there is one for every value."""
        if self.keys is None:
            self.keys = self._header() if self._fixed else sorted(logs)
        new = [key for key in sorted(logs) if key not in self.keys]
        if new and self._fixed:
            raise ValueError(
                f"CSVLogger can't append to {self.filename!r}: it has the columns {self.keys}, and none for {new}. "
                "Log into another file, or start this one anew with append=False."
            )
        if new and not self.append_header:
            self._rewrite([*self.keys, *new], self._rows())
        self.keys = [*self.keys, *new]
        return self.keys

    def _header(self) -> list[str]:
        """The columns that the file has, after the epoch."""
        first, *rest = (self._rows() or [[""]])[0]
        if first != "epoch":
            raise ValueError(
                f"CSVLogger can't append to {self.filename!r}: its first line has no column 'epoch' before a {self.sep!r}, so "
                "it is no log of training, or has another separator. Log into another file, or pass append=False."
            )
        return rest

    def _rows(self) -> list[list[str]]:
        import csv  # here, for start-up time

        with open(self.filename, newline="", encoding="utf-8") as file:
            return list(csv.reader(file, delimiter=self.sep))

    def _written(self, rows: list[list]) -> bytes:
        import csv

        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self.sep).writerows(rows)
        return text.getvalue().encode()

    def _rewrite(self, keys: list[str], rows: list[list[str]]) -> None:
        """Give the rows under the header these columns."""
        filled = [row + ["NA"] * (len(keys) + 1 - len(row)) for row in rows[1:]]
        with atomic_write(self.filename) as file:
            file.write(self._written([["epoch", *keys], *filled]))

    def on_train_end(self, logs: dict | None = None) -> None:
        """Leave a file, even where there was no epoch."""
        self._start()

    def _start(self) -> None:
        if self._started:
            return
        self._started = True
        with open(self.filename, "ab" if self.append else "wb") as file:
            self.append_header = file.tell() == 0
            self._fixed = not self.append_header

    def get_state(self) -> dict | None:
        """The columns, and how long the file is."""
        if not self._started:
            size = os.path.getsize(self.filename) if os.path.exists(self.filename) else 0
            state = {"keys": None, "append_header": size == 0, "size": size, "rows": 0, "fixed": size > 0}
            return state if self.append else None
        with open(self.filename, "ab") as file:
            os.fsync(file.fileno())  # the backup must not know of rows that a power cut takes away
            state = {"keys": self.keys, "append_header": self.append_header, "size": file.tell(), "fixed": self._fixed}
        return {**state, "rows": 0 if self._fixed or self.append_header else len(self._rows())}

    def set_state(self, state: dict) -> None:
        """Cut the file to the length it had then, and go on behind."""
        self._fixed = state["fixed"]
        if self._got_columns(state):
            self.keys, self.append_header, self._started = self._header(), False, True
            self._rewrite(self.keys, self._rows()[: state["rows"]])
            return
        with open(self.filename, "ab") as file:
            if file.tell() > state["size"]:
                file.truncate(state["size"])
            empty = min(file.tell(), state["size"]) == 0
        self.keys = state["keys"]
        self.append_header = state["append_header"] or empty
        self._started = True

    def _got_columns(self, state: dict) -> bool:
        """Whether the file, since that state, was written anew with more columns."""
        if not state["rows"] or not os.path.exists(self.filename) or not os.path.getsize(self.filename):
            return False
        header = self._header()
        return len(header) > len(state["keys"]) and header[: len(state["keys"])] == state["keys"]


def _text(value: Any) -> Any:
    """A value as it stands in a cell: lists and arrays as "[1, 2]" in quotes of their own, as Keras writes them.

    >>> _text(0.5), _text(np.array([1, 2]))
    (0.5, '"[1, 2]"')
    """
    if isinstance(value, Iterable) and not isinstance(value, str) and np.ndim(value):
        return f'"[{", ".join(map(str, value))}]"'
    return value
