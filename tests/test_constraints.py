"""Values of real Keras, and what each constraint promises."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import constraints as C
from minikeras._core.gradient_tape import GradientTape
from minikeras._core.variable import Variable

W = np.array([[3.0, 0.3, -1.0], [4.0, -0.4, 0.0]])


def lengths(w, axis=0):
    return np.sqrt(np.sum(w * w, axis=axis))


@pytest.mark.parametrize(
    "constraint, expected",
    [
        (C.NonNeg(), [[3, 0.3, 0], [4, 0, 0]]),
        (C.UnitNorm(), [[0.6, 0.6, -1], [0.8, -0.8, 0]]),
        (C.MaxNorm(2.0), [[1.2, 0.3, -1], [1.6, -0.4, 0]]),
        (C.MaxNorm(2.0, axis=1), [[1.8888856, 0.1888886, -0.6296285], [1.9900743, -0.1990074, 0]]),
        (C.MinMaxNorm(1.0, 2.0), [[1.2, 0.6, -1], [1.6, -0.8, 0]]),
        (C.MinMaxNorm(1.0, 2.0, rate=0.5), [[2.1, 0.45, -1], [2.8, -0.6, 0]]),
        (C.Constraint(), W),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_values(constraint, expected, dtype):
    w = W.astype(dtype)
    w.flags.writeable = False
    got = constraint(w)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-7)


def test_filters_of_a_convolution():
    w = np.random.default_rng(0).standard_normal((3, 3, 4, 8))
    np.testing.assert_allclose(lengths(C.UnitNorm(axis=[0, 1, 2])(w), (0, 1, 2)), 1, rtol=1e-6)
    assert np.all(lengths(C.MaxNorm(2, axis=(0, 1, 2))(w), (0, 1, 2)) <= 2)


def test_twice_is_once():
    w = np.random.default_rng(0).standard_normal((5, 4)) * 3
    for constraint in (C.MaxNorm(1.0), C.UnitNorm(), C.MinMaxNorm(0.5, 1.0), C.NonNeg()):
        np.testing.assert_allclose(constraint(constraint(w)), constraint(w), rtol=1e-6)


def test_zeros_stay_without_a_warning():
    for constraint in (C.MaxNorm(1.0), C.UnitNorm(), C.MinMaxNorm(0.5, 1.0)):
        assert not constraint(np.zeros((2, 2))).any()


def test_variables_and_lists():
    assert C.NonNeg()(Variable([-1.0, 1.0])).tolist() == [0, 1]
    np.testing.assert_allclose(C.UnitNorm()([3, 4]), [0.6, 0.8], rtol=1e-6)


def test_users_own():
    class Round(C.Constraint):
        def __init__(self, digits=1):
            self.digits = digits

        def __call__(self, w):
            return np.round(w, self.digits)

    assert Round(2).get_config() == {"digits": 2}
    assert C.deserialize(C.serialize(Round(2)), {"Round": Round}).digits == 2
    assert C.get(np.abs) is np.abs


def test_names():
    assert C.max_norm is C.MaxNorm and C.non_neg is C.NonNeg and C.unit_norm is C.UnitNorm and C.min_max_norm is C.MinMaxNorm
    for name in "max_norm MaxNorm maxnorm min_max_norm minmaxnorm non_neg nonneg NonNeg unit_norm unitnorm UnitNorm".split():
        assert type(C.get(name)).__name__.lower() == name.replace("_", "").lower()
    assert C.get(None) is None and type(C.get(C.NonNeg)) is C.NonNeg
    with pytest.raises(ValueError, match="keras.constraints: 'max_nrom'. Did you mean 'max_norm'"):
        C.get("max_nrom")
    with pytest.raises(ValueError):
        C.get(2.0)


def test_old_names_and_arguments():
    from minikeras import config

    config.disable_hints()
    assert C.maxnorm(m=3).max_value == 3 and C.nonneg is C.NonNeg
    assert C.unitnorm(axis=1).axis == 1
    config.enable_hints()


@pytest.mark.parametrize(
    "name, expected",  # by real Keras on JAX
    [
        ("NonNeg", [[27, 3], [12, 75]]),
        ("MaxNorm", [[0.472644, -0.696270], [-0.708966, 0.139254]]),
        ("UnitNorm", [[0.0590805, -0.0870338], [-0.0886208, 0.0174067]]),
        ("MinMaxNorm", [[0.0590805, -0.0870338], [-0.0886208, 0.0174067]]),
    ],
)
def test_a_tape_sees_through_them(name, expected):
    v = Variable([[3.0, 1.0], [2.0, 5.0]])
    for inside in (lambda w: w, lambda w: w * 1.0):
        with GradientTape() as tape:
            loss = np.sum(getattr(C, name)()(inside(v)) ** 3)
        np.testing.assert_allclose(tape.gradient(loss, v), expected, rtol=2e-5)
