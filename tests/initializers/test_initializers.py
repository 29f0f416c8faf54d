"""Every way to name an initializer."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import initializers as I

NAMES = {
    I.Constant: "Constant constant",
    I.GlorotNormal: "GlorotNormal glorot_normal",
    I.GlorotUniform: "GlorotUniform glorot_uniform",
    I.HeNormal: "HeNormal he_normal",
    I.HeUniform: "HeUniform he_uniform",
    I.Identity: "Identity identity IdentityInitializer",
    I.LecunNormal: "LecunNormal lecun_normal",
    I.LecunUniform: "LecunUniform lecun_uniform",
    I.Ones: "Ones ones one",
    I.Orthogonal: "Orthogonal orthogonal OrthogonalInitializer",
    I.RandomNormal: "RandomNormal random_normal normal",
    I.RandomUniform: "RandomUniform random_uniform uniform",
    I.STFT: "STFT stft STFTInitializer",
    I.TruncatedNormal: "TruncatedNormal truncated_normal",
    I.VarianceScaling: "VarianceScaling variance_scaling",
    I.Zeros: "Zeros zeros zero",
}


@pytest.mark.parametrize("cls", NAMES)
def test_names(cls):
    for name in NAMES[cls].split():
        assert type(I.get(name)) is cls
    assert type(I.get(cls)) is cls


def test_the_module_has_the_snake_case_names_too():
    assert I.glorot_uniform is I.GlorotUniform and I.IdentityInitializer is I.Identity and I.stft is I.STFT


def test_none_and_instances():
    zeros = I.Zeros()
    assert I.get(None) is None and I.get(zeros) is zeros


def test_configs():
    config = {"class_name": "RandomNormal", "config": {"stddev": 0.2, "seed": 3}}
    assert I.get(config).stddev == 0.2


def test_functions_and_classes_of_the_users_own():
    def twos(shape, dtype=None):
        return np.full(shape, 2.0, dtype)

    class Threes(I.Initializer):
        def __call__(self, shape, dtype=None):
            return np.full(shape, 3.0, dtype)

    assert I.get(twos)((2,)).tolist() == [2, 2] and I.get(Threes)((2,)).tolist() == [3, 3]
    assert type(I.deserialize(I.serialize(Threes()), {"Threes": Threes})) is Threes


def test_an_array_gives_itself():
    initializer = I.get(np.array([[1, 2]]))
    values = initializer((1, 2), "float32")
    assert values.tolist() == [[1, 2]] and values.dtype == "float32"
    with pytest.raises(ValueError, match=r"Expected `shape` to be \(1, 2\), .* the weight has \(2, 2\)"):
        initializer((2, 2))


@pytest.mark.parametrize("wrong", [3, "glorot_unifrom", {"class_name": "Nothing", "config": {}}])
def test_unknown(wrong):
    with pytest.raises(ValueError):
        I.get(wrong)
    with pytest.raises(ValueError, match="Did you mean 'glorot_uniform'"):
        I.get("glorot_unifrom")
