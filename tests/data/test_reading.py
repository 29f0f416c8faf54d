"""What lists and dicts mean, for models with one and with several inputs and outputs."""

from collections import UserDict

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from minikeras.data.reading import Reader, is_structure

A, B = np.zeros((3, 2)), np.ones(3)


@pytest.mark.parametrize(
    ("value", "inside", "surely"),
    [
        ([A, B], True, True),
        ((A,), True, True),
        ({"a": A}, True, True),
        (UserDict(a=A), True, True),
        ([B, B], True, True),
        ([None, A], True, True),
        ([None, [1, 2]], True, True),
        ([[A], B], True, True),
        ([{"a": A}], True, True),
        ([pd.Series(B)], True, True),
        ([sparse.csr_matrix(A)], True, True),
        ([[1, 2], [3, 4]], False, True),
        ([(1, 2)], False, True),
        ([1, 2], False, False),
        ([np.float32(1), np.float32(2)], False, False),
        ([np.array(1), np.array(2)], False, False),
        (["a", "b"], False, False),
        ([], False, False),
        (A, False, False),
        (pd.DataFrame(A), False, False),
        (range(3), False, False),
    ],
    ids=str,
)
def test_what_holds_arrays(value, inside, surely):
    assert is_structure(value) is inside and is_structure(value, surely=True) is surely


def test_one_array_is_the_default():
    for reader in (Reader(), Reader("array", "array")):
        x, y, w = reader.read([[1, 2], [3, 4]], [A], [B])
        assert x.shape == (2, 2) and y.shape == (3, 2) and w.shape == (3,)
        with pytest.raises(ValueError, match="x is a list of 2 arrays.*the model has one input"):
            reader.read([A, A])
        with pytest.raises(ValueError, match="y is a dict of 2 entries, but the model has one output"):
            reader.read(A, {"a": A, "b": B})


def test_structures():
    x, y, w = Reader("structure", "structure").read([[1, 2, 3], (A, {"b": B})], {"p": A, "q": [4, 5, 6]}, {"p": [1, 2, 3]})
    assert x[0].tolist() == [1, 2, 3] and type(x[1]) is tuple and x[1][1]["b"] is B
    assert y["q"].tolist() == [4, 5, 6] and w["p"].tolist() == [1, 2, 3]
    x, y, _ = Reader("structure", "structure").read(A, [1, 2, 3])
    assert x is A and y.tolist() == [1, 2, 3]
    x, y, _ = Reader("any", "any").read([[1, 2], [3, 4]], [B, B])
    assert x.shape == (2, 2) and len(y) == 2
    assert Reader("any").read([B])[0][0] is B


def test_a_series_is_a_column():
    frame = pd.DataFrame({"age": [1.0, 2.0], "size": [3, 4]})
    x, y, w = Reader("structure", "structure").read(dict(frame), dict(frame), {"age": frame["age"]})
    assert x["age"].tolist() == [[1.0], [2.0]] and y["size"].tolist() == [[3], [4]] and w["age"].tolist() == [1, 2]
    for reader in (Reader(), Reader("structure", "structure")):
        x, y, w = reader.read(frame["age"], frame["size"], frame["size"])
        assert x.shape == y.shape == (2, 1) and w.shape == (2,)
    assert Reader(text=True).read(pd.Series(["a", "b"]))[0].shape == (2, 1)


def test_sparse_inputs_stay_so_only_where_asked():
    s = sparse.csr_matrix(A)
    for reader, value, first in ((Reader(), s, lambda x: x), (Reader("structure"), [s], lambda x: x[0])):
        assert sparse.issparse(first(reader.read(value, sparse=True)[0]))
        assert type(first(reader.read(value)[0])) is np.ndarray


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ({}, "x holds no arrays: it is {}"),
        ([None, None], "x holds no arrays"),
        ([A, "b"], r"x\[1\] holds text"),
        ([A, 3.0], r"x\[1\] should hold samples along its first axis"),
        ({"a": [[1], [2, 3]]}, r"rows of x\['a'\] differ in length"),
        ({"a": {"b": np.zeros((0, 2))}}, r"x\['a'\]\['b'\] holds no samples"),
        ([A, object()], r"x\[1\] should be an array"),
    ],
    ids=str,
)
def test_errors_name_the_place(x, message):
    with pytest.raises(ValueError, match=message):
        Reader("structure").read(x)


def test_all_lengths_count():
    reader = Reader("structure", "structure")
    assert reader.count(*reader.read([A, B], {"p": B}, B)) == 3
    for bad, message in (
        (([A, B[:2]], B, None), r"x\[0\] has 3, x\[1\] has 2, y has 3"),
        (({"age": A}, [B, B[:1]], None), r"x\['age'\] has 3, y\[0\] has 3, y\[1\] has 1"),
        (([A], [B, B], [None, B[:2]]), r"sample_weight\[1\] has 2"),
        ((A, B, B[:2]), "x has 3, y has 3, sample_weight has 2"),
        ((A, B[:1], None), "x has 3, y has 1"),
        ((A, None, B[:1]), "x has 3, sample_weight has 1"),
    ):
        with pytest.raises(ValueError, match=f"same number of samples: .*{message}"):
            reader.count(*bad)


@pytest.mark.parametrize(
    ("y", "weight", "message"),
    [
        ([B, B], A, r"takes one number for each sample, shape \(n,\), got shape \(3, 2\)"),
        (B, [B, B], "sample_weight holds 2 arrays, but y is one array"),
        ([B, B], [B, B, B], "sample_weight holds 3 arrays, but y 2"),
        ({"p": B}, {"q": B}, r"sample_weight has the key 'q', which is not among those of y: \['p'\]"),
        ([B, B], [B, -B], r"sample_weight\[1\] should hold finite numbers, 0 or more, got -1.0 at \[0\]"),
    ],
    ids=str,
)
def test_weights_fit_the_targets(y, weight, message):
    with pytest.raises(ValueError, match=message):
        Reader(None, "structure").read(A, y, weight)


@pytest.mark.parametrize(
    ("y", "weight"),
    [([B, B], B), ([B, B], [1, 2, 3]), ([B, B], [B, None]), ({"p": B, "q": A}, {"q": B}), (B, [B]), ([B], A), (None, B)],
    ids=str,
)
def test_weights_that_fit(y, weight):
    assert Reader(None, "structure").read(A, y, weight)[2] is not None
