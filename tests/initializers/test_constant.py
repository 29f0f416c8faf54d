"""Start values without chance; STFT against real Keras."""

from __future__ import annotations

import numpy as np
import pytest

from minikeras import initializers as I
from minikeras.initializers.constant import WINDOWS, window_values


def test_zeros_ones_constant():
    assert I.Zeros()((2, 1)).tolist() == [[0], [0]] and I.Ones()((2,), "int32").tolist() == [1, 1]
    assert I.Constant(0.5)((2,), "float64").tolist() == [0.5, 0.5]
    assert I.Constant([1, 2])((3, 2)).tolist() == [[1, 2]] * 3


def test_constant_with_an_array_survives_its_config():
    again = I.deserialize(I.serialize(I.Constant(np.array([1.0, 2.0]))))
    assert again((2,)).tolist() == [1, 2]


def test_identity():
    np.testing.assert_array_equal(I.Identity(2.0)((3, 2)), 2 * np.eye(3, 2))
    assert I.Identity.from_config(I.Identity(2.0).get_config()).gain == 2.0
    assert I.Identity().get_config() == {}
    with pytest.raises(ValueError, match=r"two axes; got shape \(2, 2, 2\)"):
        I.Identity()((2, 2, 2))


@pytest.mark.parametrize(
    "arguments, expected",
    [
        (("real", "hann", "density", False), [[0, 0, 0], [0.707107, 0, -0.707107], [0.707107, -0.707107, 0.707107], [0, 0, 0]]),
        (("imag", "hamming", "spectrum", True), [[0, 0, 0], [0, -0.25, 0], [0, 0, 0], [0, 0.25, 0]]),
        (("imag", None, None, False), [[0, 0, 0], [0, -1, 0], [0, 0, 0], [0, 1, 0]]),
        (("real", "blackman", None, True), [[0, 0, 0], [0.34, 0, -0.34], [1, -1, 1], [0.34, 0, -0.34]]),
    ],
)
def test_stft(arguments, expected):
    values = I.STFT(*arguments)((4, 1, 3))
    assert values.shape == (4, 1, 3) and values.dtype == "float32"
    np.testing.assert_allclose(values[:, 0], expected, atol=1e-6)


def test_stft_takes_the_values_of_a_window():
    np.testing.assert_allclose(I.STFT(window=[0, 1, 1, 0])((4, 1, 3)), I.STFT("real", [0, 2, 2, 0])((4, 1, 3)))


@pytest.mark.parametrize(
    "arguments, message",
    [(("left",), "side"), (("real", "han"), "window"), (("real", "hann", "power"), "scaling")],
)
def test_stft_refuses_what_it_does_not_know(arguments, message):
    with pytest.raises(ValueError, match=message):
        I.STFT(*arguments)


def test_stft_wants_a_window_of_the_size_of_the_frame():
    with pytest.raises(ValueError, match="frame, 4"):
        I.STFT(window=[1.0, 2.0])((4, 1, 3))


@pytest.mark.parametrize(
    "name, start",
    [
        ("hann", [0, 0.345491503, 0.904508497]),
        ("hamming", [0.08, 0.397852183, 0.912147817]),
        ("blackman", [0, 0.200770143, 0.849229857]),
        ("nuttall", [0.0003628, 0.110515253, 0.798258097]),
        ("blackmanharris", [6e-05, 0.103011489, 0.793833511]),
        ("flattop", [-0.000421051, -0.0677142521, 0.606872153]),
        ("bartlett", [0, 0.4, 0.8]),
        ("cosine", [0.258819045, 0.707106781, 0.965925826]),
        ("boxcar", [1, 1, 1]),
    ],
)
def test_windows(name, start):
    """Of scipy.signal.get_window(name, 6) and, periodic, of size 5."""
    np.testing.assert_allclose(window_values(name, 6, periodic=False), start + start[::-1], atol=1e-9)
    np.testing.assert_allclose(window_values(name, 5, periodic=True), start + start[:0:-1], atol=1e-9)


def test_every_window_has_a_shape_of_its_own_size():
    for name in WINDOWS:
        assert window_values(name, 7, True).shape == (7,) and window_values(name, 1, False).tolist() == [1]


@pytest.mark.parametrize(
    ("name", "values"),  # SciPy's
    [
        ("tukey", [0.0, 1.0, 1.0, 1.0, 0.0]),
        ("bohman", [0.0, 0.31831, 1.0, 0.31831, 0.0]),
        ("barthann", [0.0, 0.5, 1.0, 0.5, 0.0]),
        ("lanczos", [0.0, 0.63662, 1.0, 0.63662, 0.0]),
    ],
)
def test_further_windows(name, values):
    np.testing.assert_allclose(window_values(name, 5, periodic=False), values, atol=1e-5)
    assert name in WINDOWS
