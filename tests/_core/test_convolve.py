import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minikeras._core import windows
from minikeras._core.convolve import channels_last, convolve, convolve_kernel, convolve_transpose
from minikeras._core.memory import keep_freed_memory
from minikeras._core.windows import geometry
from tests.pace import some_quick


def by_loops(x, kernel, strides, padding, dilation_rate, groups):
    """The definition, number by number, channels last."""
    g = geometry(x.shape[1:-1], kernel.shape[:-2], strides, padding, dilation_rate)
    y = np.zeros((len(x), *g.out, kernel.shape[-1]))
    c, f = kernel.shape[-2], kernel.shape[-1] // groups
    for place, tap in itertools.product(np.ndindex(*g.out), np.ndindex(*g.window)):
        at = [s * o + d * t - lo for s, o, d, t, (lo, _) in zip(g.strides, place, g.dilation, tap, g.pads)]
        if all(0 <= i < n for i, n in zip(at, g.sizes)):
            for j in range(groups):
                share = x[(slice(None), *at)][:, c * j : c * j + c] @ kernel[tap][:, f * j : f * j + f]
                y[(slice(None), *place, slice(f * j, f * j + f))] += share
    return y


def moved(x, data_format):
    return x if data_format == "channels_last" else np.moveaxis(x, -1, 1).copy()


def check(rng, sizes, window, channels, filters, groups, strides, padding, dilation, data_format):
    """Compare with the definition; the gradients by what they are: the transposes of linear maps."""
    x = rng.standard_normal((3, *sizes, channels))
    w = rng.standard_normal((*window, channels // groups, filters))
    how = strides, padding, dilation, groups
    y = by_loops(x, w, *how)
    b, dy = rng.standard_normal(filters), rng.standard_normal(y.shape)
    given = moved(x, data_format), moved(dy, data_format)
    for array in (*given, w):
        array.flags.writeable = False
    found = convolve(given[0], w, *how, data_format, bias=b)
    np.testing.assert_allclose(channels_last(found, data_format), y + b, atol=1e-10)
    dx = channels_last(convolve_transpose(given[1], w, sizes, *how, data_format), data_format)
    other = rng.standard_normal(x.shape)
    np.testing.assert_allclose(np.vdot(dx, other), np.vdot(dy, by_loops(other, w, *how)), atol=1e-8)
    dw = convolve_kernel(*given, window, *how, data_format)
    other = rng.standard_normal(w.shape)
    np.testing.assert_allclose(np.vdot(dw, other), np.vdot(dy, by_loops(x, other, *how)), atol=1e-8)
    out = np.full(w.shape, 7.0)
    assert convolve_kernel(*given, window, *how, data_format, out=out) is out
    np.testing.assert_array_equal(out, dw)


PADDINGS = ["valid", "same", "causal", "pairs"]
CHANNELS = [(2, 4, 1), (13, 14, 1), (16, 1, 1), (1, 16, 1), (4, 6, 2), (3, 3, 3), (3, 6, 3)]  # channels, filters, groups
TABLE = [
    (rank, padding, stride, dilation, channels, data_format)
    for rank, padding, (stride, dilation), channels, data_format in itertools.product(
        (1, 2, 3), PADDINGS, [(1, 1), (2, 1), (1, 2), (3, 2)], CHANNELS, ["channels_last", "channels_first"]
    )
]


STEPS = {"all": (1, 3, 7), "some": (5, 13, 29)}  # through the table, for each rank


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("block", [windows.BLOCK, 40])  # 40 numbers: each row by itself
@pytest.mark.parametrize("cases", some_quick(STEPS, ["some"]))
def test_all_ways_agree_with_the_definition(rank, block, cases, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK", block)
    rng = np.random.default_rng(0)
    table = [case for case in TABLE if case[0] == rank]
    for _, padding, stride, dilation, channels, data_format in table[:: STEPS[cases][rank - 1]]:
        sizes, window = (6, 7)[:rank] if rank < 3 else (5, 4, 4), (3, 2, 2)[:rank]
        pads = ((1, 2), (-1, 1), (0, -1))[:rank] if padding == "pairs" else padding
        strides = (stride, 1, 2)[:rank] if stride > 1 else 1
        check(rng, sizes, window, *channels, strides, pads, dilation, data_format)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_shape(data):
    rank = data.draw(st.integers(1, 3))
    sizes, window, strides, dilation = (
        tuple(data.draw(st.integers(1, most)) for _ in range(rank)) for most in (7 - rank, 3, 3, 2)
    )
    padding = data.draw(st.sampled_from(["valid", "same", "causal"]))
    if padding == "valid":
        sizes = tuple(n + d * (k - 1) for n, k, d in zip(sizes, window, dilation))
    groups = data.draw(st.integers(1, 3))
    channels, filters = (groups * data.draw(st.integers(1, most)) for most in (4, 3))
    data_format = data.draw(st.sampled_from(["channels_last", "channels_first"]))
    check(np.random.default_rng(0), sizes, window, channels, filters, groups, strides, padding, dilation, data_format)


@pytest.mark.parametrize("channels, filters, groups", CHANNELS)
def test_the_circle_is_closed(channels, filters, groups):
    """Each function is linear in both arguments, and <convolve(x, w), dy> read as function of any two gives the third."""
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 5, 6, channels)), rng.standard_normal((3, 2, channels // groups, filters))
    how = ((2, 1), "same", 1, groups)
    y = convolve(x, w, *how)
    dy = rng.standard_normal(y.shape)
    value = np.vdot(y, dy)
    np.testing.assert_allclose(np.vdot(convolve_transpose(dy, w, (5, 6), *how), x), value)
    np.testing.assert_allclose(np.vdot(convolve_kernel(x, dy, (3, 2), *how), w), value)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("groups", [1, 4])
def test_dtype_is_kept(dtype, groups):
    x, w = np.ones((2, 5, 4), dtype), np.ones((3, 4 // groups, 4), dtype)
    y = convolve(x, w, groups=groups, bias=np.ones(4, dtype))
    assert y.dtype == convolve_transpose(y, w, (5,), groups=groups).dtype == dtype
    assert convolve_kernel(x, y, (3,), groups=groups).dtype == dtype
    assert y.tolist() == (np.full((2, 3, 4), 3 * 4 // groups + 1.0)).tolist()


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_no_samples(groups):
    x, w = np.ones((0, 5, 4)), np.ones((3, 4 // groups, 4))
    y = convolve(x, w, groups=groups)
    assert y.shape == (0, 3, 4) and convolve_transpose(y, w, (5,), groups=groups).shape == (0, 5, 4)
    assert not convolve_kernel(x, y, (3,), groups=groups).any()


def test_no_matrix_of_all_windows_exists():
    import tracemalloc

    x, w = np.ones((8, 64, 64, 16), "float32"), np.ones((5, 5, 16, 16), "float32")
    keep_freed_memory()  # which asks for 31 MB, once a process
    tracemalloc.start()
    y = convolve(x, w, padding="same")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < y.nbytes + 3 * 4 * windows.BLOCK < 25 * x.nbytes
