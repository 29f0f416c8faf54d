"""Penalties of real Keras (JAX), gradients against finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import regularizers as R
from minikeras._core.variable import Variable
from tests.gradcheck import check_gradient, numeric_gradient

W = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])


@pytest.mark.parametrize(
    "regularizer, expected",
    [
        (R.L1(0.1), 0.775),
        (R.L2(0.1), 1.53125),
        (R.L1L2(0.1, 0.2), 0.775 + 3.0625),
        (R.L1L2(), 0.0),
        (R.OrthogonalRegularizer(0.1), 0.0859899),
        (R.OrthogonalRegularizer(0.1, "columns"), 0.051518157),
    ],
)
def test_penalties(regularizer, expected):
    assert float(regularizer(W)) == pytest.approx(expected, rel=1e-5)
    assert float(regularizer(W.astype("float32"))) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("regularizer", [R.L1(0.1), R.L2(0.1), R.L1L2(0.1, 0.2), R.OrthogonalRegularizer(0.1), R.Regularizer()])
def test_gradients(regularizer):
    x = np.random.default_rng(0).standard_normal((4, 5))
    check_gradient(lambda: regularizer(x), x, regularizer.grad(x))


def test_gradient_of_orthogonal_columns():
    x = np.random.default_rng(0).standard_normal((4, 3))
    r = R.OrthogonalRegularizer(0.1, "columns")
    np.testing.assert_allclose(r.grad(x), numeric_gradient(lambda: r(x), x), rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("regularizer", [R.L1(0.1), R.L2(0.1), R.L1L2(0.1, 0.2), R.OrthogonalRegularizer(0.1)])
def test_formula_and_trace_agree(regularizer):
    x = np.random.default_rng(0).standard_normal((4, 5))
    np.testing.assert_allclose(R.traced(regularizer, x), regularizer.grad(x), rtol=1e-10, atol=1e-14)


def test_l1_is_flat_at_0():
    assert R.L1(0.1).grad(np.zeros(2)).tolist() == [0, 0]


def test_orthogonal_rows_of_zeros_are_no_trouble():
    x = np.array([[0.0, 0.0], [1.0, 1.0]])
    assert float(R.OrthogonalRegularizer()(x)) == 0 and np.all(np.isfinite(R.OrthogonalRegularizer().grad(x)))


def test_orthogonal_of_one_row_is_0():
    assert float(R.OrthogonalRegularizer()(np.ones((1, 3)))) == 0


def test_orthogonal_wants_a_matrix():
    with pytest.raises(ValueError, match=r"must have rank 2, .*got shape \(3,\)"):
        R.OrthogonalRegularizer()(np.ones(3))


def test_users_own_class_and_function():
    class L4(R.Regularizer):
        def __init__(self, rate=0.5):
            self.rate = rate

        def __call__(self, x):
            return self.rate * np.sum(np.square(np.square(x)))

    x = np.array([[1.0, -2.0]])
    assert L4().get_config() == {"rate": 0.5}
    np.testing.assert_allclose(L4().grad(x), 2 * x**3)
    np.testing.assert_allclose(R.grad(lambda x: 0.5 * np.sum(x**4) + R.L2(1.0)(x), x), 2 * x**3 + 2 * x)
    assert type(R.deserialize(R.serialize(L4(0.25)), {"L4": L4})) is L4


def test_a_penalty_is_one_number():
    with pytest.raises(ValueError, match=r"one number.*shape \(3,\)"):
        R.grad(lambda x: x * x, np.ones(3))


def test_variables():
    assert float(R.L2(0.1)(Variable([1.0, 2.0]))) == pytest.approx(0.5)


@pytest.mark.parametrize("wrong", [-0.1, "a", float("nan"), float("inf"), [0.1], True])
@pytest.mark.parametrize("make", [lambda v: R.L1(v), lambda v: R.L2(v), lambda v: R.L1L2(l2=v), R.OrthogonalRegularizer])
def test_wrong_factors(make, wrong):
    with pytest.raises(ValueError, match="expected a non-negative float, got|must be a number, got"):
        make(wrong)


def test_wrong_mode():
    with pytest.raises(ValueError, match="'rows' or 'columns', got 'diagonal'"):
        R.OrthogonalRegularizer(mode="diagonal")


def test_none_means_the_default():
    assert R.L1(None).l1 == R.L2(None).l2 == 0.01 and R.L1L2(None, None).get_config() == {"l1": 0.0, "l2": 0.0}


def test_configs_are_those_of_keras():
    assert R.L1(0.01).get_config() == {"l1": 0.009999999776482582}
    assert R.L2(0.01).get_config() == {"l2": 0.01}
    assert R.OrthogonalRegularizer(0.01).get_config() == {"factor": 0.009999999776482582, "mode": "rows"}


def test_names():
    assert R.l1 is R.L1 and R.l2 is R.L2 and R.l1_l2 is R.L1L2 and R.orthogonal_regularizer is R.OrthogonalRegularizer
    for name, cls in {"l1": R.L1, "L1": R.L1, "l2": R.L2, "l1l2": R.L1L2, "L1L2": R.L1L2}.items():
        assert type(R.get(name)) is cls
    assert type(R.get("orthogonal_regularizer")) is R.OrthogonalRegularizer
    assert R.get(None) is None and type(R.get(R.L2)) is R.L2
    with pytest.raises(ValueError, match="keras.regularizers: 'l3'"):
        R.get("l3")
    with pytest.raises(ValueError):
        R.get(0.01)


def test_old_names_and_arguments():
    from minikeras import config

    config.disable_hints()
    assert R.l2(l=0.5).l2 == 0.5 and R.l1(l=0.5).l1 == 0.5 and R.activity_l2(0.5).l2 == 0.5
    assert R.l1l2(l1=0.1, l2=0.2).get_config() == R.WeightRegularizer(0.1, 0.2).get_config()
    assert isinstance(R.get("l1_l2"), R.L1L2)
    config.enable_hints()
