import pytest

from minikeras.optimizers import Lamb
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "lamb": ({"learning_rate": 0.05, "weight_decay": 0.1},
        [0.39683482, -0.32690356, 0.74833802, -0.16002785, 0.17658953, 0.67489955, 0.05675237, -0.07211143, 0.20281847],
        [-0.43036455, 0.02160774, 0.03859523, 0.01114354]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Lamb(**arguments), weights, state)
