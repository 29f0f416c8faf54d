import pytest

from minikeras.optimizers import Muon
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "muon": ({"learning_rate": 0.05},
        [0.46867085, -0.30714227, 0.80497812, -0.19898516, 0.13110296, 0.48660318, 0.06239861, 0.01641723, 0.27773114],
        [-4.81795113, 0.03859523, 0.01114354]),
    "muon_hyper": ({"learning_rate": 0.05, "nesterov": False, "rms_rate": None, "ns_steps": 3, "momentum": 0.8,
        "weight_decay": None, "adam_lr_ratio": 0.5, "adam_weight_decay": 0.1},
        [0.40902601, -0.36855983, 0.82232539, -0.19279316, 0.18315692, 0.63889443, 0.05470707, -0.03980328, 0.23123011],
        [-3.3766148, 0.03859523, 0.01114354]),
    "muon_excluded": ({"learning_rate": 0.05, "exclude_layers": ["ker"]},
        [0.35402026, -0.36517998, 0.7509339, -0.13980658, 0.22961773, 0.74434516, 0.06239861, 0.01641723, 0.27773114],
        [-0.43036455, 0.02160774, 0.03859523, 0.01114354]),
}  # fmt: skip


@pytest.mark.parametrize("arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(arguments, weights, state):
    check(lambda: Muon(**arguments), weights, state, rtol=1e-6)
