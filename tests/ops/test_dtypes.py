"""Types as Keras joins them, for all pairs, many triples, and the results of operations."""

import warnings

import numpy as np
import pytest

from minikeras import ops
from minikeras._core.variable import Variable
from minikeras.ops.dtypes import array, common, promote, result_type
from tests.ops.cases import BINARY, CALLS, DTYPES, UNARY
from tests.ops.golden import GOLDEN, SHORT, leaves

PYTHON = {"int": int, "float": float}


def test_common_types_of_all_pairs_and_triples():
    table = GOLDEN["pairs"] | GOLDEN["triples"]
    assert len(table) > 500
    found = {names: result_type(*(PYTHON.get(n, n) for n in names.split())) for names in table}
    assert {n: (t, table[n]) for n, t in found.items() if t != table[n]} == {}


def test_order_does_not_matter():
    for names, dtype in GOLDEN["triples"].items():
        assert result_type(*(PYTHON.get(n, n) for n in reversed(names.split()))) == dtype


def test_no_types_and_unknown_ones():
    assert result_type(None) == "float32" and common(np.dtype("complex64"), np.dtype("float64")) == np.dtype("complex128")
    assert result_type() == "float32"
    with pytest.raises(ValueError, match="float33"):
        result_type("float33")


def types(function, *arguments):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return ",".join(SHORT.get(str(leaf.dtype), str(leaf.dtype)) for leaf in leaves(function(*arguments)))


@pytest.mark.parametrize("name", UNARY)
def test_types_of_one_array(name):
    x = np.array([[1, 1], [0, 1]]) if name == "trace" else np.array([1, 1])
    wrong = {}
    for dtype, expected in zip(DTYPES, GOLDEN["unary"][name]):
        if expected is not None and types(getattr(ops, name), x.astype(dtype)) != short(expected):
            wrong[dtype] = expected, types(getattr(ops, name), x.astype(dtype))
    assert wrong == {}


@pytest.mark.parametrize("name", BINARY)
def test_types_of_two_arrays(name):
    call = CALLS.get(name) or (lambda ops, a, b: getattr(ops, name)(a, b))
    one = {n: np.array([1, 1]).astype(n) for n in DTYPES}
    others, wrong = {**one, "int": 1, "float": 1.0}, {}
    for a, row in zip(DTYPES, GOLDEN["binary"][name]):
        for b, expected in zip(others, row):
            if expected is not None and (found := types(call, ops, one[a], others[b])) != short(expected):
                wrong[a, b] = expected, found
    assert wrong == {}


def short(names):
    return ",".join(SHORT.get(n, n) for n in names.split(","))


def test_arrays_of_anything():
    assert array(3).dtype == "int32" and array(2**40).dtype == "int64" and array([True]).dtype == "bool"
    assert array([np.float64(1), 2]).dtype == "float64" and array(Variable([1.0])).tolist() == [1.0]
    assert [x.dtype.name for x in promote(np.zeros(1, "float16"), 1.0, Variable([1.0]))] == ["float32"] * 3


@pytest.mark.parametrize(
    "call",
    [
        lambda x: ops.take_along_axis(x, np.zeros((2, 2), int), axis=2),
        lambda x: ops.quantile(x, 0.5, axis=-3),
        lambda x: ops.rot90(x, axes=(0, 2)),
        lambda x: ops.layer_normalization(x, axis=[0, 2]),
        lambda x: ops.batch_normalization(x, np.ones(2), np.ones(2), 2),
        lambda x: ops.softmax(x, axis=(0, 2)),
    ],
)
def test_an_axis_out_of_bounds_is_no_other_axis(call):
    with pytest.raises(ValueError, match="out of bounds for an array of 2 axes"):
        call(np.ones((2, 2), "float32"))
