import pytest

from minikeras.optimizers import Ftrl
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "ftrl": ({"learning_rate": 0.1},
        [0.23437892, -0.260043, 0.03111599, -0.06961421, 0.18749815, 0.53772967, 0.00446185, 0.05291818, 0.20720143],
        [22.26912876, -13.55665082, 11.47896394, -5.57907242]),
    "ftrl_everything": ({"learning_rate": 0.1, "learning_rate_power": -0.7, "l1_regularization_strength": 0.05,
        "l2_regularization_strength": 0.1, "l2_shrinkage_regularization_strength": 0.2, "beta": 0.3},
        [0.17072567, -0.18496112, -0.03572968, -0.04543653, 0.12870015, 0.3210885, 0.00284655, 0.03408388, 0.15199476],
        [22.26912876, -11.24740082, 11.47896394, -6.16765894]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Ftrl(**arguments), weights, state)
