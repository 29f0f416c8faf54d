"""Messages of the "HParams" table: what runs were made with, and what came out."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from minikeras.tensorboard.messages import tensor
from minikeras.tensorboard.protobuf import block, double, integer

EXPERIMENT, START, END = (f"_hparams_/{name}" for name in ("experiment", "session_start_info", "session_end_info"))
NOTHING = tensor(np.zeros(0, "float32"))
_STATES = {"unknown": 0, "success": 1, "failure": 2, "running": 3}
_STRING, _BOOL, _NUMBER = 1, 2, 3


def start(values: dict, trial_id: str | None, seconds: float) -> bytes:
    """What a run was made with.

    >>> b"learning_rate" in start({"learning_rate": 0.1}, None, 0.0)
    True
    """
    values = {name: _plain(name, value) for name, value in values.items()}
    if trial_id is None:
        text = json.dumps(values, sort_keys=True, separators=(",", ":"))
        trial_id = hashlib.sha256(text.encode()).hexdigest()
    pairs = (block(1, block(1, name) + block(2, _value(values[name]))) for name in sorted(values))
    return block(3, b"".join(pairs) + block(4, trial_id) + double(5, seconds))


def end(status: str, seconds: float) -> bytes:
    """How and when a run ended.

    >>> end("success", 0.0)[:4].hex()
    '220b0801'
    """
    if status not in _STATES:
        raise ValueError(f"status must be one of {list(_STATES)}, got {status!r}.")
    return block(4, integer(1, _STATES[status]) + double(2, seconds))


def experiment(domains: dict, metrics: Any, seconds: float) -> bytes:
    """What the table shows.

    >>> b"epoch_loss" in experiment({"units": [8, 16]}, ["epoch_loss"], 0.0)
    True
    """
    shown = metrics if isinstance(metrics, dict) else {tag: None for tag in metrics}
    parts = [block(4, _hyperparameter(name, domain)) for name, domain in domains.items()]
    parts += [block(5, block(1, block(2, tag)) + (block(3, title) if title else b"")) for tag, title in shown.items()]
    return block(2, double(3, seconds) + b"".join(parts))


def _hyperparameter(name: str, domain: Any) -> bytes:
    parts = block(1, name)
    if domain is None:
        return parts
    if isinstance(domain, tuple) and len(domain) == 2:
        low, high = (float(end) for end in domain)
        return parts + integer(4, _NUMBER) + block(6, double(1, low) + double(2, high))
    values = [_plain(name, value) for value in domain]
    kinds = {_STRING if isinstance(v, str) else _BOOL if isinstance(v, bool) else _NUMBER for v in values}
    if len(kinds) != 1:
        raise ValueError(f"The values of {name!r} must be of one kind, numbers, bools or texts, got {values}.")
    return parts + integer(4, kinds.pop()) + block(5, b"".join(block(1, _value(value)) for value in values))


def _plain(name: str, value: Any) -> Any:
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) and np.ndim(value) == 0 else value
    if not isinstance(value, (bool, int, float, str)):
        raise TypeError(f"The hyperparameter {name!r} must be a number, a bool or a str, got {value!r}.")
    return value


def _value(value: Any) -> bytes:
    """A value of any kind, as google.protobuf.Value.

    >>> _value(True).hex(), _value("a").hex()
    ('2001', '1a0161')
    """
    if isinstance(value, bool):
        return integer(4, value)
    return block(3, value) if isinstance(value, str) else double(2, float(value))
