"""What holds for all tests: each begins from the same seed, so that none fails by chance."""

import pytest

from minikeras.utils import set_random_seed


@pytest.fixture(autouse=True)
def seeded():
    set_random_seed(20240101)
