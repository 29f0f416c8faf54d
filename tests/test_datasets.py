"""The loaders, against a server on this machine."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from tests.datasets import files
from tests.datasets.conftest import MADE, server  # noqa: F401  # the fixture

GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
KRIZ = "https://www.cs.toronto.edu/~kriz/"
D = keras.datasets
ASKED = [  # call, name here, URL, hash, as Keras 3 has them
    (D.mnist.load_data, "mnist.npz", GOOGLE + "mnist.npz", "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    (
        D.boston_housing.load_data,
        "boston_housing.npz",
        GOOGLE + "boston_housing.npz",
        "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5",
    ),
    (
        D.california_housing.load_data,
        "california_housing.npz",
        GOOGLE + "california_housing.npz",
        "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f",
    ),
    (D.imdb.load_data, "imdb.npz", GOOGLE + "imdb.npz", "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"),
    (D.imdb.get_word_index, "imdb_word_index.json", GOOGLE + "imdb_word_index.json", "bfafd718b763782e994055a2d397834f"),
    (
        D.reuters.load_data,
        "reuters.npz",
        GOOGLE + "reuters.npz",
        "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916",
    ),
    (
        D.reuters.get_word_index,
        "reuters_word_index.json",
        GOOGLE + "reuters_word_index.json",
        "4d44cc38712099c9e383dc6e5f11a921",
    ),
    (
        D.cifar10.load_data,
        "cifar-10-batches-py-target",
        KRIZ + "cifar-10-python.tar.gz",
        "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    ),
    (
        D.cifar100.load_data,
        "cifar-100-python-target",
        KRIZ + "cifar-100-python.tar.gz",
        "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    ),
    (D.fashion_mnist.load_data, "t10k-labels-idx1-ubyte.gz", GOOGLE + "t10k-labels-idx1-ubyte.gz", None),
]


@pytest.mark.parametrize(("call", "name", "url", "file_hash"), ASKED, ids=[name for _, name, *_ in ASKED])
def test_urls_names_and_hashes_are_keras(server, call, name, url, file_hash):  # noqa: F811
    call()
    asked = server.calls[-1]
    assert (asked["fname"], asked["origin"], asked["file_hash"]) == (name, url, file_hash)
    count = len(server.asked)
    call()
    assert len(server.asked) == count  # kept


def test_places_are_keras(server, tmp_path):  # noqa: F811
    D.mnist.load_data("own.npz")
    D.fashion_mnist.load_data()
    D.cifar10.load_data()
    home = tmp_path / "home" / "datasets"
    for place in (
        "own.npz",
        "fashion-mnist/train-images-idx3-ubyte.gz",
        "cifar-10-batches-py-target_archive",
        "cifar-10-batches-py-target/cifar-10-batches-py/test_batch",
    ):
        assert (home / place).is_file()


def test_cifar10(server):  # noqa: F811
    (x_train, y_train), (x_test, y_test) = D.cifar10.load_data()
    assert x_train.shape == (20, 32, 32, 3) and y_train.shape == (20, 1) and x_test.shape == (3, 32, 32, 3)
    assert {a.dtype.name for a in (x_train, y_train, x_test, y_test)} == {"uint8"}
    keras.config.set_image_data_format("channels_first")
    try:
        (first, _), _ = D.cifar10.load_data()
    finally:
        keras.config.set_image_data_format("channels_last")
    assert first.shape == (20, 3, 32, 32) and (first.transpose(0, 2, 3, 1) == x_train).all()


def test_words(server):  # noqa: F811
    assert D.reuters.get_word_index() == {"mdbl": 10996, "café": 1}
    assert len(set(D.reuters.get_label_names())) == 46 and D.reuters.get_label_names()[-1] == "lead"


def test_texts_of_one_length_stay_lists(server):  # noqa: F811
    array = np.empty(4, object)
    array[:] = [[1, 2]] * 4
    server.files["/reuters.npz"] = files.npz(x=array, y=np.arange(4))
    (x, _), _ = D.reuters.load_data()
    assert x.shape == (3,) and x[0] == [1, 4, 2]


def test_old_and_wrong_arguments(server, monkeypatch):  # noqa: F811
    monkeypatch.setattr("minikeras._core.old_arguments._hinted", set())
    with pytest.warns(UserWarning, match="called `num_words` now"):
        (x, _), _ = D.imdb.load_data(nb_words=6)
    assert max(max(text) for text in x) < 6
    for call in (
        lambda: D.imdb.load_data(num_wrds=6),
        lambda: D.reuters.load_data(test_spilt=0.1),
        lambda: D.cifar100.load_data("rough"),
        lambda: D.california_housing.load_data("tiny"),
        lambda: D.boston_housing.load_data(test_split=1),
        lambda: D.imdb.load_data(maxlen=1),
    ):
        with pytest.raises((ValueError, TypeError)):
            call()


@pytest.mark.parametrize("spoil", [lambda c: c[:20], lambda c: b"no gzip", lambda c: files.idx(np.zeros((2, 2), "uint8"))])
def test_damaged_fashion(server, spoil):  # noqa: F811
    name = "/train-images-idx3-ubyte.gz"
    server.files[name] = spoil(MADE[name[1:]])
    with pytest.raises(ValueError, match="is damaged: delete it"):
        D.fashion_mnist.load_data()


def test_hostile_files_run_nothing(server, tmp_path):  # noqa: F811
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / "evil"), "w"))

    array = np.empty(1, object)
    array[0] = Evil()
    server.files["/imdb.npz"] = files.npz(x_train=array, y_train=[0], x_test=array, y_test=[0])
    server.files["/mnist.npz"] = files.npz(x_train=array, y_train=[0], x_test=array, y_test=[0])
    with pytest.raises(ValueError, match="wants to run (_io|io).open"):
        D.imdb.load_data()
    with pytest.raises(ValueError, match="Object arrays cannot be loaded"):
        D.mnist.load_data()
    assert not (tmp_path / "evil").exists()


def test_all_is_lazy():
    import subprocess

    code = "import sys, minikeras; minikeras.datasets; print([m for m in sys.modules if m.startswith('minikeras.datasets.')])"
    root = Path(__file__).parents[1]
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert out.stdout.strip() == "[]"
    assert json.dumps(D.__all__) == json.dumps(sorted(D.__all__)) and all(hasattr(D, name) for name in D.__all__)
