import numpy as np
import pytest

from minikeras.optimizers.schedules import CosineDecay, CosineDecayRestarts

STEPS = [0, 1, 5, 10, 11, 20, 33, 70, 100, 250]
# by real Keras 3.15.1 in float64, at STEPS
GOLDEN = [
    (CosineDecay(0.1, 70, alpha=0.1),
        [0.1, 0.099954687, 0.09887176, 0.095543593, 0.094626807, 0.083057046, 0.05903377, 0.01, 0.01, 0.01]),
    (CosineDecay(0.01, 60, alpha=0.1, warmup_target=0.1, warmup_steps=11),
        [0.01, 0.018181818, 0.050909091, 0.091818182, 0.1, 0.095095289, 0.073303145, 0.010061672, 0.01, 0.01]),
    (CosineDecayRestarts(0.1, 15),
        [0.1, 0.098907381, 0.075, 0.024999997, 0.016543466, 0.093301272, 0.034549147, 0.062940955, 0.001703709, 0.097346509]),
    (CosineDecayRestarts(0.1, 12, t_mul=1.5, m_mul=0.8, alpha=0.1),
        [0.1, 0.098466662, 0.06664686, 0.016028858, 0.011533338, 0.052251337, 0.065863147, 0.04532503, 0.046710176,
         0.033591742]),
    (CosineDecayRestarts(0.1, 15, t_mul=1.0, m_mul=0.9),
        [0.1, 0.098907381, 0.075, 0.024999997, 0.016543466, 0.0675, 0.073265186, 0.016402498, 0.013286023, 0.00463255]),
]  # fmt: skip


@pytest.mark.parametrize("schedule, rates", GOLDEN)
def test_rates_as_keras(schedule, rates):
    np.testing.assert_allclose([schedule(t) for t in STEPS], rates, rtol=2e-6)
    np.testing.assert_array_equal(schedule(np.array(STEPS)), [schedule(t) for t in STEPS])


@pytest.mark.parametrize("t_mul", [1.0, 1.1, 1.5, 2.0, 3.0])
def test_each_restart_is_on_its_step_and_at_the_top(t_mul):
    schedule, start = CosineDecayRestarts(0.1, 10, t_mul=t_mul), 0.0
    for period in range(8):
        assert float(schedule.rate(np.asarray(start))) == pytest.approx(0.1, rel=1e-6), period
        start += 10 * t_mul**period


def test_the_warm_up_meets_the_top_without_a_jump():
    schedule = CosineDecay(0.0, 60, warmup_target=0.1, warmup_steps=10)
    np.testing.assert_allclose(schedule.rate(np.array([10 - 1e-9, 10.0, 10 + 1e-9])), 0.1, rtol=1e-8)
    assert schedule([0, 70]).tolist() == [0.0, 0.0]
    assert CosineDecay(0.0, 60, warmup_target=0.1)([0]).tolist() == [np.float32(0.1)]


def test_a_whole_number_as_first_rate_is_a_rate_like_others():
    assert float(CosineDecay(0, 60, warmup_target=0.1, warmup_steps=10)(5)) == pytest.approx(0.05)  # Keras computes in integers


def test_steps_must_be_positive():
    with pytest.raises(ValueError, match="`decay_steps` must be > 0, got -1"):
        CosineDecay(0.1, -1)
    with pytest.raises(ValueError, match="`first_decay_steps` must be > 0, got 0"):
        CosineDecayRestarts(0.1, 0)
