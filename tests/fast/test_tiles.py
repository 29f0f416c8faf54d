import numpy as np
import pytest

pytest.importorskip("numba")

from minikeras.fast.tiles import WIDE, add_product, panels, product


@pytest.mark.parametrize(
    "rows, lines, columns",
    [(1, 1, 1), (2, 4, 3), (4, 3, 16), (7, 5, 17), (9, 64, 40), (3, 2, 33), (12, 7, 16), (17, 2, 5)],
)
def test_product(rows, lines, columns):
    rng = np.random.default_rng(0)
    a, b = (rng.standard_normal(shape, dtype=np.float32) for shape in ((rows, lines), (lines, columns)))
    laid = panels(b, False)
    np.testing.assert_array_equal(panels(b.T.copy(), True), laid)
    assert laid.shape == (-(-columns // WIDE), lines, WIDE)
    assert not laid.transpose(1, 0, 2).reshape(lines, -1)[:, columns:].any()
    out = np.full((rows, len(laid) * WIDE), np.nan, np.float32)
    product(rows, a.ravel(), 0, lines, 0, lines, 1, laid, out.reshape(-1), 0, WIDE, out.shape[1])
    np.testing.assert_allclose(out[:, :columns], a @ b, rtol=0.0, atol=1e-5)


def test_product_of_rows_that_overlap():
    series = np.arange(10.0, dtype=np.float32)
    out = np.empty((6, WIDE), np.float32)
    b = panels(np.ones((3, 1), np.float32))
    product(6, series, 1, 1, 0, 3, 1, b, out.reshape(-1), 0, WIDE, WIDE)  # windows of 3, from the second number on
    assert out[:, 0].tolist() == [6.0, 9.0, 12.0, 15.0, 18.0, 21.0]


def test_product_in_runs():
    image = np.arange(12.0, dtype=np.float32)  # 3 x 4
    b = np.array([[1.0], [10.0], [100.0], [1000.0]], np.float32)
    out = np.empty((3, WIDE), np.float32)
    product(3, image, 0, 1, 4, 2, 2, panels(b), out.reshape(-1), 0, WIDE, WIDE)  # windows of 2 x 2
    assert out[:, 0].tolist() == [5410.0, 6521.0, 7632.0]


@pytest.mark.parametrize("rows", range(1, 10))
def test_add_product(rows):
    rng = np.random.default_rng(0)
    a, b, c = (rng.standard_normal(shape, dtype=np.float32) for shape in ((rows, 5), (5, WIDE), (rows, 20)))
    expected = c.copy()
    expected[:, 2 : 2 + WIDE] += a @ b
    add_product(rows, a, 0, 5, 1, 0, b, 0, WIDE, 0, c, 2, 20, 5, 1)
    np.testing.assert_allclose(c, expected, rtol=0.0, atol=1e-5)
