import pytest

from minikeras.optimizers import Nadam
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "nadam": ({"learning_rate": 0.05},
        [0.43980792, -0.34167143, 0.75186269, -0.16238795, 0.18254923, 0.71561407, 0.03429509, -0.0321107, 0.24718737],
        [-0.43036455, 0.02160774, 0.03859523, 0.01114354, 0.00968252]),
    "nadam_accumulate": ({"learning_rate": 0.05, "gradient_accumulation_steps": 2},
        [0.48824195, -0.36227891, 0.92049345, -0.20233042, 0.14297241, 0.54343036, 0.01851648, -0.07466895, 0.34751248],
        [1.41045116, 0.34291021, -0.33130025, 0.00517998, -0.02237473, 0.00152046, 0.11397995]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Nadam(**arguments), weights, state)
