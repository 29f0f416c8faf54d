"""Settings and sessions of keras.backend."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator
from typing import Any

from minikeras import config, utils
from minikeras._core import scopes
from minikeras._core.naming import reset_names
from minikeras._core.now import CALL
from minikeras._core.old_arguments import hint, quiet
from minikeras.layers.old_arguments import ORDERINGS

backend = config.backend
epsilon, set_epsilon = config.epsilon, config.set_epsilon
floatx, set_floatx = config.floatx, config.set_floatx
image_data_format = config.image_data_format
_uids: dict[str, int] = {}
_phase: dict[str, Any] = {"value": None}


class LearningPhase(int):
    """1 in training, 0 in prediction; in the inputs of `function` it is the place where one of the two goes.

    >>> LearningPhase(1) == 1
    True
    """

    shape, dtype, name = (), "bool", "keras_learning_phase"


def set_image_data_format(data_format: str) -> None:
    """Say where the channels of an image stand: "channels_last" or "channels_first", in Keras 1 "tf" or "th".

    >>> set_image_data_format("tf"); image_data_format()
    'channels_last'
    """
    config.set_image_data_format(ORDERINGS.get(data_format, data_format))


def image_dim_ordering() -> str:
    """Return where the channels of an image stand in the words of Keras 1: "tf" for last, "th" for first.

    >>> config.disable_hints(); image_dim_ordering(); config.enable_hints()
    'tf'
    """
    hint("names", "image_dim_ordering", "`K.image_dim_ordering()` still works; it is `K.image_data_format()` now.")
    return "th" if config.image_data_format() == "channels_first" else "tf"


def set_image_dim_ordering(dim_ordering: str) -> None:
    """Say where the channels of an image stand in the words of Keras 1: "tf" for last, "th" for first.

    >>> config.disable_hints(); set_image_dim_ordering("tf"); image_dim_ordering(); config.enable_hints()
    'tf'
    """
    hint("names", "set_image_dim_ordering", "`K.set_image_dim_ordering()` still works; it is `K.set_image_data_format()` now.")
    set_image_data_format(dim_ordering)


def clear_session(free_memory: bool = True) -> None:
    """Forget the names given so far, so that the next model's layers are "dense", "dense_1" and so on.

    >>> clear_session()
    """
    reset_uids()
    _phase["value"] = None
    utils.clear_session(free_memory)


def get_uid(prefix: str = "") -> int:
    """Return the next number for a prefix, from 1.

    >>> reset_uids(); get_uid("dense"), get_uid("dense"), get_uid("lstm")
    (1, 2, 1)
    """
    _uids[prefix] = _uids.get(prefix, 0) + 1
    return _uids[prefix]


def reset_uids() -> None:
    """Start the numbers of `get_uid` anew.

    >>> reset_uids()
    """
    _uids.clear()
    reset_names()


def learning_phase() -> LearningPhase:
    """Return 1 inside of training and 0 elsewhere, unless `set_learning_phase` has said otherwise.

    >>> int(learning_phase())
    0
    """
    call = CALL.get()
    if call is not None:
        return LearningPhase(call.training)
    return LearningPhase(_phase["value"] or 0)


def set_learning_phase(value: Any) -> None:
    """Say what `learning_phase` is outside of models: 0 for prediction, 1 for training.

    >>> set_learning_phase(1); int(learning_phase()); set_learning_phase(0)
    1
    """
    if int(value) not in (0, 1):
        raise ValueError(f"Expected the learning phase to be 0 or 1, got {value!r}.")
    _phase["value"] = int(value)


@contextlib.contextmanager
def learning_phase_scope(value: Any) -> Iterator[None]:
    """Let `learning_phase` be so in the block.

    >>> with learning_phase_scope(1):
    ...     int(learning_phase())
    1
    """
    before = _phase["value"]
    set_learning_phase(value)
    try:
        yield
    finally:
        _phase["value"] = before


def set_session(session: Any = None) -> None:
    """Do nothing: NumPy has no sessions.

    >>> config.disable_hints(); set_session(None); config.enable_hints()
    """
    _no_session("set_session")


def get_session(*args: Any, **kwargs: Any) -> Any:
    """Return what has the methods of a session of TensorFlow 1: NumPy has none.

    >>> config.disable_hints(); get_session().run([1.0]); config.enable_hints()
    [1.0]
    """
    _no_session("get_session")
    with quiet():
        return importlib.import_module("minikeras.compat.tensorflow.compat.v1").Session()


def _no_session(name: str) -> None:
    hint("names", "session", f"`K.{name}()` does nothing: NumPy computes at once and has no sessions. Leave it out.")


def manual_variable_initialization(value: Any) -> None:
    """Do nothing: variables have their values from the start.

    >>> manual_variable_initialization(True)
    """


@contextlib.contextmanager
def name_scope(name: str, *args: Any, **kwargs: Any) -> Iterator[str]:
    """A block with a name, which begins the paths of the variables that are made in it.

    >>> with name_scope("head") as name: name
    'head'
    """
    with contextlib.ExitStack() as open_ones:
        for part in str(name or "").split("/"):
            if part:
                open_ones.enter_context(scopes.name_scope(part))
        yield name
