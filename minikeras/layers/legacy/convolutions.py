"""Convolutions as Keras 1 wrote them: the sides of the kernel stand one by one, ``Convolution2D(32, 3, 3)``."""

from __future__ import annotations

from minikeras.layers.convolutional.conv1d import Conv1D
from minikeras.layers.convolutional.conv2d import Conv2D
from minikeras.layers.convolutional.conv2d_transpose import Conv2DTranspose
from minikeras.layers.convolutional.conv3d import Conv3D
from minikeras.layers.convolutional.conv3d_transpose import Conv3DTranspose
from minikeras.layers.convolutional.separable_conv2d import SeparableConv2D
from minikeras.layers.legacy.alias import Alias, by_name

_REST = "W_regularizer", "b_regularizer", "activity_regularizer", "W_constraint", "b_constraint", "bias"
_REST_1D = ("init", "activation", "weights", "border_mode", "subsample_length", *_REST)
_REST_2D = ("init", "activation", "weights", "border_mode", "subsample", "dim_ordering", *_REST)
_ATROUS = ("init", "activation", "weights", "border_mode", "subsample", "atrous_rate", "dim_ordering", *_REST)


def sides(args: tuple, kwargs: dict, n: int, rest: tuple[str, ...]) -> tuple[tuple, dict]:
    """Put n sides of the kernel, if they stand one by one, together; what comes after them gets its names of then.

    >>> sides((32, 3, 5, "uniform"), {}, 2, _REST_2D), sides((32, (3, 3), 2), {}, 2, _REST_2D)
    (((32, (3, 5)), {'init': 'uniform'}), ((32, (3, 3), 2), {}))
    """
    if len(args) > n and all(type(side) is int for side in args[1 : n + 1]):
        args = (args[0], args[1 : n + 1], *args[n + 1 :])
        return by_name(args, kwargs, 2, rest)
    return args, kwargs


class Convolution1D(Conv1D, metaclass=Alias):
    """`Conv1D` as Keras 1 wrote it: ``Convolution1D(nb_filter, filter_length, init, activation, ...)``.

    >>> Convolution1D(8, 3, padding="same").kernel_size
    (3,)
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return by_name(args, kwargs, 2, _REST_1D) if len(args) > 2 and isinstance(args[2], str) else (args, kwargs)


class Convolution2D(Conv2D, metaclass=Alias):
    """`Conv2D` as Keras 1 wrote it: ``Convolution2D(nb_filter, nb_row, nb_col, init, activation, ...)``.

    >>> Convolution2D(8, 3, 5).kernel_size, Convolution2D(8, (3, 5)).kernel_size
    ((3, 5), (3, 5))
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return sides(args, kwargs, 2, _REST_2D)


class Convolution3D(Conv3D, metaclass=Alias):
    """`Conv3D` as Keras 1 wrote it: ``Convolution3D(nb_filter, kernel_dim1, kernel_dim2, kernel_dim3, ...)``.

    >>> Convolution3D(8, 3, 3, 2).kernel_size
    (3, 3, 2)
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return sides(args, kwargs, 3, _REST_2D)


class AtrousConvolution1D(Conv1D, metaclass=Alias):
    """`Conv1D` with gaps between the taps: ``AtrousConvolution1D(nb_filter, filter_length, atrous_rate=2)``.

    >>> AtrousConvolution1D(8, 3, dilation_rate=2).dilation_rate
    (2,)
    """

    today = Convolution1D.today


class AtrousConvolution2D(Conv2D, metaclass=Alias):
    """`Conv2D` with gaps between the taps: ``AtrousConvolution2D(nb_filter, nb_row, nb_col, atrous_rate=(2, 2))``.

    >>> AtrousConvolution2D(8, 3, 3, dilation_rate=(2, 2)).dilation_rate
    (2, 2)
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return sides(args, kwargs, 2, _ATROUS)


class SeparableConvolution2D(SeparableConv2D, metaclass=Alias):
    """`SeparableConv2D` as Keras 1 wrote it: ``SeparableConvolution2D(nb_filter, nb_row, nb_col, ...)``.

    >>> SeparableConvolution2D(8, 3, 3, padding="same").padding
    'same'
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return sides(args, kwargs, 2, _REST_2D)


class Deconvolution2D(Conv2DTranspose, metaclass=Alias):
    """`Conv2DTranspose` as Keras 1 wrote it: ``Deconvolution2D(nb_filter, nb_row, nb_col, output_shape, ...)``.

    The shape of the output follows from the other arguments.

    >>> Deconvolution2D(8, 3, 3, output_shape=(None, 14, 14, 8), padding="same", strides=(2, 2)).strides
    (2, 2)
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return sides(args, kwargs, 2, ("output_shape", *_REST_2D))


class Deconvolution3D(Conv3DTranspose, metaclass=Alias):
    """`Conv3DTranspose` as Keras 1 wrote it.

    >>> Deconvolution3D(8, 3, 3, 3).kernel_size
    (3, 3, 3)
    """

    @staticmethod
    def today(args, kwargs):
        """The arguments of today."""
        return sides(args, kwargs, 3, ("output_shape", *_REST_2D))
