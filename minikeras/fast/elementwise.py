"""exp, σ and tanh of float32 as straight lines of arithmetic, which a processor does for eight numbers at once.

The functions of single numbers are meant for the loops of other kernels.
"""

from __future__ import annotations

import functools

import numpy as np

from minikeras.fast.compiling import kernel

# a·b + c at once is welcome, but sums stay in their order: what is added and taken away again rounds on purpose
_one = functools.partial(kernel, math={"contract"})

F = np.float32  # of a plain number, arithmetic would be float64
ONE, LOG2_E = F(1.0), F(1.4426950408889634)
LN2, LN2_REST = F(0.693359375), F(-2.12194440e-4)  # ln 2 in two parts; n times the first is exact
LOW, HIGH = F(-104.0), F(89.0)  # exp is 0 below, infinite above
NEAR = F(87.0)  # up to here 2ⁿ is an ordinary number
WHOLE = F(12582912.0)  # 1.5 · 2²³: a number added to it keeps no fraction, and its last bits are an integer
WHOLE_BITS, EXPONENT, BIAS = np.int32(0x4B400000), np.int32(23), np.int32(127)
# (exp(r) - 1 - r) / r² for |r| ≤ ln 2 / 2; relative error of exp 3e-9
E2, E3, E4, E5, E6 = F(0.49999994), F(0.16666515), F(0.041668456), F(0.008369419), F(0.0013813145)
# tanh(x) = x P(x²) / Q(x²) for |x| ≤ 9.02, from where on it is 1; relative error 2e-8
END = F(9.02)
P1, P2, P3, P4 = F(0.13379718), F(0.003494036), F(2.0583502e-05), F(1.3319101e-08)
Q1, Q2, Q3, Q4 = F(0.46713033), F(0.025871078), F(3.2830951e-04), F(7.762032e-07)


@_one
def exponential(x: float) -> float:
    """exp(x), to 1e-7 of itself."""
    x = HIGH if x > HIGH else x
    x = LOW if x < LOW else x
    shifted = x * LOG2_E + WHOLE
    n = shifted - WHOLE  # the integer next to x / ln 2
    r = x - n * LN2 - n * LN2_REST
    e = ((((E6 * r + E5) * r + E4) * r + E3) * r + E2) * (r * r) + r + ONE
    power = np.int32(np.float32(shifted).view(np.int32) - WHOLE_BITS)
    half = power >> np.int32(1)  # 2ⁿ in two factors: what is too large or too small for one is not for both
    first = np.int32((half + BIAS) << EXPONENT).view(np.float32)
    second = np.int32((power - half + BIAS) << EXPONENT).view(np.float32)
    return e * first * second  # exp(x) = 2ⁿ exp(r), x = n ln 2 + r


@_one
def sigmoid(x: float) -> float:
    """σ(x) = 1 / (1 + exp(-x)), to 2e-7 of itself; for large |x|, that of 87 or -87."""
    x = NEAR if x > NEAR else x
    x = -NEAR if x < -NEAR else x
    shifted = WHOLE - x * LOG2_E
    n = shifted - WHOLE
    r = -x - n * LN2 - n * LN2_REST
    e = ((((E6 * r + E5) * r + E4) * r + E3) * r + E2) * (r * r) + r + ONE
    power = np.int32(np.float32(shifted).view(np.int32)) << EXPONENT
    bits = np.int32(np.float32(e).view(np.int32) + np.int32(power))  # exp(-x) = 2ⁿ exp(r): n goes into the exponent
    return ONE / (ONE + np.int32(bits).view(np.float32))


@_one
def tanh(x: float) -> float:
    """tanh(x), to 4e-7 of itself."""
    x = END if x > END else x
    x = -END if x < -END else x
    z = x * x
    p = (((P4 * z + P3) * z + P2) * z + P1) * z + ONE
    q = (((Q4 * z + Q3) * z + Q2) * z + Q1) * z + ONE
    y = x * p / q
    y = ONE if y > ONE else y
    return -ONE if y < -ONE else y
