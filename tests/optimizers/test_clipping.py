import numpy as np

from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, clipping


def test_norm_is_a_python_float_of_any_shape():
    assert type(clipping.norm(np.ones((2, 2), "float32"))) is float and clipping.norm(np.ones((2, 2))) == 2.0


def test_small_gradients_are_left_alone_to_the_bit():
    g = np.array([0.1, -0.2], "float32")
    kept = g.copy()
    for make, bound in ((clipping.by_norm, 1.0), (clipping.by_global_norm, 1.0), (clipping.by_value, 1.0)):
        make([g], bound)()
        np.testing.assert_array_equal(g, kept)


def test_zero_gradients_stay_zero():
    g = np.zeros(3)
    clipping.by_norm([g], 1.0)()
    clipping.by_global_norm([g], 1.0)()
    assert g.tolist() == [0, 0, 0]


def test_what_is_not_finite_spreads_as_in_keras_and_says_nothing():
    a, b = Variable([1.0, 2.0]), Variable([3.0])
    SGD(0.1, global_clipnorm=1.0).apply([[np.inf, 1.0], [1.0]], [a, b])
    assert np.isnan(a.value).all() and np.isnan(b.value).all()
    a, b = Variable([1.0, 2.0]), Variable([3.0])
    SGD(0.1, clipnorm=1.0).apply([[np.nan, 1.0], [0.5]], [a, b])
    assert np.isnan(a.value).all() and np.isfinite(b.value).all()


def test_each_variable_has_its_own_norm():
    a, b = Variable([0.0, 0.0]), Variable([0.0])
    SGD(1.0, clipnorm=1.0).apply([[3.0, 4.0], [0.5]], [a, b])
    np.testing.assert_allclose(a.value, [-0.6, -0.8], rtol=1e-6)
    np.testing.assert_allclose(b.value, [-0.5])
