"""Text as users of datasets see it."""

import os
import pickle

import numpy as np
import pytest

from minikeras._core.tensor import Tensor
from minikeras._core.text import Text, shown, text, to_bytes
from minikeras.data import Dataset


def test_numpy_gives_bytes_and_python_gives_strings():
    t = text([["a", b"b"], ["é", b"\xff"]])
    assert t.numpy().tolist() == [[b"a", b"b"], ["é".encode(), b"\xff"]] and t.shape.as_list() == [2, 2]
    assert text("abc").numpy() == b"abc" and str(text("abc")) == "abc" and f"{text('abc'):>4}" == " abc"
    assert t.tolist() == [["a", "b"], ["é", b"\xff"]] and [str(w) for w in t[0]] == ["a", "b"]


def test_comparing_and_joining():
    t = text(["a", "b"])
    assert (t == b"a").tolist() == [True, False] and (t != "a").tolist() == [False, True]
    assert (t + "x").tolist() == ["ax", "bx"] and ("x" + t).tolist() == ["xa", "xb"]
    assert type(t == "a") is Tensor and bool(t[0] == "a") and t.dtype == "string" and t.dtype.kind == "O"
    assert isinstance(np.concatenate([t, t]), Text) and np.stack([t, t]).shape == (2, 2)


def test_bytes_with_zeros_at_the_end_stay_whole():
    assert to_bytes(text(b"a\x00\x00").item()) == b"a\x00\x00" == text(b"a\x00\x00").numpy()


def test_paths_and_pickles(tmp_path):
    (tmp_path / "f.txt").write_text("x")
    with open(text(str(tmp_path / "f.txt"))) as file:
        assert file.read() == "x"
    assert os.path.basename(text("/a/b")) == "b"
    assert pickle.loads(pickle.dumps(text(["a"]))).tolist() == ["a"]


def test_what_is_shown():
    a, b, c = shown((np.zeros(2), np.array(["x"]), np.array([{}], object)))
    assert type(a) is Tensor and type(b) is Text and type(c) is np.ndarray


def test_datasets_hand_text_to_functions_and_keep_arrays():
    seen = []
    data = Dataset.from_tensor_slices((["a", "b"], [1, 2])).map(lambda w, n: (seen.append(type(w)) or w + "!", n * 2)).batch(2)
    words, numbers = next(data.as_numpy_iterator())
    assert seen == [Text, Text] and type(numbers) is np.ndarray and words.tolist() == ["a!", "b!"]
    words, numbers = next(iter(data))
    assert words.numpy().tolist() == [b"a!", b"b!"] and numbers.numpy().tolist() == [2, 4]


def test_a_text_has_no_hash():
    with pytest.raises(TypeError):
        hash(text("a"))
