import pytest

from minikeras.optimizers import Adadelta
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "adadelta": ({"learning_rate": 1.0, "rho": 0.9, "epsilon": 0.001},
        [0.4363842, -0.35232951, 0.66029635, -0.13503005, 0.2708677, 1.42411059, -0.02678121, -0.0261409, 0.27970052],
        [1.64307348, 0.04233907, 0.81585826, 0.01624672]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Adadelta(**arguments), weights, state)
