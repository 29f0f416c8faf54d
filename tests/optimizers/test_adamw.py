import pytest

from minikeras.optimizers import AdamW
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "adamw": ({"learning_rate": 0.05, "weight_decay": 0.1},
        [0.34101153, -0.35369331, 0.72568534, -0.13462984, 0.22353845, 0.72620802, 0.0611381, 0.0169455, 0.26935609],
        [-0.43036455, 0.02160774, 0.03859523, 0.01114354]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: AdamW(**arguments), weights, state)
