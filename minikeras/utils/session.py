"""Start the process' bookkeeping over."""

from __future__ import annotations

from minikeras._core import random
from minikeras._core.config import enable_interactive_logging
from minikeras._core.dtypes import set_dtype_policy
from minikeras._core.naming import reset_names


def clear_session(free_memory: bool = True) -> None:
    """Forget the counts behind automatic names, the global seed, the dtype policy and the logging mode.

    Models, weights and registered classes stay what they are.

    Args:
        free_memory: accepted as in Keras; memory is freed anyway when nothing refers to it.

    >>> clear_session()
    """
    reset_names()
    random._global.clear()
    set_dtype_policy(None)
    enable_interactive_logging()
