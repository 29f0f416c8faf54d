"""Operations of two arrays, number by number: arithmetic, comparison, logic, bits."""

from __future__ import annotations

import numpy as np

from minikeras._core.config import floatx
from minikeras.ops.dtypes import WEAK, array, cast, common, floats, promote, promote_floats
from minikeras.ops.operation import operation


def numbers(x1, x2):
    """Two arrays of one type that can be divided: truth values become int32."""
    x1, x2 = promote(x1, x2)
    return (x1.astype("int32"), x2.astype("int32")) if x1.dtype.kind == "b" else (x1, x2)


@operation
def add(x1, x2):
    """x1 + x2.

    >>> add([1, 2], 0.5)
    array([1.5, 2.5], dtype=float32)
    """
    return np.add(*promote(x1, x2))


@operation
def subtract(x1, x2):
    """x1 - x2.

    >>> subtract([1.0, 2.0], [3, 3])
    array([-2., -1.], dtype=float32)
    """
    return np.subtract(*promote(x1, x2))


@operation
def multiply(x1, x2):
    """x1 · x2, number by number.

    >>> multiply([1.0, 2.0], 3)
    array([3., 6.], dtype=float32)
    """
    return np.multiply(*promote(x1, x2))


@operation
def divide(x1, x2):
    """x1 / x2, always floats.

    >>> divide([1, 2], 4)
    array([0.25, 0.5 ], dtype=float32)
    """
    return np.divide(*promote_floats(x1, x2))


@operation
def true_divide(x1, x2):
    """x1 / x2: another name of `divide`.

    >>> true_divide([1, 2], 4)
    array([0.25, 0.5 ], dtype=float32)
    """
    return np.divide(*promote_floats(x1, x2))


@operation
def divide_no_nan(x1, x2):
    """x1 / x2, and 0 wherever x2 is 0.

    >>> divide_no_nan([1.0, 2.0], [0.0, 4.0])
    array([0. , 0.5], dtype=float32)
    """
    x1, x2 = promote_floats(x1, x2)
    zero = np.equal(x2, 0)
    return np.where(zero, cast(0, x1.dtype), x1 / np.where(zero, cast(1, x1.dtype), x2))


@operation
def floor_divide(x1, x2):
    """⌊x1 / x2⌋

    >>> floor_divide([7, -7], 2).tolist()
    [3, -4]
    """
    return np.floor_divide(*numbers(x1, x2))


@operation
def mod(x1, x2):
    """The remainder of x1 / x2, of the sign of x2.

    >>> mod([7, -7], 4).tolist()
    [3, 1]
    """
    return np.mod(*numbers(x1, x2))


@operation
def fmod(x1, x2):
    """The remainder of x1 / x2, of the sign of x1.

    >>> fmod([7, -7], 4).tolist()
    [3, -3]
    """
    return np.fmod(*numbers(x1, x2))


@operation
def power(x1, x2):
    """x1 to the power of x2.

    >>> power([2.0, 3.0], 2)
    array([4., 9.], dtype=float32)
    """
    return np.power(*numbers(x1, x2))


@operation
def maximum(x1, x2):
    """The greater of two.

    >>> maximum([1, 5], [3, 2]).tolist()
    [3, 5]
    """
    return np.maximum(*promote(x1, x2))


@operation
def minimum(x1, x2):
    """The smaller of two.

    >>> minimum([1, 5], [3, 2]).tolist()
    [1, 2]
    """
    return np.minimum(*promote(x1, x2))


@operation
def fmax(x1, x2):
    """The greater of two, the other one where one is NaN.

    >>> fmax([1.0, float("nan")], [3.0, 2.0])
    array([3., 2.], dtype=float32)
    """
    return np.fmax(*promote(x1, x2))


@operation
def fmin(x1, x2):
    """The smaller of two, the other one where one is NaN.

    >>> fmin([1.0, float("nan")], [3.0, 2.0])
    array([1., 2.], dtype=float32)
    """
    return np.fmin(*promote(x1, x2))


@operation
def arctan2(x1, x2):
    """The angle of the point (x2, x1), from -π to π.

    >>> arctan2([1.0], [1.0])
    array([0.785], dtype=float32)
    """
    return np.arctan2(*promote_floats(array(x1), array(x2)))


@operation
def hypot(x1, x2):
    """√(x1² + x2²)

    >>> float(hypot(3.0, 4.0))
    5.0
    """
    return np.hypot(*promote_floats(x1, x2))


@operation
def logaddexp(x1, x2):
    """log(exp x1 + exp x2), without overflow.

    >>> float(logaddexp(1000.0, 1000.0))
    1000.693
    """
    return np.logaddexp(*promote_floats(array(x1), array(x2)))


@operation
def logaddexp2(x1, x2):
    """log₂(2^x1 + 2^x2), without overflow.

    >>> float(logaddexp2(3.0, 3.0))
    4.0
    """
    return np.logaddexp2(*promote_floats(x1, x2))


@operation
def heaviside(x1, x2):
    """0 where x1 is negative, x2 where it is zero, else 1.

    >>> heaviside([-1.0, 0.0, 2.0], 0.5)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x1, x2 = promote(x1, x2)
    if x1.dtype.kind != "f":
        x1, x2 = x1.astype(floatx()), x2.astype(floatx())
    return np.where(np.equal(x1, 0), x2, cast(np.greater(x1, 0), x1.dtype))


@operation
def nextafter(x1, x2):
    """The floating point number next to x1 on the way to x2.

    >>> bool(nextafter(1.0, 2.0) > 1.0)
    True
    """
    return np.nextafter(*promote_floats(x1, x2))


@operation
def ldexp(x1, x2):
    """x1 · 2^x2 with integers x2.

    >>> ldexp([1.0, 3.0], 2)
    array([ 4., 12.], dtype=float32)
    """
    x1, x2 = array(x1), array(x2)
    if x2.dtype.kind not in "iu":
        raise TypeError(f"ldexp expects integers as x2, got an array of {x2.dtype}.")
    dtype = common(float, x1.dtype, x2.dtype)
    return cast(x1, dtype) * np.ldexp(np.ones((), dtype), x2)


@operation
def gcd(x1, x2):
    """The greatest common divisor of integers.

    >>> int(gcd(12, 18))
    6
    """
    return np.gcd(*promote(x1, x2))


@operation
def lcm(x1, x2):
    """The least common multiple of integers.

    >>> int(lcm(4, 6))
    12
    """
    return np.lcm(*promote(x1, x2))


@operation
def equal(x1, x2):
    """Whether x1 = x2, number by number.

    >>> equal([1, 2], [1.0, 3.0])
    array([ True, False])
    """
    return np.equal(*promote(x1, x2))


@operation
def not_equal(x1, x2):
    """Whether x1 ≠ x2.

    >>> not_equal([1, 2], 1)
    array([False,  True])
    """
    return np.not_equal(*promote(x1, x2))


@operation
def less(x1, x2):
    """Whether x1 < x2.

    >>> less([1, 2], 2)
    array([ True, False])
    """
    return np.less(*promote(x1, x2))


@operation
def less_equal(x1, x2):
    """Whether x1 ≤ x2.

    >>> less_equal([1, 3], 2)
    array([ True, False])
    """
    return np.less_equal(*promote(x1, x2))


@operation
def greater(x1, x2):
    """Whether x1 > x2.

    >>> greater([1, 3], 2)
    array([False,  True])
    """
    return np.greater(*promote(x1, x2))


@operation
def greater_equal(x1, x2):
    """Whether x1 ≥ x2.

    >>> greater_equal([1, 2], 2)
    array([False,  True])
    """
    return np.greater_equal(*promote(x1, x2))


@operation(data="rtol atol")
def isclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether |x1 - x2| ≤ atol + rtol |x2|.

    >>> isclose([1.0, 2.0], [1.0, 2.1])
    array([ True, False])
    """
    return np.isclose(*promote(x1, x2), rtol, atol, equal_nan)


@operation(name="AllClose")
def allclose(x1, x2, rtol=1e-5, atol=1e-8, equal_nan=False):
    """Whether all numbers are close: |x1 - x2| ≤ atol + rtol |x2|.

    >>> bool(allclose([1.0, 2.0], [1.0, 2.1]))
    False
    """
    return np.all(np.isclose(*promote(x1, x2), rtol, atol, equal_nan))


@operation
def logical_and(x1, x2):
    """Whether both are true (not zero).

    >>> logical_and([True, True], [False, True])
    array([False,  True])
    """
    return np.logical_and(array(x1), array(x2))


@operation
def logical_or(x1, x2):
    """Whether at least one is true.

    >>> logical_or([True, False], [False, False])
    array([ True, False])
    """
    return np.logical_or(array(x1), array(x2))


@operation
def logical_xor(x1, x2):
    """Whether exactly one is true.

    >>> logical_xor([True, True], [False, True])
    array([ True, False])
    """
    return np.logical_xor(array(x1), array(x2))


@operation
def logical_not(x):
    """Whether it is false (zero).

    >>> logical_not([True, False])
    array([False,  True])
    """
    return np.logical_not(array(x))


@operation
def bitwise_and(x, y):
    """The bits that both integers have.

    >>> int(bitwise_and(6, 3))
    2
    """
    return np.bitwise_and(*promote(x, y))


@operation
def bitwise_or(x, y):
    """The bits that at least one integer has.

    >>> int(bitwise_or(6, 3))
    7
    """
    return np.bitwise_or(*promote(x, y))


@operation
def bitwise_xor(x, y):
    """The bits that exactly one integer has.

    >>> int(bitwise_xor(6, 3))
    5
    """
    return np.bitwise_xor(*promote(x, y))


@operation
def bitwise_not(x):
    """The bits that an integer does not have.

    >>> int(bitwise_not(6))
    -7
    """
    return np.invert(array(x))


@operation
def bitwise_invert(x):
    """The bits that an integer does not have: another name of `bitwise_not`.

    >>> int(bitwise_invert(6))
    -7
    """
    return np.invert(array(x))


@operation
def bitwise_left_shift(x, y):
    """x · 2^y for integers.

    >>> int(bitwise_left_shift(3, 2))
    12
    """
    return np.left_shift(*numbers(x, y))


@operation
def left_shift(x, y):
    """x · 2^y for integers: another name of `bitwise_left_shift`.

    >>> int(left_shift(3, 2))
    12
    """
    return np.left_shift(*numbers(x, y))


@operation
def bitwise_right_shift(x, y):
    """⌊x / 2^y⌋ for integers.

    >>> int(bitwise_right_shift(13, 2))
    3
    """
    return np.right_shift(*numbers(x, y))


@operation
def right_shift(x, y):
    """⌊x / 2^y⌋ for integers: another name of `bitwise_right_shift`.

    >>> int(right_shift(13, 2))
    3
    """
    return np.right_shift(*numbers(x, y))


@operation
def clip(x, x_min, x_max):
    """Keep numbers between x_min and x_max; None is no bound.

    >>> clip([-1.0, 0.5, 3.0], 0.0, 1.0)
    array([0. , 0.5, 1. ], dtype=float32)
    """
    x = array(x)
    x = x.astype("int32") if x.dtype.kind == "b" else x
    bounds = [b if b is None or type(b) in WEAK else array(b) for b in (x_min, x_max)]
    dtype = common(x.dtype, *(type(b) if type(b) in WEAK else b.dtype for b in bounds if b is not None))
    low, high = (None if b is None else cast(b, dtype) for b in bounds)
    x = cast(x, dtype)
    x = x if low is None else np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


@operation
def nan_to_num(x, nan=0.0, posinf=None, neginf=None):
    """Put numbers in place of NaN and infinity; None stands for the greatest number there is.

    >>> nan_to_num([float("nan"), 1.0, float("inf")], posinf=9.0)
    array([0., 1., 9.], dtype=float32)
    """
    x = array(x)
    return np.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf) if x.dtype.kind in "fc" else x


@operation
def fabs(x):
    """|x| as floats.

    >>> fabs([-1, 2])
    array([1., 2.], dtype=float32)
    """
    return np.abs(floats(x))
