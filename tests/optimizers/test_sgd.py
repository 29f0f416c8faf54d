import pytest

from minikeras.optimizers import SGD
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "sgd": ({"learning_rate": 0.1},
        [0.44462672, -0.3772451, 0.75267937, -0.16863522, 0.24882783, 0.93688861, 0.00217459, -0.08863994, 0.2744199],
        []),
    "sgd_momentum": ({"learning_rate": 0.1, "momentum": 0.9},
        [0.08467557, -0.49527569, 0.75585469, -0.05244343, 0.54133011, 1.96399989, 0.25861679, 0.13359623, 0.48468948],
        [0.43036455, -0.03859523]),
    "sgd_nesterov": ({"learning_rate": 0.1, "momentum": 0.9, "nesterov": True},
        [0.07083474, -0.55299322, 0.71294859, -0.03583431, 0.64602493, 2.34448851, 0.18992971, 0.12159667, 0.53064043],
        [0.43036455, -0.03859523]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: SGD(**arguments), weights, state)
