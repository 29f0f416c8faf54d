"""Names, signatures, classes and their arguments, as Keras has them; and symbolic tensors."""

import inspect

import numpy as np
import pytest

from minikeras import ops
from minikeras._core.symbolic import KerasTensor
from minikeras.ops.operation import OPERATIONS, symbols
from tests.ops.cases import CASES, listed
from tests.ops.golden import GOLDEN


def find(name):
    return getattr(ops.image, name[6:]) if name.startswith("image.") else getattr(ops, name)


def test_every_case_has_its_golden_numbers():
    assert {case for topic in CASES for case in listed(topic)} == set(GOLDEN["results"])


def test_every_signature_is_keras():
    different = {n: (s, str(inspect.signature(find(n)))) for n, s in GOLDEN["signatures"].items()}
    assert {n: pair for n, pair in different.items() if pair[0] != pair[1]} == {}


def test_every_class_is_known_with_its_arguments():
    wrong = {}
    for name, (kind, settings) in GOLDEN["classes"].items():
        function = OPERATIONS.get(kind)
        if function is None or function.class_name != kind or sorted(function.settings) != sorted(settings):
            wrong[name] = kind, settings, getattr(function, "settings", None)
    assert wrong == {}


def test_an_operation_is_made_of_its_class_and_config():
    assert OPERATIONS["ExpandDims"](np.zeros(3), axis=0).shape == (1, 3)
    assert OPERATIONS["Concatenate"]([np.zeros(3), np.ones(2)], axis=0).shape == (5,)


def test_symbols_are_found_anywhere():
    x = KerasTensor((None, 3))
    assert symbols([1, {"a": (x,)}]) and not symbols([1, {"a": (2,)}])
    with pytest.raises(ValueError, match="holds no numbers"):
        ops.convert_to_numpy(x)


@pytest.mark.parametrize("make, shape", [
    (lambda x: ops.add(x, 1.0), (None, 3)), (lambda x: ops.concatenate([x, x], axis=-1), (None, 6)),
    (lambda x: ops.expand_dims(x, 1), (None, 1, 3)), (lambda x: ops.mean(x, axis=1), (None,)), (ops.softmax, (None, 3)),
    (lambda x: ops.where(x > 0, x, 0.0), (None, 3)), (lambda x: ops.one_hot(ops.argmax(x, -1), 5), (None, 5)),
])  # fmt: skip
def test_symbolic_tensors_come_in(make, shape):
    y = make(KerasTensor((None, 3)))
    assert isinstance(y, KerasTensor) and y.shape == shape
