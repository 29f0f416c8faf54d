"""A name that a module has not: what is near is told, and why a name is left out; what asks politely gets its no."""

import importlib
import pickle
import sys

import pytest

import minikeras
from minikeras._core.missing import LEFT_OUT, NoSuchName, missing
from tests.house.test_exports import NAMESPACES

PUBLIC = [*NAMESPACES, "applications", "compat.mixed_precision", *(f"legacy.preprocessing.{n}" for n in ("image", "text"))]


def imported(module, name):
    scope = {}
    exec(f"from {module} import {name}", scope)
    return scope[name]


@pytest.mark.parametrize("namespace", ["", *PUBLIC])
def test_every_public_module_names_the_nearest(namespace):
    module = minikeras if not namespace else importlib.import_module(f"minikeras.{namespace}")
    name = max((n for n in module.__all__ if not n.startswith("_")), key=len)
    wrong = name[:-2] + name[-1] + name[-2] + "x"
    assert not hasattr(module, wrong) and getattr(module, wrong, 3) == 3
    with pytest.raises(AttributeError, match=f"module {module.__name__!r} has no attribute {wrong!r}. Did you mean {name!r}"):
        getattr(module, wrong)
    with pytest.raises(ImportError, match=f"cannot import name {wrong!r} from {module.__name__!r}. Did you mean {name!r}"):
        imported(module.__name__, wrong)


def test_a_name_that_nothing_is_near_is_pythons_own_error():
    with pytest.raises(ImportError, match=r"cannot import name 'Qwxyz' from 'minikeras.layers' \("):
        imported("minikeras.layers", "Qwxyz")
    assert str(missing("minikeras.layers", "Qwxyz")) == "module 'minikeras.layers' has no attribute 'Qwxyz'"
    assert "Did you mean" not in str(missing("minikeras.layers", "_Dense"))


def test_modules_below_a_package_are_imported_as_ever():
    assert imported("minikeras.layers", "layer") is sys.modules["minikeras.layers.layer"]
    assert __import__("minikeras.layers", fromlist=["Dens"]) is minikeras.layers  # that does not ask for the name itself


def test_upper_and_lower_case_do_not_matter():
    assert "'LSTM'" in str(missing("minikeras.layers", "lstm")) and "'Conv2D'" in str(missing("minikeras.layers", "conv2d"))
    assert "'ResNet50'" in str(missing("minikeras.applications", "ResNet51"))


@pytest.mark.parametrize("path", LEFT_OUT)
def test_what_is_left_out_says_why(path):
    module, _, name = f"mini{path}".rpartition(".")
    if importlib.util.find_spec(module) is None:
        return
    assert not hasattr(importlib.import_module(module), name)
    with pytest.raises(ImportError, match=f"{name!r} .*left out of minikeras: "):
        imported(module, name)
    with pytest.raises(AttributeError, match=f"{name!r}. It is left out of minikeras: "):
        getattr(importlib.import_module(module), name)


def test_methods_that_are_left_out_say_why():
    model = minikeras.Sequential([minikeras.layers.Dense(1, input_shape=(2,))])
    assert not hasattr(model, "quantize") and not hasattr(model.layers[0], "enable_lora")
    with pytest.raises(AttributeError, match="Sequential.quantize is left out of minikeras: quantization"):
        model.quantize("int8")
    with pytest.raises(AttributeError, match="Dense.enable_lora is left out of minikeras: LoRA"):
        model.layers[0].enable_lora(4)


def test_the_search_waits_until_somebody_reads_the_error(monkeypatch):
    from minikeras._core import missing as module

    monkeypatch.setattr(module, "nearest", lambda *args: pytest.fail("searched"))
    assert not hasattr(minikeras.layers, "Dens")


def test_the_error_can_be_pickled():
    error = pickle.loads(pickle.dumps(NoSuchName("minikeras.losses", "msee")))
    assert str(error) == "module 'minikeras.losses' has no attribute 'msee'. Did you mean 'mse'?" and error.name == "msee"


def test_mixed_precision_is_there_when_it_is_asked_for():
    assert minikeras.mixed_precision.Policy is minikeras.DTypePolicy
    assert minikeras.mixed_precision.global_policy().name == "float32"
