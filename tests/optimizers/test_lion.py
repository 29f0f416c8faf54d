import pytest

from minikeras.optimizers import Lion
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "lion": ({"learning_rate": 0.05},
        [0.45, -0.25, 0.75, -0.15, 0.25, 0.75, 0.0, -0.05, 0.25],
        [-0.05257385, -0.00286228]),
    "lion_hyper": ({"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.7, "weight_decay": 0.1},
        [0.43497678, -0.2404074, 0.72315535, -0.14483797, 0.14582066, 0.73100179, 0.09653231, -0.04927348, 0.2423653],
        [-0.76866905, 0.32780263]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Lion(**arguments), weights, state)
