import pytest

from minikeras.optimizers import Adamax
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "adamax": ({"learning_rate": 0.05},
        [0.36554169, -0.36285342, 0.75277591, -0.14390505, 0.21276162, 0.67753946, 0.0412402, 0.00316252, 0.27587661],
        [-0.43036455, 5.74652239, 0.03859523, 2.9264412]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Adamax(**arguments), weights, state)
