import numpy as np
import pytest

from minikeras import Variable, optimizers
from minikeras._core import threads
from minikeras.optimizers import SGD, Adam, blocks, schedules
from tests.optimizers.steps import check

# arguments, weights after seven steps, sum of each slot then: by real Keras 3.15.1 in float64
GOLDEN = {
    "sgd_clipnorm": (SGD, {"learning_rate": 0.1, "clipnorm": 0.5},
        [0.47912836, -0.31803353, 0.78029689, -0.1863248, 0.13355714, 0.55532806, 0.01913122, -0.07912619, 0.22934229],
        []),
    "sgd_clipvalue": (SGD, {"learning_rate": 0.1, "clipvalue": 0.3},
        [0.48382955, -0.27205845, 0.78382955, -0.16830025, 0.17323518, 0.60794155, 0.02163378, -0.06912372, 0.23],
        []),
    "sgd_global_clipnorm": (SGD, {"learning_rate": 0.1, "global_clipnorm": 0.7},
        [0.47817897, -0.32863793, 0.78005399, -0.19230385, 0.14563888, 0.57333921, 0.03742029, -0.09534746, 0.2285766],
        []),
    "sgd_weight_decay": (SGD, {"learning_rate": 0.1, "weight_decay": 0.05},
        [0.4301851, -0.36596943, 0.7251128, -0.16256973, 0.24321973, 0.91661716, -0.00115633, -0.08676902, 0.26599066],
        []),
    "sgd_ema": (SGD, {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.8},
        [0.44462672, -0.3772451, 0.75267937, -0.16863522, 0.24882783, 0.93688861, 0.00217459, -0.08863994, 0.2744199],
        [1.56917842, 0.27389678]),
    "sgd_ema_overwrite": (SGD, {"learning_rate": 0.1, "momentum": 0.5, "use_ema": True, "ema_momentum": 0.8,
        "ema_overwrite_frequency": 2},
        [0.40180763, -0.43522729, 0.72296273, -0.13434719, 0.27823876, 0.79238557, -0.05980962, -0.07998877, 0.3486076],
        [1.53102256, 0.30289972, 0.11849705, -0.11761313]),
    "sgd_loss_scale": (SGD, {"learning_rate": 0.1, "loss_scale_factor": 8.0},
        [0.49307834, -0.30965564, 0.79408492, -0.1960794, 0.11860348, 0.46711108, 0.04402182, -0.09857999, 0.20930249],
        []),
    "sgd_accumulate": (SGD, {"learning_rate": 0.1, "momentum": 0.9, "gradient_accumulation_steps": 3},
        [0.44668514, -0.2889205, 0.80390029, -0.17139437, 0.16091625, 0.59542142, 0.08516338, -0.0883668, 0.23477756],
        [1.41045116, 0.34291021, 0.22377958, 0.01769382]),
    "adam_everything": (Adam, {"learning_rate": 0.05, "weight_decay": 0.02, "global_clipnorm": 0.9, "use_ema": True,
        "ema_momentum": 0.7, "ema_overwrite_frequency": 3, "loss_scale_factor": 4.0, "gradient_accumulation_steps": 2},
        [0.44092845, -0.36919865, 0.88860227, -0.22985601, 0.15159164, 0.48842517, 0.018216, -0.04685352, 0.2880746],
        [1.37049287, 0.25943708, 0.35261279, 0.08572755, -0.08282506, 0.00032375, -0.00559368, 9.503e-05]),
    "sgd_schedule": (SGD, {"learning_rate": schedules.ExponentialDecay(0.2, 2, 0.7)},
        [0.32025586, -0.40263649, 0.76413732, -0.13914976, 0.3081964, 0.99789879, 0.0684925, -0.02111722, 0.32392938],
        []),
    "adam_schedule_accumulate": (Adam, {"learning_rate": schedules.InverseTimeDecay(0.2, 2, 0.7),
        "gradient_accumulation_steps": 2},
        [0.32208176, -0.52149036, 1.11665039, -0.26636585, 0.25882415, 0.71307504, -0.02763421, 0.06059277, 0.51013711],
        [1.41045116, 0.34291021, -0.33130025, 0.00517998, -0.02237473, 0.00152046]),
}  # fmt: skip


@pytest.mark.parametrize("cls, arguments, weights, state", GOLDEN.values(), ids=GOLDEN)
def test_steps_as_keras(cls, arguments, weights, state):
    check(lambda: cls(**arguments), weights, state)


def test_blocks_of_many_weights_are_walked_side_by_side(monkeypatch):
    def trained(large):
        monkeypatch.setattr(threads, "LARGE", 1.0 if large else 1e30)
        monkeypatch.setattr(threads, "_openblas", lambda: (lambda: 4, lambda n: None))
        monkeypatch.setattr(blocks, "BLOCK", 8)
        monkeypatch.setattr(blocks, "SHARED", 8)
        monkeypatch.setattr(blocks, "LANES", 1)
        weights = [Variable(np.linspace(-1, 1, 30)), Variable(np.linspace(0, 1, 13))]
        optimizer = optimizers.Adam(0.1, weight_decay=0.01)
        optimizer.exclude_from_weight_decay(var_list=[weights[1]])
        for step in range(3):
            optimizer.apply([np.full(30, 0.5 - step), np.linspace(-1, 1, 13)], weights)
        return np.concatenate([w.numpy() for w in weights])

    alone = trained(False)
    shares = []
    real = threads.share
    monkeypatch.setattr(threads, "share", lambda parts, work: shares.append(len(parts)) or real(parts, work))
    np.testing.assert_array_equal(trained(True), alone)
    assert shares == [8, 8, 8]


def test_a_rule_of_the_users_is_never_called_twice_at_a_time(monkeypatch):
    class Slow(optimizers.SGD):
        def update(self, w, g, s, r):
            w -= g

    monkeypatch.setattr(threads, "LARGE", 1.0)
    monkeypatch.setattr(blocks, "BLOCK", 8)
    monkeypatch.setattr(blocks, "LANES", 1)
    monkeypatch.setattr(threads, "share", lambda parts, work: pytest.fail("shared"))
    w = Variable(np.zeros(40))
    Slow(0.1).apply([np.ones(40)], [w])
    assert w.tolist() == [-1.0] * 40
