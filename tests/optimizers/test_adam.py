import pytest

from minikeras.optimizers import Adam
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "adam": ({"learning_rate": 0.05},
        [0.35457117, -0.36566562, 0.75200194, -0.14002573, 0.2298744, 0.74511091, 0.06245165, 0.01639439, 0.2780851],
        [-0.43036455, 0.02160774, 0.03859523, 0.01114354]),
    "adam_hyper": ({"learning_rate": 0.05, "beta_1": 0.8, "beta_2": 0.95, "epsilon": 0.001},
        [0.3791102, -0.35745705, 0.75469914, -0.14511309, 0.21794977, 0.75059805, 0.06113298, 0.00448669, 0.27028528],
        [-0.67532296, 0.94169596, 0.16946079, 0.47715783]),
    "adam_amsgrad": ({"learning_rate": 0.05, "beta_2": 0.9, "amsgrad": True},
        [0.35514064, -0.36548891, 0.75234409, -0.13997997, 0.23083537, 0.73508521, 0.06114525, 0.01560508, 0.27843239],
        [-0.43036455, 1.64307348, 0.03859523, 0.81585826, 1.67280191, 0.84137336]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Adam(**arguments), weights, state)
