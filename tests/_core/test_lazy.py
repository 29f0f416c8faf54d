import subprocess
import sys

import pytest

from minikeras import layers
from minikeras._core.lazy import Table, lazily
from minikeras.layers.layer import registry


def test_every_name_comes_when_it_is_asked_for():
    for name in layers.__all__:
        assert getattr(layers, name) is not None
    assert layers.MaxPool2D is layers.MaxPooling2D and registry.find("conv2d") is layers.Conv2D
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        layers.Nothing  # noqa: B018


def test_a_lecture_net_imports_no_convolution():
    code = (
        "import sys, minikeras as k; k.Sequential([k.layers.Dense(1, input_shape=(2,))]).compile('adam', 'mse');"
        "print(sorted(m for m in sys.modules if 'convolutional' in m or 'preprocessing' in m or 'minikeras.ops' in m));"
        "k.layers.deserialize({'class_name': 'Conv2D', 'config': {'filters': 1, 'kernel_size': 2}});"
        "print('conv2d' in k.layers.registry.table, 'LSTM' in dict.keys(k.layers.registry.table))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
    assert out[:2] == ["[]", "True False"]


def test_a_table_knows_what_is_still_to_come():
    table = Table(a=1)
    table.later({"b": ("json.nowhere", "B")}, None)
    assert "b" in table and "c" not in table and table.get("c", 5) == 5 and table["a"] == 1
    with pytest.raises(KeyError):
        table["c"]
    with pytest.raises(ModuleNotFoundError):
        table["b"]
    assert lazily("json", {"decoder": "JSONDecoder"}, {})("JSONDecoder").__name__ == "JSONDecoder"


def test_dir_tells_what_is_still_to_come():
    code = (
        "import importlib, minikeras;"
        "names = 'layers optimizers callbacks utils models datasets saving applications wrappers losses'.split();"
        "modules = [importlib.import_module('minikeras.' + name) for name in names];"
        "print([set(m.__all__) - set(dir(m)) for m in modules if set(m.__all__) - set(dir(m))])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "[]\n"


def test_importing_brings_only_what_every_net_needs():
    code = """
import sys, numpy
before = set(sys.modules)
import minikeras as k
rare = "losses.focal losses.regression metrics.curves metrics.accuracy optimizers.adam layers.regularization utils data.dataset"
print(sorted({f"minikeras.{module}" for module in rare.split()} & set(sys.modules)))
print(sorted({"json", "random", "threading"} & set(sys.modules) - before))
print(k.losses.hinge([[1.0]], [[0.5]]), k.utils.to_categorical([1]), type(k.metrics.get("mse")).__name__)
"""
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.split("\n")[:3] == ["[]", "[]", "[0.5] [[0. 1.]] MeanSquaredError"]


def test_exact_names_win_over_the_spellings_of_classes_to_come():
    table = Table()
    table.later({"Fraction": ("fractions", "Fraction"), "fraction": ("operator", "neg")}, None)
    assert table["fraction"](1) == -1 and table["Fraction"].__name__ == "Fraction"
    table.later({"OrderedDict": ("collections", "OrderedDict")}, None)
    assert "ordered_dict" in table and table["ordereddict"] is table["OrderedDict"] and "ordered" not in table
