import pytest

from minikeras.optimizers import Adafactor
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "adafactor": ({"learning_rate": 0.1},
        [0.47416519, -0.33192709, 0.74859818, -0.1762007, 0.18650769, 0.82899987, 0.03992704, -0.08197581, 0.20857243],
        [1.05808505, 1.58712753, 3.17425495, 0.0, 0.0, 1.55379567]),
    "adafactor_hyper": ({"learning_rate": 0.3, "beta_2_decay": -0.5, "epsilon_2": 0.5, "clip_threshold": 0.6},
        [0.44034724, -0.33624524, 0.68535988, -0.13899367, 0.27229243, 1.23825267, -0.02945901, 0.02389832, 0.28220727],
        [1.10398139, 1.65597204, 3.31194377, 0.0, 0.0, 1.42814122]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Adafactor(**arguments), weights, state, rtol=1e-6)
