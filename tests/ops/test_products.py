"""Products: as in real Keras, and what it does not say."""

import numpy as np
import pytest

from minikeras import ops
from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("products"))
def test_as_keras(case):
    check(case)


def test_einsum_of_small_integers_has_their_common_type():
    a = np.ones((2, 2), "int8")
    assert ops.einsum("ij,jk", a, a).dtype == "int32"  # as of Keras 3.15: of int8 alone, so that sums don't overflow
    assert ops.einsum("ij,jk", a, a.astype(bool)).dtype == "int8"
