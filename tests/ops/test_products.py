"""Products: as in real Keras, and what it does not say."""

import pytest

from tests.ops.golden import check, of


@pytest.mark.parametrize("case", of("products"))
def test_as_keras(case):
    check(case)
