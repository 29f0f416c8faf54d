import numpy as np
import pytest

from minikeras._core.variable import Variable
from minikeras.layers.core.einsum import analyse, product, split_equation

EQUATIONS = [
    ("ab,bc->ac", (3, 4), (4, 5)),
    ("abc,cd->abd", (2, 3, 4), (4, 5)),
    ("abc,dc->adb", (2, 3, 4), (5, 4)),
    ("abc,bcd->adb", (2, 3, 4), (3, 4, 5)),
    ("abcd,cde->abe", (2, 3, 4, 5), (4, 5, 2)),
    ("abcd,dec->eab", (2, 3, 4, 5), (5, 6, 4)),
    ("abc,cd->ad", (2, 3, 4), (4, 5)),
    ("abc,ad->adcb", (2, 3, 4), (2, 5)),
    ("...x,xy->...y", (2, 3, 4), (4, 5)),
    ("ab...,bc->ac...", (2, 3, 4, 5), (3, 6)),
]


@pytest.mark.parametrize("equation, x_shape, w_shape", EQUATIONS)
def test_products_and_their_gradients_are_those_of_einsum(equation, x_shape, w_shape):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal(x_shape), Variable(rng.standard_normal(w_shape), dtype="float64")
    path = product(equation, x.ndim)
    rows, z = path.forward(x, w.value)
    np.testing.assert_allclose(z, np.einsum(equation, x, w.value))
    dz = rng.standard_normal(z.shape)
    dx = path.backward(dz, rows, x.shape, w, True)
    step = rng.standard_normal(x_shape), rng.standard_normal(w_shape)  # z is linear in each: slopes are exact
    np.testing.assert_allclose(np.sum(dx * step[0]), np.sum(dz * np.einsum(equation, step[0], w.value)))
    np.testing.assert_allclose(np.sum(w.grad * step[1]), np.sum(dz * np.einsum(equation, x, step[1])))
    assert path.backward(dz, rows, x.shape, w, False) is None


@pytest.mark.parametrize(
    "arguments, expected",
    [  # what Keras works out
        (("abc,cd->abd", "d", (None, 3, 4), (None, 5)), ((4, 5), (5,), (None, 3, 5), [0], [1])),
        (("abc,cde->abde", "de", (None, 3, 4), (None, 2, 5)), ((4, 2, 5), (2, 5), (None, 3, 2, 5), [0], [1, 2])),
        (("abc,cde->abde", "e", (None, 3, 4), (None, 2, 5)), ((4, 2, 5), (5,), (None, 3, 2, 5), [0], [1, 2])),
        (("abc,cde->abde", "d", (None, 3, 4), (3, 2, 5)), ((4, 2, 5), (2, 1), (None, 3, 2, 5), [0], [1, 2])),
        (("...x,xy->...y", "y", (None, 3, 4), (5,)), ((4, 5), (5,), (None, 3, 5), [0], [1])),
        (("ab...,bc->ac...", "c", (None, 3, 4, 2), (5,)), ((3, 5), (5, 1, 1), (None, 5, 4, 2), [0], [1])),
        (("abc,bcd->adb", None, (None, 3, 4), (5, 3)), ((3, 4, 5), None, (None, 5, 3), [1], [0, 2])),
    ],
)
def test_shapes(arguments, expected):
    assert tuple(analyse(*arguments)) == expected


@pytest.mark.parametrize("equation", ["ab,bc", "ab->ab", "a...b,bc->ac", "...ab,bc->ac", "ab,bc->...ac", "", 3, "ab,,bc->ac"])
def test_other_forms_are_refused(equation):
    with pytest.raises(ValueError, match="Equations must be in the form"):
        split_equation(equation)


@pytest.mark.parametrize(
    "equation, word",
    [("ab,bc->ad", "Output dimension 'd'"), ("ab,bcd->ac", "Weight dimension 'd'"), ("aab,bc->ac", "stands twice")],
)
def test_letters_must_stand_where_they_are_needed(equation, word):
    with pytest.raises(ValueError, match=word):
        split_equation(equation)


def test_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="needs an input with 3 axes"):
        analyse("abc,cd->abd", None, (None, 4), (None, 5))
    with pytest.raises(ValueError, match="shared dimension 'b'. Input shape is 3, and output shape is 7"):
        analyse("abc,cd->abd", None, (None, 3, 4), (7, 5))
    with pytest.raises(ValueError, match="does not fit the output"):
        analyse("abc,cd->abd", None, (None, 3, 4), (5,))
    with pytest.raises(ValueError, match="unknown at None"):
        analyse("abc,cd->abd", None, (None, 3, None), (None, 5))
    with pytest.raises(ValueError, match="Bias dimension 'x'"):
        analyse("abc,cd->abd", "x", (None, 3, 4), (None, 5))
