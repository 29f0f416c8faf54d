"""Shapes by name: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("einops"))
def test_as_keras(case):
    check(case)


def test_errors():
    with pytest.raises(ValueError, match="3 axes on the left, the array 2"):
        ops.rearrange(np.zeros((2, 3)), "a b c -> c b a")
    with pytest.raises(ValueError, match="same axes on both sides"):
        ops.rearrange(np.zeros((2, 3)), "a b -> a")
    with pytest.raises(ValueError, match="can't have size 3"):
        ops.rearrange(np.zeros((2, 3)), "a (b c) -> a b c", b=2)
