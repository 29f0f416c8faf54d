"""Settings that hold for the whole process: `keras.config`."""

from __future__ import annotations

from minikeras._core.config import (
    backend,
    disable_interactive_logging,
    enable_interactive_logging,
    epsilon,
    floatx,
    image_data_format,
    is_interactive_logging_enabled,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)
from minikeras._core.dtypes import dtype_policy, set_dtype_policy
from minikeras._core.lazy import lazily
from minikeras._core.limits import max_epochs, max_steps_per_epoch, set_max_epochs, set_max_steps_per_epoch
from minikeras._core.old_arguments import disable_hints, enable_hints
from minikeras._core.threads import blas_threads, set_blas_threads

__getattr__ = lazily(__name__)

__all__ = [
    "backend",
    "blas_threads",
    "disable_flash_attention",
    "disable_hints",
    "disable_interactive_logging",
    "disable_traceback_filtering",
    "dtype_policy",
    "enable_flash_attention",
    "enable_hints",
    "enable_interactive_logging",
    "enable_traceback_filtering",
    "enable_unsafe_deserialization",
    "epsilon",
    "floatx",
    "image_data_format",
    "is_flash_attention_enabled",
    "is_interactive_logging_enabled",
    "is_nnx_enabled",
    "is_traceback_filtering_enabled",
    "max_epochs",
    "max_steps_per_epoch",
    "set_backend",
    "set_blas_threads",
    "set_dtype_policy",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
    "set_max_epochs",
    "set_max_steps_per_epoch",
]


def set_backend(backend: str) -> None:
    """Accept ``"numpy"``, the only engine there is.

    >>> set_backend("numpy")
    """
    if backend != "numpy":
        raise ValueError(f"The only backend here is 'numpy', got {backend!r}.")


def enable_unsafe_deserialization() -> None:
    """Do nothing: code in files is never run here. Pass functions as ``custom_objects``.

    >>> enable_unsafe_deserialization()
    """


def enable_traceback_filtering() -> None:
    """Do nothing: tracebacks are short as they are.

    >>> enable_traceback_filtering()
    """


def disable_traceback_filtering() -> None:
    """Do nothing: tracebacks are never cut.

    >>> disable_traceback_filtering()
    """


def is_traceback_filtering_enabled() -> bool:
    """Return False: tracebacks are never cut.

    >>> is_traceback_filtering_enabled()
    False
    """
    return False


def enable_flash_attention() -> None:
    """Do nothing: NumPy has one way to multiply matrices.

    >>> enable_flash_attention()
    """


def disable_flash_attention() -> None:
    """Do nothing: flash attention is never on.

    >>> disable_flash_attention()
    """


def is_flash_attention_enabled() -> bool:
    """Return False: there is none.

    >>> is_flash_attention_enabled()
    False
    """
    return False


def is_nnx_enabled() -> bool:
    """Return False: NNX is JAX's.

    >>> is_nnx_enabled()
    False
    """
    return False
