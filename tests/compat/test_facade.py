import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from minikeras import losses
from minikeras.compat.facade import Facade, find_module, public_name


def test_the_first_source_that_has_a_name_gives_it():
    facade = Facade("keras.both", ["minikeras.metrics", "minikeras.losses"])
    assert facade.Hinge is find_module("minikeras.metrics").Hinge and facade.Huber is losses.Huber
    assert {"Hinge", "Huber", "AUC"} <= set(dir(facade)) and "Huber" in facade.__all__
    with pytest.raises(AttributeError, match="module 'keras.both' has no attribute 'Hubber'"):
        facade.Hubber  # noqa: B018


def test_filling_makes_names_visible_and_leaves_modules_out():
    facade = Facade("keras.losses", ["minikeras.losses"], {"__version__": "1"})
    assert "Loss" not in vars(facade)
    facade._fill()
    assert vars(facade)["Loss"] is losses.Loss and facade.__version__ == "1" and not hasattr(facade, "regression")


def test_a_facade_is_pickled_by_its_name():
    facade = Facade("minikeras.losses", ["minikeras.losses"])  # a name that can be imported here
    assert pickle.loads(pickle.dumps(facade)) is find_module("minikeras.losses")


def test_only_public_names_are_shown():
    with pytest.raises(AttributeError):
        public_name(losses, "serialize_keras_object")
    assert find_module("minikeras.losses.nothing") is None is find_module("minikeras.losses.huber.nothing")


def test_star_brings_the_names_of_old_and_no_hints():
    code = """
import warnings
warnings.simplefilter("error")
import minikeras
minikeras.install_as_keras()
from keras.constraints import *
from keras.initializations import *
from keras.layers.core import *
from keras.models import *
from keras.utils import *
assert Merge and merge and Highway and Convolution2D and K.sum and np.zeros and uniform((2,)).shape == (2,)
assert np_utils.to_categorical([1]).tolist() == [[0.0, 1.0]] and Sequential and load_model
try:
    initializers
except NameError:
    minikeras.config.disable_hints()
    print(maxnorm(3).max_value)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert (done.stdout, done.stderr) == ("3\n", "")
