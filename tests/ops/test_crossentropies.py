"""Cross-entropies: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("crossentropies"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="same shape. Received: .2,. and .3,."):
        ops.binary_crossentropy(np.zeros(2), np.zeros(3))
    with pytest.raises(ValueError, match="up until the last dimension"):
        ops.sparse_categorical_crossentropy([1, 2], np.zeros((3, 4)))
    with pytest.raises(ValueError, match="num_classes"):
        ops.multi_hot([1])
