"""`tf.config.experimental`: the same, under older names.

>>> get_memory_growth(list_physical_devices("CPU")[0])
False
"""

from __future__ import annotations

from typing import Any

from minikeras.compat.tensorflow._tools import absent, exported, taken

_SAME = "get_visible_devices list_logical_devices list_physical_devices set_visible_devices"
globals().update(taken("config", _SAME))
_grows: set = set()


def set_memory_growth(device: Any, enable: bool) -> None:
    """Do nothing but remember: NumPy takes memory as it needs it."""
    (_grows.add if enable else _grows.discard)(device)


def get_memory_growth(device: Any) -> bool:
    """What `set_memory_growth` was told."""
    return device in _grows


def get_memory_info(device: Any) -> dict:
    """Nothing is known of it."""
    return {"current": 0, "peak": 0}


def reset_memory_stats(device: Any) -> None:
    """Do nothing."""


def get_device_details(device: Any) -> dict:
    """Nothing is known of it."""
    return {}


def set_virtual_device_configuration(device: Any, logical_devices: Any) -> None:
    """Do nothing: there is one device."""


def get_virtual_device_configuration(device: Any) -> None:
    """None."""


def VirtualDeviceConfiguration(*args: Any, **kwargs: Any) -> None:  # noqa: N802 - TensorFlow's name
    """How a device is parted: not at all."""


def set_synchronous_execution(enable: bool) -> None:
    """Do nothing."""


def enable_op_determinism() -> None:
    """Do nothing: two runs from one seed are equal anyway."""


def enable_tensor_float_32_execution(enabled: bool) -> None:
    """Do nothing: float32 is float32."""


def enable_mlir_graph_optimization() -> None:
    """Do nothing."""


disable_mlir_graph_optimization = enable_mlir_graph_optimization

__all__ = exported(globals(), f"{_SAME} disable_mlir_graph_optimization")
__getattr__ = absent("tf.config.experimental", globals())
