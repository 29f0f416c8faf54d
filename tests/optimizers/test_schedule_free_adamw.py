import pytest

from minikeras.optimizers import ScheduleFreeAdamW
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "schedule_free": ({"learning_rate": 0.05, "warmup_steps": 3},
        [0.50398795, -0.29803504, 0.7868482, -0.19095569, 0.10313102, 0.61319962, 0.09263557, -0.08499948, 0.21008355],
        [1.69552026, 0.02160774, 0.15156303, 0.01114354]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: ScheduleFreeAdamW(**arguments), weights, state)
