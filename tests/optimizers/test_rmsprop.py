import pytest

from minikeras.optimizers import RMSprop
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "rmsprop": ({"learning_rate": 0.05},
        [0.35278536, -0.39784357, 0.67093645, -0.10489629, 0.30607061, 1.20216514, -0.00250682, 0.08320596, 0.3165273],
        [1.64307348, 0.81585826]),
    "rmsprop_momentum": ({"learning_rate": 0.05, "momentum": 0.5, "rho": 0.8},
        [0.32078849, -0.38966739, 0.66072789, -0.06225582, 0.3408186, 1.4446327, 0.04894893, 0.18200904, 0.34390009],
        [2.53474928, 1.20110316, -0.08163171, 0.08920991]),
    "rmsprop_centered": ({"learning_rate": 0.05, "centered": True},
        [0.33044551, -0.40831108, 0.66225059, -0.09635023, 0.32374542, 1.34934371, -0.00281686, 0.1083318, 0.32712692],
        [1.64307348, 0.81585826, -0.43036455, 0.03859523]),
    "rmsprop_centered_momentum": ({"learning_rate": 0.05, "centered": True, "momentum": 0.5},
        [0.18431166, -0.45815079, 0.58811419, 0.00793127, 0.46524778, 2.07078258, 0.05703019, 0.34760106, 0.42291296],
        [1.64307348, 0.81585826, -0.16401115, 0.11226048, -0.43036455, 0.03859523]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: RMSprop(**arguments), weights, state)
