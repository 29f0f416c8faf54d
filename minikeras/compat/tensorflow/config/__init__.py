"""`tf.config`: one CPU, no GPU, and settings that change nothing.

>>> list_physical_devices(), list_physical_devices("GPU")
([PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')], [])
"""

from __future__ import annotations

from typing import Any, NamedTuple

from minikeras.compat.tensorflow._tools import Namespace, absent, exported


class PhysicalDevice(NamedTuple):
    """A device."""

    name: str
    device_type: str = "CPU"


class LogicalDevice(NamedTuple):
    """A device as programs see it."""

    name: str
    device_type: str = "CPU"


class LogicalDeviceConfiguration:
    """How a device is parted: not at all."""

    def __init__(self, *args: Any, **kwargs: Any):
        pass


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The CPU."""
    return [PhysicalDevice("/physical_device:CPU:0")] if device_type in (None, "CPU") else []


def list_logical_devices(device_type: str | None = None) -> list[LogicalDevice]:
    """The CPU."""
    return [LogicalDevice("/device:CPU:0")] if device_type in (None, "CPU") else []


def get_visible_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The CPU."""
    return list_physical_devices(device_type)


def set_visible_devices(devices: Any, device_type: str | None = None) -> None:
    """Do nothing: there is one device."""


def get_logical_device_configuration(device: Any) -> None:
    """None."""


def set_logical_device_configuration(device: Any, logical_devices: Any) -> None:
    """Do nothing: there is one device."""


def set_soft_device_placement(enabled: bool) -> None:
    """Do nothing."""


def get_soft_device_placement() -> bool:
    """True."""
    return True


_eager = {"run": False}


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Do nothing: functions run as they are written."""
    _eager["run"] = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """What `run_functions_eagerly` was told."""
    return _eager["run"]


def experimental_run_functions_eagerly(run_eagerly: bool) -> None:
    """Do nothing: functions run as they are written."""
    run_functions_eagerly(run_eagerly)


experimental_functions_run_eagerly = functions_run_eagerly


def experimental_connect_to_cluster(*args: Any, **kwargs: Any) -> None:
    """Do nothing: there is one machine."""


experimental_connect_to_host = experimental_connect_to_cluster

_threads = {"inter": 0, "intra": 0}
threading = Namespace(
    "tf.config.threading",
    get_inter_op_parallelism_threads=lambda: _threads["inter"],
    get_intra_op_parallelism_threads=lambda: _threads["intra"],
    set_inter_op_parallelism_threads=lambda num_threads: _threads.update(inter=num_threads),
    set_intra_op_parallelism_threads=lambda num_threads: _threads.update(intra=num_threads),
)
optimizer = Namespace(
    "tf.config.optimizer",
    get_experimental_options=dict,
    get_jit=lambda: "",
    set_experimental_options=lambda options: None,
    set_jit=lambda enabled: None,
)

_ALSO = "threading optimizer experimental_functions_run_eagerly experimental_connect_to_host"
__all__ = exported(globals(), _ALSO)
__getattr__ = absent("tf.config", globals(), modules="experimental")
