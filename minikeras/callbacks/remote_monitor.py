"""Send the values of each epoch to a server."""

from __future__ import annotations

import json
import warnings
from typing import Any

from minikeras.callbacks.callback import Callback
from minikeras.callbacks.callback_list import to_python

_PATIENCE = 10.0  # seconds that a server may take before training goes on


class RemoteMonitor(Callback):
    """Sends ``{"epoch": 0, "loss": 0.5, ...}`` to a server by HTTP POST, after each epoch.

    A server that can't be reached is told by a warning; training goes on.

    Args:
        root: where the server is.
        path: what is asked of it.
        field: name of the form's field that holds the values, as JSON.
        headers: a dict of further HTTP headers.
        send_as_json: send the values as JSON instead of in a form.

    >>> monitor = RemoteMonitor("http://localhost:9000", send_as_json=True)
    >>> monitor.root + monitor.path
    'http://localhost:9000/publish/epoch/end/'
    """

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: dict | None = None,
        send_as_json: bool = False,
    ):
        super().__init__()
        if not root.startswith(("http://", "https://")):
            raise ValueError(f"The root of RemoteMonitor must begin with http:// or https://, got {root!r}.")
        self.root = root
        self.path = path
        self.field = field
        self.headers = headers
        self.send_as_json = send_as_json

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Send the values."""
        import urllib.request  # here, for start-up time
        from http.client import HTTPException

        body, kind = self._written({"epoch": epoch, **_numbers(logs or {})})
        request = urllib.request.Request(self.root + self.path, body, {"Content-Type": kind, **(self.headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:
                answer.read(1)
        except (OSError, HTTPException) as error:
            warnings.warn(f"RemoteMonitor could not reach the server at {self.root}: {error}", stacklevel=2)

    def _written(self, values: dict) -> tuple[bytes, str]:
        """What is sent, and its type."""
        from urllib.parse import urlencode

        text = json.dumps(values)
        if self.send_as_json:
            return text.encode(), "application/json"
        return urlencode({self.field: text}).encode(), "application/x-www-form-urlencoded"


def _numbers(logs: dict) -> dict[str, Any]:
    """The values, arrays as lists.

    >>> import numpy as np
    >>> _numbers({"loss": np.float32(0.5), "all": np.array([1, 2])})
    {'all': [1, 2], 'loss': 0.5}
    """
    return {name: value.tolist() if hasattr(value, "tolist") else value for name, value in to_python(logs).items()}
