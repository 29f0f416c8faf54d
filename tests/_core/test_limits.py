import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras._core import limits


@pytest.fixture(autouse=True)
def lifted():
    yield
    keras.config.set_max_epochs(None)
    keras.config.set_max_steps_per_epoch(None)


def model():
    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_epochs_and_steps_are_capped():
    x, y = np.ones((40, 2)), np.ones((40, 1))
    keras.config.set_max_epochs(2)
    assert len(model().fit(x, y, epochs=9, verbose=0).epoch) == 2 and keras.config.max_epochs() == 2
    keras.config.set_max_steps_per_epoch(3)
    with pytest.warns(UserWarning, match="Limiting steps_per_epoch to 3"):
        assert model().fit(x, y, batch_size=4, verbose=0).params["steps"] == 3
    with pytest.warns(UserWarning):
        assert model().predict(x, batch_size=4, verbose=0).shape == (12, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert limits.cap_steps(2) == 2


def test_the_environment_says_it_too():
    code = "from minikeras import config; print(config.max_epochs(), config.max_steps_per_epoch())"
    environment = {**os.environ, "KERAS_MAX_EPOCHS": "3", "KERAS_MAX_STEPS_PER_EPOCH": "none"}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert out.stdout.split() == ["3", "None"]
