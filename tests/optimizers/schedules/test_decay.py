import numpy as np
import pytest

from minikeras.optimizers.schedules import ExponentialDecay, InverseTimeDecay, PiecewiseConstantDecay, PolynomialDecay

STEPS = [0, 1, 5, 10, 11, 20, 33, 70, 100, 250]
# by real Keras 3.15.1 in float64, at STEPS
GOLDEN = [
    (ExponentialDecay(0.1, 10, 0.8),
        [0.1, 0.097793277, 0.089442719, 0.08, 0.078234621, 0.064, 0.047884721, 0.02097152, 0.010737418, 0.000377789]),
    (ExponentialDecay(0.1, 10, 0.8, staircase=True),
        [0.1, 0.1, 0.1, 0.08, 0.08, 0.064, 0.0512, 0.02097152, 0.010737418, 0.000377789]),
    (InverseTimeDecay(0.1, 10, 0.8),
        [0.1, 0.092592593, 0.071428571, 0.055555556, 0.053191489, 0.038461538, 0.027472527, 0.015151515, 0.011111111,
         0.004761905]),
    (InverseTimeDecay(0.1, 10, 0.8, staircase=True),
        [0.1, 0.1, 0.1, 0.055555556, 0.055555556, 0.038461538, 0.029411765, 0.015151515, 0.011111111, 0.004761905]),
    (PolynomialDecay(0.1, 70, 0.01, power=0.5),
        [0.1, 0.09935483, 0.09672617, 0.093323809, 0.092626526, 0.086063883, 0.075432626, 0.01, 0.01, 0.01]),
    (PolynomialDecay(0.1, 20, 0.01, power=2.0, cycle=True),
        [0.1, 0.091225, 0.060625, 0.0325, 0.028225, 0.01, 0.01275625, 0.01140625, 0.01, 0.010133136]),
    (PiecewiseConstantDecay([10, 33, 100], [0.1, 0.05, 0.02, 0.01]),
        [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.02, 0.02, 0.01]),
]  # fmt: skip


@pytest.mark.parametrize("schedule, rates", GOLDEN)
def test_rates_as_keras(schedule, rates):
    np.testing.assert_allclose([schedule(t) for t in STEPS], rates, rtol=2e-6)
    np.testing.assert_array_equal(schedule(np.array(STEPS)), [schedule(t) for t in STEPS])
    assert schedule(3).dtype == "float32"


def test_slopes_are_those_of_the_formulas():
    t, h = 13.0, 1e-5

    def slope(schedule):
        return float(schedule.rate(t + h) - schedule.rate(t - h)) / (2 * h)

    eta = ExponentialDecay(0.1, 10, 0.8)
    np.testing.assert_allclose(slope(eta), eta.rate(t) * np.log(0.8) / 10, rtol=1e-7)  # η′ = η ln(decay_rate) / decay_steps
    eta = InverseTimeDecay(0.1, 10, 0.8)
    np.testing.assert_allclose(slope(eta), -(eta.rate(t) ** 2) / 0.1 * 0.08, rtol=1e-7)
    eta = PolynomialDecay(0.1, 70, 0.01, power=3.0)
    np.testing.assert_allclose(slope(eta), -0.09 * 3 * (1 - t / 70) ** 2 / 70, rtol=1e-7)


def test_a_whole_number_as_first_rate_is_a_rate_like_others():
    assert float(ExponentialDecay(1, 2, 0.5)(1)) == pytest.approx(0.5**0.5)


@pytest.mark.parametrize("cls", [ExponentialDecay, InverseTimeDecay, PolynomialDecay])
def test_steps_must_be_positive(cls):
    with pytest.raises(ValueError, match="`decay_steps` must be > 0, got 0"):
        cls(0.1, 0, 0.5)


def test_lengths_must_fit():
    with pytest.raises(ValueError, match="one shorter than `values`, got 2 boundaries"):
        PiecewiseConstantDecay([1, 2], [0.1, 0.2])
