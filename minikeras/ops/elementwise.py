"""Operations of one array, number by number."""

from __future__ import annotations

import math

import numpy as np

from minikeras.ops.dtypes import array, cast, floats
from minikeras.ops.operation import operation


def whole(x):
    """An array that can be squared: bool becomes int32."""
    x = array(x)
    return x.astype("int32") if x.dtype == bool else x


@operation
def exp(x):
    """eˣ

    >>> float(exp(1.0))
    2.718
    """
    return np.exp(floats(x))


@operation
def exp2(x):
    """2ˣ

    >>> float(exp2(3.0))
    8.0
    """
    return np.exp2(floats(x))


@operation
def expm1(x):
    """eˣ - 1, exact for small x.

    >>> float(expm1(1e-6))
    1e-06
    """
    return np.expm1(floats(x))


@operation
def log(x):
    """The natural logarithm.

    >>> float(log(2.718281828))
    1.0
    """
    return np.log(floats(x))


@operation
def log2(x):
    """The logarithm to base 2.

    >>> float(log2(8.0))
    3.0
    """
    return np.log2(floats(x))


@operation
def log10(x):
    """The logarithm to base 10.

    >>> float(log10(1000.0))
    3.0
    """
    return np.log10(floats(x))


@operation
def log1p(x):
    """log(1 + x), exact for small x.

    >>> float(log1p(1e-6))
    1e-06
    """
    return np.log1p(floats(x))


@operation
def sqrt(x):
    """√x

    >>> float(sqrt(9))
    3.0
    """
    return np.sqrt(floats(x))


@operation
def cbrt(x):
    """The cube root.

    >>> float(cbrt(27.0))
    3.0
    """
    return np.cbrt(floats(x))


@operation
def square(x):
    """x²

    >>> square([1, 3]).tolist()
    [1, 9]
    """
    return np.square(whole(x))


@operation
def reciprocal(x):
    """1 / x

    >>> float(reciprocal(4.0))
    0.25
    """
    return np.reciprocal(floats(x))


@operation
def sin(x):
    """The sine of an angle in radians.

    >>> float(sin(0.0))
    0.0
    """
    return np.sin(floats(x))


@operation
def cos(x):
    """The cosine of an angle in radians.

    >>> float(cos(0.0))
    1.0
    """
    return np.cos(floats(x))


@operation
def tan(x):
    """The tangent of an angle in radians.

    >>> float(tan(0.0))
    0.0
    """
    return np.tan(floats(x))


@operation
def arcsin(x):
    """The angle of a sine.

    >>> float(arcsin(1.0))
    1.5708
    """
    return np.arcsin(floats(x))


@operation
def arccos(x):
    """The angle of a cosine.

    >>> float(arccos(1.0))
    0.0
    """
    return np.arccos(floats(x))


@operation
def arctan(x):
    """The angle of a tangent.

    >>> float(arctan(1.0))
    0.7854
    """
    return np.arctan(floats(x))


@operation
def sinh(x):
    """(eˣ - e⁻ˣ) / 2

    >>> float(sinh(1.0))
    1.1752
    """
    return np.sinh(floats(x))


@operation
def cosh(x):
    """(eˣ + e⁻ˣ) / 2

    >>> float(cosh(0.0))
    1.0
    """
    return np.cosh(floats(x))


@operation
def tanh(x):
    """sinh x / cosh x

    >>> float(tanh(1.0))
    0.7616
    """
    return np.tanh(floats(x))


@operation
def arcsinh(x):
    """The inverse of `sinh`.

    >>> float(arcsinh(1.0))
    0.8814
    """
    return np.arcsinh(floats(x))


@operation
def arccosh(x):
    """The inverse of `cosh`.

    >>> float(arccosh(1.0))
    0.0
    """
    return np.arccosh(floats(x))


@operation
def arctanh(x):
    """The inverse of `tanh`.

    >>> float(arctanh(0.0))
    0.0
    """
    return np.arctanh(floats(x))


@operation
def deg2rad(x):
    """Degrees to radians: x π / 180.

    >>> float(deg2rad(180.0))
    3.1416
    """
    return floats(x) * (math.pi / 180)


@operation
def rad2deg(x):
    """Radians to degrees: x 180 / π.

    >>> float(rad2deg(3.14159265))
    180.0
    """
    return floats(x) * (180 / math.pi)


@operation
def ceil(x):
    """The next integer above.

    >>> ceil([1.2, -1.2])
    array([ 2., -1.], dtype=float32)
    """
    return np.ceil(floats(x))


@operation
def floor(x):
    """The next integer below.

    >>> floor([1.2, -1.2])
    array([ 1., -2.], dtype=float32)
    """
    return np.floor(floats(x))


@operation
def trunc(x):
    """The next integer towards 0.

    >>> trunc([1.7, -1.7])
    array([ 1., -1.], dtype=float32)
    """
    return np.trunc(floats(x)) if array(x).dtype.kind == "f" else array(x)


@operation
def absolute(x):
    """|x|

    >>> absolute([-1.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return np.abs(array(x))


@operation
def negative(x):
    """-x

    >>> negative([1, 2]).tolist()
    [-1, -2]
    """
    return np.negative(array(x))


@operation
def sign(x):
    """-1, 0 or 1.

    >>> sign([-3.0, 0.0, 2.0])
    array([-1.,  0.,  1.], dtype=float32)
    """
    return np.sign(whole(x))


@operation
def signbit(x):
    """Whether the sign is minus, that of -0.0 too.

    >>> signbit([-0.0, 0.0])
    array([ True, False])
    """
    return np.signbit(array(x)) if array(x).dtype != bool else np.zeros(np.shape(x), bool)


@operation
def isfinite(x):
    """Whether it is a number and not infinite.

    >>> isfinite([1.0, float("inf")])
    array([ True, False])
    """
    return np.isfinite(array(x))


@operation
def isinf(x):
    """Whether it is infinite.

    >>> isinf([1.0, float("inf")])
    array([False,  True])
    """
    return np.isinf(array(x))


@operation
def isnan(x):
    """Whether it is NaN.

    >>> isnan([1.0, float("nan")])
    array([False,  True])
    """
    return np.isnan(array(x))


@operation
def isneginf(x):
    """Whether it is -∞.

    >>> isneginf([1.0, float("-inf")])
    array([False,  True])
    """
    return np.logical_and(np.isinf(array(x)), np.less(array(x), 0))


@operation
def isposinf(x):
    """Whether it is +∞.

    >>> isposinf([1.0, float("inf")])
    array([False,  True])
    """
    return np.logical_and(np.isinf(array(x)), np.greater(array(x), 0))


@operation
def isreal(x):
    """Whether the imaginary part is 0.

    >>> isreal([1.0, 1j])
    array([ True, False])
    """
    return np.equal(np.imag(array(x)), 0) if array(x).dtype.kind == "c" else np.ones(np.shape(x), bool)


@operation
def real(x):
    """The real part.

    >>> real([1 + 2j])
    array([1.])
    """
    return np.real(array(x)) if array(x).dtype.kind == "c" else array(x)


@operation
def imag(x):
    """The imaginary part.

    >>> imag([1 + 2j])
    array([2.])
    """
    return np.imag(array(x)) if array(x).dtype.kind == "c" else np.zeros_like(array(x))


@operation
def conjugate(x):
    """x with the sign of its imaginary part changed.

    >>> conjugate([1 + 2j])
    array([1.-2.j])
    """
    return np.conjugate(array(x)) if array(x).dtype.kind == "c" else array(x)


@operation
def angle(x):
    """The angle of a complex number, in radians.

    >>> angle([1j, -1.0])
    array([1.5708, 3.1416])
    """
    x = array(x)
    if x.dtype.kind == "c":
        return np.angle(x)
    x = floats(x)
    return np.where(np.less(x, 0), cast(math.pi, x.dtype), cast(0, x.dtype))


@operation
def round(x, decimals=0):
    """The nearest number with so many decimals; halves go to the even one.

    >>> round([0.5, 1.5, 1.26], 1)
    array([0.5, 1.5, 1.3], dtype=float32)
    """
    x = whole(x)
    return x if x.dtype.kind in "iu" and decimals >= 0 else np.round(x, decimals)


@operation
def sinc(x):
    """sin(π x) / (π x), and 1 at 0.

    >>> sinc([0.0, 0.5])
    array([1.    , 0.6366], dtype=float32)
    """
    x = floats(x)
    zero = np.equal(x, 0)
    z = np.where(zero, cast(1, x.dtype), x) * math.pi
    return np.where(zero, cast(1, x.dtype), np.sin(z) / z)


@operation(name="I0")
def i0(x):
    """The modified Bessel function of the first kind, of order 0.

    >>> float(i0(1.0))
    1.266
    """
    x = floats(x)
    return cast(np.i0(x), x.dtype)


abs = absolute
conj = conjugate
