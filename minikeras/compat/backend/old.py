"""keras.backend in the words of Keras 1 and 2: functions that it had under other names, and arguments that had other names."""

from __future__ import annotations

import builtins
import contextlib
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from minikeras import ops
from minikeras._core.old_arguments import hint
from minikeras._core.symbolic import KerasTensor
from minikeras._core.variable import Variable
from minikeras.compat.backend import arrays, spatial
from minikeras.layers.data_format import standardize_data_format
from minikeras.layers.old_arguments import ORDERINGS

_SLIDING = {"border_mode": "padding", "dim_ordering": "data_format"}
_SHAPES = dict.fromkeys(("image_shape", "volume_shape", "filter_shape"))  # hints for Theano
_TWO = {"x": "x1", "y": "x2"}
ARGUMENTS: dict[str, dict[str, str | None]] = {  # function: {old name: name of today; None: it changes nothing}
    **{name: {"nb_classes": "num_classes"} for name in ("one_hot", "to_categorical")},
    **{name: _TWO for name in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum")},
    **{name: {"name": None} for name in ("zeros_like", "ones_like")},
    **{name: {"X": "x", "dim_ordering": "data_format"} for name in ("resize_images", "resize_volumes")},
    **{name: {"dim_ordering": "data_format"} for name in ("spatial_2d_padding", "spatial_3d_padding", "bias_add")},
    **{name: {**_SLIDING, **_SHAPES} for name in ("conv2d", "conv3d", "conv2d_transpose", "separable_conv2d")},
    **{name: _SLIDING for name in ("pool2d", "pool3d")},
    "conv1d": {**_SLIDING, **_SHAPES, "stride": "strides"},
    "batch_get_value": {"xs": "tensors", "ops": "tensors"},
    "ctc_decode": {"merge_repeated": None},
    "expand_dims": {"dim": "axis"},
    "moving_average_update": {"variable": "x"},
    "pow": {"x": "x1", "a": "x2"},
    "random_normal": {"std": "stddev"},
    "random_uniform": {"high": "maxval", "low": "minval"},
    "set_epsilon": {"e": "value"},
    "set_floatx": {"floatx": "value"},
    "stop_gradient": {"variables": "variable"},
    "tile": {"n": "repeats"},
    "truncated_normal": {"std": "stddev"},
}
ARGUMENTS["conv2d"] = {**ARGUMENTS["conv2d"], "filter_dilation": "dilation_rate"}


def with_old_arguments(functions: Mapping[str, Any]) -> dict[str, Callable]:
    """The functions of a namespace that had other argument names once, so that they take these, too.

    >>> from minikeras import config
    >>> config.disable_hints(); with_old_arguments({"tile": ops.tile})["tile"]([1, 2], n=2).tolist(); config.enable_hints()
    [1, 2, 1, 2]
    """
    return {name: _taught(name, functions[name], table) for name, table in ARGUMENTS.items() if name in functions}


def _taught(owner: str, function: Callable, table: Mapping[str, str | None]) -> Callable:
    @functools.wraps(function)
    def taught(*args: Any, **kwargs: Any) -> Any:
        if table.keys() & kwargs.keys():
            kwargs = _in_words_of_today(owner, table, kwargs)
        return function(*args, **kwargs)

    return taught


def _in_words_of_today(owner: str, table: Mapping[str, str | None], kwargs: dict) -> dict:
    translated = {}
    for name, value in kwargs.items():
        new = table.get(name, name)
        if name == "dim_ordering":
            value = ORDERINGS.get(value, value)
        if new is not None:
            translated[new] = value
        if new != name and new not in ("x1", "x2"):  # ops count their arguments; nobody need care
            now = "it changes nothing" if new is None else f"it is called `{new}` now"
            hint(f"K.{owner}", name, f"K.{owner}: `{name}` still works; {now}.")
    return translated


# -- functions of Keras 1 ------------------------------------------------------------------------------------------------


def deconv2d(
    x: Any, kernel: Any, output_shape: Any = None, strides: Any = (1, 1), border_mode: str = "valid",
    dim_ordering: str = "default", image_shape: Any = None, filter_shape: Any = None,
) -> Any:  # fmt: skip
    """The transpose of a convolution of images, in the words of Keras 1.

    >>> import numpy as np
    >>> deconv2d(np.ones((1, 2, 2, 2)), np.ones((3, 3, 5, 2)), strides=(2, 2)).shape
    (1, 5, 5, 5)
    """
    return spatial.conv2d_transpose(x, kernel, output_shape, strides, border_mode, ORDERINGS.get(dim_ordering, dim_ordering))


def atrous_conv2d(
    x: Any, kernel: Any, rate: int = 1, border_mode: str = "valid", dim_ordering: str = "default", image_shape: Any = None,
    filter_shape: Any = None,
) -> Any:  # fmt: skip
    """A convolution of images with holes in its kernel, in the words of Keras 1.

    >>> import numpy as np
    >>> atrous_conv2d(np.ones((1, 5, 5, 2)), np.ones((2, 2, 2, 3)), rate=2).shape
    (1, 3, 3, 3)
    """
    return spatial.conv2d(x, kernel, (1, 1), border_mode, ORDERINGS.get(dim_ordering, dim_ordering), (rate, rate))


def lesser(x: Any, y: Any) -> Any:
    """x < y; `less` of today.

    >>> lesser([1, 3], [2, 2]).tolist()
    [True, False]
    """
    return ops.less(x, y)


def lesser_equal(x: Any, y: Any) -> Any:
    """x ≤ y; `less_equal` of today.

    >>> lesser_equal([2, 3], [2, 2]).tolist()
    [True, False]
    """
    return ops.less_equal(x, y)


def asymmetric_temporal_padding(x: Any, left_pad: int = 1, right_pad: int = 1) -> Any:
    """Zeros before and after the steps.

    >>> import numpy as np
    >>> asymmetric_temporal_padding(np.ones((1, 2, 1)), 1, 2).shape
    (1, 5, 1)
    """
    return arrays.temporal_padding(x, (left_pad, right_pad))


def asymmetric_spatial_2d_padding(
    x: Any, top_pad: int = 1, bottom_pad: int = 1, left_pad: int = 1, right_pad: int = 1, dim_ordering: str = "default"
) -> Any:
    """Zeros around images.

    >>> import numpy as np
    >>> asymmetric_spatial_2d_padding(np.ones((1, 2, 2, 1)), 1, 0, 2, 0).shape
    (1, 3, 4, 1)
    """
    sides = (top_pad, bottom_pad), (left_pad, right_pad)
    return arrays.spatial_2d_padding(x, sides, ORDERINGS.get(dim_ordering, dim_ordering))


# -- functions of Keras 2 ------------------------------------------------------------------------------------------------


def get_variable_shape(x: Any) -> tuple:
    """The shape of a variable or tensor.

    >>> get_variable_shape(Variable([1.0, 2.0]))
    (2,)
    """
    return arrays.int_shape(x)


def is_variable(x: Any) -> bool:
    """Whether it is a variable.

    >>> is_variable(Variable([1.0])), is_variable(1.0)
    (True, False)
    """
    return isinstance(x, Variable)


def is_placeholder(x: Any) -> bool:
    """Whether it is a symbolic tensor that is fed: an Input.

    >>> from minikeras import Input
    >>> is_placeholder(Input((2,))), is_placeholder(Input((2,)) * 2)
    (True, False)
    """
    operation = getattr(getattr(x, "_keras_history", None), "operation", None)
    return isinstance(x, KerasTensor) and type(operation).__name__ == "InputLayer"


def symbolic(func: Callable) -> Callable:
    """Keras 2.3's decorator for functions of graphs: the function as it is.

    >>> symbolic(len) is len
    True
    """
    return func


def eager(func: Callable) -> Callable:
    """Keras 2.3's decorator for functions of values: the function as it is.

    >>> eager(len) is len
    True
    """
    return func


def _get_available_gpus() -> list:
    """The GPUs: none.

    >>> _get_available_gpus()
    []
    """
    return []


@contextlib.contextmanager
def control_dependencies(control_inputs: Any) -> Iterator[None]:
    """Things are computed in the order in which they stand, here always.

    >>> with control_dependencies([1.0]):
    ...     pass
    """
    yield


def normalize_data_format(value: str | None) -> str:
    """Return "channels_last" or "channels_first"; None is the default.

    >>> normalize_data_format(None), normalize_data_format("Channels_First")
    ('channels_last', 'channels_first')
    """
    return standardize_data_format("normalize_data_format", value.lower() if isinstance(value, str) else value)


def conv3d_transpose(
    x: Any, kernel: Any, output_shape: Any = None, strides: Any = (1, 1, 1), padding: str = "valid", data_format: Any = None
) -> Any:
    """The transpose of a convolution of volumes; the kernel is (depth, rows, columns, filters, channels).

    >>> import numpy as np
    >>> conv3d_transpose(np.ones((1, 2, 2, 2, 1)), np.ones((2, 2, 2, 3, 1)), strides=(2, 2, 2)).shape
    (1, 4, 4, 4, 3)
    """
    return ops.conv_transpose(x, kernel, strides, padding, None, data_format)


def identity(x: Any, name: str | None = None) -> Any:
    """The same values.

    >>> identity([1.0]).tolist()
    [1.0]
    """
    return ops.multiply(x, 1)


def size(x: Any, name: str | None = None) -> Any:
    """How many values there are.

    >>> int(size([[1.0, 2.0]]))
    2
    """
    return ops.size(x)


def slice(x: Any, start: Any, size: Any) -> Any:
    """A part: where it begins and how large it is, for each axis; a size of -1 goes to the end.

    >>> slice([[1.0, 2.0, 3.0]], [0, 1], [1, -1]).tolist()
    [[2.0, 3.0]]
    """
    x = ops.convert_to_tensor(x) if isinstance(x, (list, tuple)) else x
    ends = [None if count == -1 else int(first) + int(count) for first, count in zip(start, size)]
    return x[tuple(builtins.slice(int(first), end) for first, end in zip(start, ends))]
