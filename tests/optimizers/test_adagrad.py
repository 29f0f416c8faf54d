import pytest

from minikeras.optimizers import Adagrad
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "adagrad": ({"learning_rate": 0.1, "initial_accumulator_value": 0.2},
        [0.41625647, -0.35576848, 0.76602045, -0.15163408, 0.21404317, 0.80977607, 0.0329933, -0.02247082, 0.26488961],
        [22.86912876, 11.77896394]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Adagrad(**arguments), weights, state)
