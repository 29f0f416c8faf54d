"""The checker itself: it passes the right rule and fails one that is 0.05 % off, in one entry or in all."""

from __future__ import annotations

import numpy as np
import pytest

from tests.gradcheck import check_gradient, numeric_gradient


def made(shape=(4, 3)):
    x = np.random.default_rng(1).standard_normal(shape)
    return x, lambda: float(np.sum(np.tanh(x) ** 3)), 3 * np.tanh(x) ** 2 * (1 - np.tanh(x) ** 2)


def test_passes_the_right_rule_and_restores_the_values():
    x, loss, grads = made()
    before = x.copy()
    check_gradient(loss, x, grads)
    np.testing.assert_array_equal(x, before)


def test_fails_on_a_rule_half_a_permille_off():
    x, loss, grads = made()
    with pytest.raises(AssertionError):
        check_gradient(loss, x, grads * 1.0005)


def test_fails_when_one_entry_is_off():
    x, loss, grads = made((10, 10))
    i = np.unravel_index(np.argmax(grads), grads.shape)
    grads[i] *= 1.0005
    with pytest.raises(AssertionError):
        check_gradient(loss, x, grads)


def test_fails_when_two_entries_are_swapped():
    x, loss, grads = made()
    grads[0, 0], grads[1, 1] = grads[1, 1], grads[0, 0]
    with pytest.raises(AssertionError):
        check_gradient(loss, x, grads)


def test_takes_a_copy_of_gradients_that_the_loss_overwrites():
    x, loss, grads = made()

    def overwriting():
        grads[...] = 0
        return loss()

    check_gradient(overwriting, x, grads)


def test_restores_the_values_after_an_error():
    x, _, grads = made()
    before = x.copy()
    with pytest.raises(ZeroDivisionError):
        check_gradient(lambda: 1 / 0, x, grads)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("bad", [np.zeros(3, "float32"), [0.0, 0.0, 0.0]])
def test_wants_float64_arrays(bad):
    with pytest.raises(AssertionError, match="float64"):
        check_gradient(lambda: 0.0, bad, np.zeros(3))


def test_wants_one_gradient_per_value():
    with pytest.raises(AssertionError, match="shape"):
        check_gradient(lambda: 0.0, np.zeros(3), np.zeros((3, 1)))


def test_numeric_gradient_goes_entry_by_entry():
    x, loss, grads = made()
    before = x.copy()
    np.testing.assert_allclose(numeric_gradient(loss, x), grads, rtol=1e-7, atol=1e-9)
    np.testing.assert_array_equal(x, before)
