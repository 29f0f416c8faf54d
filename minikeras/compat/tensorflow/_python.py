"""What layers and optimizers written for Keras 2 take from `tensorflow.python`, and has no place in `tf` itself."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from minikeras import initializers
from minikeras._core.symbolic import KerasTensor
from minikeras.compat.private import keras_export
from minikeras.compat.tensorflow._control import cond
from minikeras.compat.tensorflow._tools import raw

#: A module of tensorflow.python -> the modules of the thin tensorflow that its names are looked for in, in this order.
_OPS = "math . nn linalg compat.v1"
PLACES = {
    **dict.fromkeys(
        """ops.array_ops ops.clip_ops ops.control_flow_ops ops.gen_array_ops ops.gen_math_ops ops.gen_nn_ops ops.linalg_ops
        ops.math_ops ops.nn ops.nn_impl ops.nn_ops ops.state_ops ops.tensor_array_ops ops.variables""".split(), _OPS
    ),
    "ops.image_ops": "image",
    "ops.init_ops": "_python initializers compat.v1 .",
    "ops.init_ops_v2": "_python initializers compat.v1 .",
    "ops.random_ops": f"random {_OPS}",
    "ops.sparse_ops": "sparse .",
    "framework.constant_op": ".",
    "framework.dtypes": "dtypes",
    "framework.ops": ". compat.v1 _python",
    "framework.smart_cond": "_python",
    "framework.tensor_shape": "_python .",
    "framework.tensor_util": "_python . _messages",
    "eager.context": ". _python",
    "util.nest": "nest",
    "util.tf_export": "_python",
    "util.tf_inspect": "_python",
    "client.device_lib": "_python",
    "platform.tf_logging": "_python",
}  # fmt: skip

_LOG = logging.getLogger("tensorflow")
debug, info, warning, error, fatal = _LOG.debug, _LOG.info, _LOG.warning, _LOG.error, _LOG.critical
warn = warning
glorot_normal_initializer, glorot_uniform_initializer = initializers.GlorotNormal, initializers.GlorotUniform
tf_export = keras_export
getfullargspec = getargspec = inspect.getfullargspec


def smart_cond(pred: Any, true_fn: Callable, false_fn: Callable, name: str | None = None) -> Any:
    """One of two functions' results, as Python's `if` where the condition is known.

    >>> smart_cond(True, lambda: 1, lambda: 2), smart_cond(np.array(0), lambda: 1, lambda: 2)
    (1, 2)
    """
    known = smart_constant_value(pred)
    return cond(pred, true_fn, false_fn) if known is None else (true_fn if known else false_fn)()


def smart_constant_value(pred: Any) -> bool | None:
    """The condition as Python's, None where it is a symbol.

    >>> smart_constant_value(1), smart_constant_value(KerasTensor(()))
    (True, None)
    """
    return None if isinstance(pred, KerasTensor) else bool(raw(pred))


def constant_value(tensor: Any, partial: bool = False) -> np.ndarray | None:
    """The numbers of a tensor, None where it is a symbol.

    >>> constant_value([1, 2])
    array([1, 2], dtype=int32)
    """
    return None if isinstance(tensor, KerasTensor) else raw(tensor)


def dimension_value(dimension: Any) -> int | None:
    """A size as an integer, None where it is open.

    >>> dimension_value(3), dimension_value(None)
    (3, None)
    """
    return None if dimension is None else int(dimension)


def as_shape(shape: Any) -> Any:
    """A shape.

    >>> as_shape([None, 3])
    TensorShape([None, 3])
    """
    from minikeras.compat.tensorflow._tensors import TensorShape

    return TensorShape(shape)


def executing_eagerly_outside_functions() -> bool:
    """True: everything is computed at once.

    >>> executing_eagerly_outside_functions()
    True
    """
    return True


def list_local_devices(session_config: Any = None) -> list:
    """The one device there is.

    >>> [device.name for device in list_local_devices()]
    ['/device:CPU:0']
    """
    return [SimpleNamespace(name="/device:CPU:0", device_type="CPU", memory_limit=0, physical_device_desc="")]


__all__ = [
    "as_shape", "constant_value", "debug", "dimension_value", "error", "executing_eagerly_outside_functions", "fatal",
    "getargspec", "getfullargspec", "glorot_normal_initializer", "glorot_uniform_initializer", "info", "keras_export",
    "list_local_devices", "smart_cond", "smart_constant_value", "tf_export", "warn", "warning",
]  # fmt: skip
