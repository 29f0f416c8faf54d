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
