import numpy as np
import pytest

from minikeras.compat import initializations


def test_functions_make_variables():
    w = initializations.normal((200, 3), scale=0.5, name="dense/W")
    assert w.shape == (200, 3) and w.name == "dense_W" and 0.4 < w.numpy().std() < 0.6
    assert np.abs(initializations.uniform((100,), scale=0.1).numpy()).max() <= 0.1
    assert initializations.get("identity")((2, 2)).numpy().tolist() == [[1, 0], [0, 1]]
    own = lambda shape, name=None: np.zeros(shape)  # noqa: E731
    assert initializations.get(own) is own
    with pytest.raises(AttributeError, match="no attribute 'magic'"):
        initializations.magic  # noqa: B018


def test_all_by_star_and_with_a_scale():
    names = {}
    exec("from minikeras.compat.initializations import *", names)
    assert {"get", "uniform", "one", "he_normal"} <= set(names) and "initializers" not in names
    assert initializations.identity((2, 2), scale=3.0).numpy().tolist() == [[3, 0], [0, 3]]
    w = initializations.orthogonal((4, 4), scale=1.1).numpy()
    np.testing.assert_allclose(w @ w.T, 1.21 * np.eye(4), atol=1e-5)
