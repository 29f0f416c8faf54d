"""`keras.utils.conv_utils`: the sizes that convolutions give, for layers that people write."""

from __future__ import annotations

from typing import Any

import numpy as np

from minikeras.layers.data_format import standardize_data_format

__all__ = [
    "conv_input_length",
    "conv_output_length",
    "convert_kernel",
    "deconv_length",
    "normalize_data_format",
    "normalize_padding",
    "normalize_tuple",
]


def normalize_tuple(value: Any, n: int, name: str) -> tuple[int, ...]:
    """n whole numbers: a number is taken n times.

    >>> normalize_tuple(3, 2, "strides"), normalize_tuple([1, 2], 2, "strides")
    ((3, 3), (1, 2))
    """
    numbers = (value,) * n if isinstance(value, (int, np.integer)) else tuple(value) if hasattr(value, "__iter__") else ()
    if len(numbers) != n or not all(isinstance(one, (int, np.integer)) for one in numbers):
        raise ValueError(f"The `{name}` argument must be an integer or a tuple of {n} integers, got {value!r}.")
    return tuple(map(int, numbers))


def normalize_padding(value: str) -> str:
    """A padding in lower case: "valid", "same" or "causal".

    >>> normalize_padding("SAME")
    'same'
    """
    padding = value.lower()
    if padding not in ("valid", "same", "causal"):
        raise ValueError(f"The `padding` argument must be one of 'valid', 'same' or 'causal', got {value!r}.")
    return padding


def normalize_data_format(value: str | None) -> str:
    """Return "channels_last" or "channels_first"; None is the default.

    >>> normalize_data_format(None), normalize_data_format("Channels_First")
    ('channels_last', 'channels_first')
    """
    return standardize_data_format("normalize_data_format", value.lower() if isinstance(value, str) else value)


def convert_kernel(kernel: Any) -> np.ndarray:
    """A kernel turned around in its places, as Theano and TensorFlow have it from each other; channels stay.

    >>> convert_kernel(np.arange(3).reshape(3, 1, 1)).ravel().tolist()
    [2, 1, 0]
    """
    kernel = np.asarray(kernel)
    if not 3 <= kernel.ndim <= 5:
        raise ValueError(f"A kernel has 3 to 5 axes, got the shape {kernel.shape}.")
    return np.flip(kernel, tuple(range(kernel.ndim - 2))).copy()


def conv_output_length(input_length: int | None, filter_size: int, padding: str, stride: int, dilation: int = 1) -> int | None:
    """How many places a convolution gives along an axis.

    >>> conv_output_length(10, 3, "valid", 2), conv_output_length(10, 3, "same", 2), conv_output_length(None, 3, "same", 2)
    (4, 5, None)
    """
    if input_length is None:
        return None
    width = (filter_size - 1) * dilation + 1
    length = input_length + {"same": 0, "causal": 0, "valid": 1 - width, "full": width - 1}[padding]
    return (length + stride - 1) // stride  # ⌈length / stride⌉


def conv_input_length(output_length: int | None, filter_size: int, padding: str, stride: int) -> int | None:
    """How many places along an axis a convolution started from.

    >>> conv_input_length(4, 3, "valid", 2)
    9
    """
    if output_length is None:
        return None
    pad = {"same": filter_size // 2, "valid": 0, "full": filter_size - 1}[padding]
    return (output_length - 1) * stride - 2 * pad + filter_size


def deconv_length(
    dim_size: int | None, stride_size: int, kernel_size: int, padding: str, output_padding: int | None = None, dilation: int = 1
) -> int | None:
    """How many places a transposed convolution gives along an axis.

    >>> deconv_length(4, 2, 3, "valid"), deconv_length(4, 2, 3, "same"), deconv_length(4, 2, 3, "same", 0)
    (9, 8, 7)
    """
    if dim_size is None:
        return None
    width = (kernel_size - 1) * dilation + 1
    if output_padding is None:
        more = {"valid": max(width - stride_size, 0), "full": 2 - stride_size - width, "same": 0}[padding]
        return dim_size * stride_size + more
    pad = {"same": width // 2, "valid": 0, "full": width - 1}[padding]
    return (dim_size - 1) * stride_size + width - 2 * pad + output_padding
