import warnings

import numpy as np
import pytest

from minikeras._core.old_arguments import forget
from minikeras.layers import old_arguments
from minikeras.layers.activation import LeakyReLU


def test_alpha_of_keras_2_with_one_hint(monkeypatch):
    forget()
    with pytest.warns(UserWarning, match="`alpha` of LeakyReLU still works; it is called `negative_slope` now") as hints:
        layer = LeakyReLU(alpha=0.1)
    assert hints[0].filename == __file__
    assert layer(np.array([[-2.0]])).tolist() == [[np.float32(-0.2)]]
    assert layer.get_config()["negative_slope"] == 0.1 and "alpha" not in layer.get_config()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert LeakyReLU.from_config({"name": "old", "alpha": np.array(0.25)}).negative_slope == 0.25


def test_arguments_that_ask_for_nothing_are_dropped():
    given = {"fused": False, "virtual_batch_size": None, "units": 3}
    old_arguments.drop("BatchNormalization", given)
    assert given == {"units": 3}
    with pytest.raises(ValueError, match="`adjustment` of BatchNormalization is no more: it can only be None, got 'sine'"):
        old_arguments.drop("BatchNormalization", {"adjustment": "sine"})
