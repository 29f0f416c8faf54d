"""Everything a user may hand over as numbers, and every refusal."""

from collections import UserDict

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from minikeras.data.convert import cast, check_lengths, check_numbers, dense, is_array_like, is_text, take_rows, to_array

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]


class Tensor:
    """Like a tensor of another library: numbers behind `__array__`."""

    def __init__(self, rows):
        self.rows, self.shape, self.ndim = rows, np.shape(rows), np.ndim(rows)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.rows, dtype)


class Torch(Tensor):
    """Like a tensor that wants a gradient: only a detached one gives its numbers."""

    detached = False

    def detach(self):
        self.detached = True
        return self

    def cpu(self):
        return self

    def __array__(self, dtype=None, copy=None):
        assert self.detached
        return np.array(self.rows, dtype)


@pytest.mark.parametrize(
    "value",
    [
        np.array(ROWS),
        np.array(ROWS, "float16"),
        np.array(ROWS, ">f8"),
        np.matrix(ROWS) if hasattr(np, "matrix") else ROWS,
        np.ma.masked_array(ROWS),
        ROWS,
        tuple(map(tuple, ROWS)),
        [np.array(r) for r in ROWS],
        [Tensor(r) for r in ROWS],
        [np.array(ROWS)],
        (Tensor(ROWS),),
        {"only": np.array(ROWS)},
        {"only": ROWS},
        pd.DataFrame(ROWS),
        [pd.DataFrame(ROWS)],
        pd.DataFrame({"a": [1, 3, 5], "b": [2.0, 4.0, 6.0]}),
        pd.DataFrame({"a": pd.array([1, 3, 5], dtype="Int64"), "b": [2, 4, 6]}),
        Tensor(ROWS),
        Torch(ROWS),
        sparse.csr_matrix(ROWS),
        sparse.coo_array(np.array(ROWS)),
    ],
    ids=lambda v: type(v).__name__,
)
def test_every_kind_of_table_becomes_the_same_array(value):
    assert is_array_like(value)
    array = dense(value)
    assert type(array) is np.ndarray and array.astype("float64").tolist() == ROWS


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2], [1, 2]),
        (range(3), [0, 1, 2]),
        ([True, False], [True, False]),
        ([np.float32(1), np.float32(2)], [1, 2]),
        (pd.Series([1.5, 2.5]), [1.5, 2.5]),
        (pd.Series([True, False]), [True, False]),
        (pd.Series(pd.array([1, None], dtype="Int64")), [1.0, None]),
        (pd.Index([4, 5]), [4, 5]),
        ([np.array([1, 2, 3])], [1, 2, 3]),
        ([[1, 2, 3]], [[1, 2, 3]]),
        (pd.DataFrame({"a": [1, 2], "b": [True, False]}), [[1, 1], [2, 0]]),
        (pd.DataFrame({"a": [1.5, 2.5], "b": [True, False]}), [[1.5, 1], [2.5, 0]]),
        (pd.DataFrame({"a": pd.arrays.SparseArray([0, 2])}), [[0], [2]]),
    ],
    ids=str,
)
def test_vectors_and_mixed_columns(value, expected):
    np.testing.assert_array_equal(dense(value), np.array(expected, "float64"))


def test_an_array_is_not_copied_and_nan_is_allowed():
    x = np.array([[np.nan, 1.0]], "float32")
    x.flags.writeable = False
    assert to_array(x) is x and cast(x, "float32") is x and to_array([x]) is x
    frame = pd.DataFrame(np.zeros((3, 2), "float32"))
    assert np.shares_memory(to_array(frame), frame.to_numpy())


@pytest.mark.parametrize(
    ("value", "name", "message"),
    [
        (np.array([["a"]]), "x", r"x holds text .* expected numbers.*astype"),
        (np.array(["cat", "dog"]), "y", r"y holds text .*np.unique\(y, return_inverse=True\)\[1\]"),
        ("abc", "x", "x holds text"),
        (np.array([[1.0, None]]), "x", r"x holds Python objects \(dtype object\).*x.astype\('float32'\)"),
        (np.array(["2020-01-01"], "datetime64[D]"), "x", "x holds dates"),
        (np.array([1j]), "y", "y holds complex numbers"),
        (np.zeros(2, [("a", int)]), "x", "x holds records"),
        ([[1, 2], [3]], "x", "rows of x differ in length.*pad_sequences"),
        ([np.zeros((2, 2)), np.zeros((2, 2))], "x", r"x is a list of 2 arrays.*one input.*np.stack\(x\)"),
        ([np.zeros((2, 2)), np.zeros((2, 2))], "y", "y is a list of 2 arrays.*one output"),
        ({"a": [1], "b": [2]}, "x", "x is a dict of 2 entries.*one input"),
        (pd.DataFrame({"age": [1], "town": ["Rome"]}), "x", r"x has 1 column\(s\) that hold no numbers: 'town'.*get_dummies"),
        (pd.DataFrame({"t": pd.to_datetime(["2020-01-01"])}), "x", "no numbers: 't'"),
        (pd.DataFrame({"c": pd.Categorical(["u"])}), "x", r"no numbers: 'c' \(dtype category\)"),
        (pd.DataFrame(index=[0]), "x", "DataFrame without columns"),
        (pd.Series(["u"]), "y", "y is a Series .*expected numbers"),
        (np.ma.masked_array([1.0, 2.0], [0, 1]), "x", r"masked.*x.filled\(value\)"),
        (3.0, "x", "x should hold samples along its first axis"),
        (np.zeros((0, 4)), "x", r"x holds no samples: its shape is \(0, 4\)"),
        ([], "y", "y holds no samples"),
        (object(), "sample_weight", "sample_weight should be an array, a list of numbers or a DataFrame, got object"),
    ],
    ids=str,
)
def test_what_is_no_table_of_numbers_is_refused_by_name(value, name, message):
    with pytest.raises(ValueError, match=message):
        to_array(value, name)


class Strange(UserDict):
    """A mapping that is no dict, such as tokenizers return."""


def test_a_mapping_of_one_is_its_array():
    assert dense(Strange(only=ROWS)).tolist() == ROWS and is_array_like(Strange(a=1, b=2))


TEXT = ["good", "bad"]


@pytest.mark.parametrize(
    "value",
    [
        TEXT,
        np.array(TEXT),
        np.array(TEXT, object),
        np.array([b"good", b"bad"]),
        [np.array(TEXT)[:, None]],
        pd.Series(TEXT),
        pd.Series(TEXT, dtype="category"),
        pd.DataFrame({"t": TEXT}),
        {"only": TEXT},
    ],
    ids=lambda v: type(v).__name__,
)
def test_text_passes_where_it_is_asked_for(value):
    array = to_array(value, text=True)
    assert len(array) == 2 and array.ravel()[1] in ("bad", b"bad") and is_text(array)
    with pytest.raises(ValueError, match="expected numbers"):
        to_array(value)
    with pytest.raises(ValueError, match=r"x\['town'\] holds (text|bytes).*x\['town'\].astype\('float32'\)"):
        check_numbers(array, "x['town']")


@pytest.mark.parametrize("value", [np.array(["a", None]), pd.Series(["a", None]), np.array(["2020-01-01"], "M8[D]"), [1j]])
def test_only_text_passes_as_text(value):
    with pytest.raises(ValueError, match="x (holds|is a Series).*expected numbers"):
        to_array(value, text=True)


def test_labels_in_text_are_refused_with_the_way_out():
    for labels in (TEXT, np.array(TEXT, object)):
        with pytest.raises(ValueError, match=r"y holds text .*np.unique\(y, return.*StringLookup.*to_categorical"):
            to_array(labels, "y")


def test_mixed_columns_name_the_way_by_inputs():
    frame = pd.DataFrame({"age": [1, 2], "town": TEXT})
    with pytest.raises(ValueError, match=r"no numbers: 'town'.*pass dict\(x\) to a model with one input for each column"):
        to_array(frame, text=True)


def test_cast():
    assert cast(np.array([1, 2]), None).dtype == np.array([1]).dtype
    assert cast(np.array([1e300]), None).tolist() == [np.inf]
    assert cast(np.array([True]), "float32").tolist() == [1.0]
    assert cast(np.asfortranarray(np.ones((2, 2), "float32")), "float32").flags.c_contiguous
    assert cast(np.array([1.0, 2.0]), "int32").tolist() == [1, 2]
    with pytest.raises(ValueError, match="y holds NaN or infinity, but the model takes int32"):
        cast(np.array([np.nan]), "int32", "y")


def test_lengths_are_all_named():
    assert check_lengths(x=np.zeros(3), y=None, sample_weight=np.zeros((3, 1))) == 3
    message = "Make sure all arrays contain the same number of samples: x has 6, y has 3, sample_weight has 2."
    with pytest.raises(ValueError, match=message):
        check_lengths(x=np.zeros((6, 2)), y=np.zeros(3), sample_weight=np.zeros(2))


def test_rows_of_a_sparse_matrix():
    rows = take_rows(sparse.csr_matrix(ROWS), np.array([2, 0]))
    assert rows.tolist() == [ROWS[2], ROWS[0]]
