import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras import fast, layers
from minikeras._core import threads
from minikeras._core.now import KERNELS
from minikeras.fast.pooling import Pooling


@pytest.fixture(autouse=True)
def parts(monkeypatch):
    """Cut even small batches into parts, as if there were 2 cores."""
    monkeypatch.setattr(threads, "LARGE", 1.0)
    monkeypatch.setattr(threads, "_threads", lambda: 2)


def check(layer, shape, taken=True):
    x = np.round(np.random.default_rng(0).standard_normal(shape)).astype("float32")  # with many that are equal
    found = []
    for kernels in (None, fast):
        token = KERNELS.set(kernels)
        try:
            y, kept = layer.forward(x, True)
            dy = np.random.default_rng(1).standard_normal(y.shape, dtype=np.float32)
            found.append((y, layer.backward(dy, kept)))
            assert layer.backward(dy, kept, need_dx=False) is None
        finally:
            KERNELS.reset(token)
    assert isinstance(kept[0] if isinstance(kept, tuple) else kept, Pooling) is taken
    for a, b in zip(*found):
        np.testing.assert_allclose(b, a, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("kind", ["Max", "Average"])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("size, strides", [(2, None), ((3, 2), 1), (3, 2), ((1, 3), (2, 3)), (2, 4)])
def test_same_numbers_as_numpy(kind, padding, size, strides):
    check(getattr(layers, f"{kind}Pooling2D")(size, strides, padding), (3, 7, 8, 9))


@pytest.mark.parametrize("kind", ["Max", "Average"])
def test_other_shapes(kind):
    check(getattr(layers, f"{kind}Pooling1D")(3, 2, "same"), (3, 8, 12))
    check(getattr(layers, f"{kind}Pooling2D")(), (2, 6, 4, 16))
    check(getattr(layers, f"{kind}Pooling2D")(), (2, 6, 4, 3), taken=False)
    check(getattr(layers, f"{kind}Pooling2D")(data_format="channels_first"), (2, 8, 6, 4), taken=False)
    check(getattr(layers, f"{kind}Pooling3D")(), (2, 4, 4, 4, 8), taken=False)


def test_nan_comes_through():
    x = np.zeros((1, 4, 4, 8), np.float32)
    x[0, 1, 0] = np.nan
    token = KERNELS.set(fast)
    try:
        y = layers.MaxPooling2D().forward(x, False)[0]
    finally:
        KERNELS.reset(token)
    assert np.isnan(y[0, 0, 0]).all() and np.isnan(y).sum() == 8
