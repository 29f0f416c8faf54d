"""What holds for all tests: each begins from the same seed, so that none fails by chance."""

import pytest

from minikeras.config import enable_hints
from minikeras.utils import set_random_seed

collect_ignore_glob = ["parity/make_*.py"]  # what made the golden numbers, with real Keras; no tests


@pytest.fixture(autouse=True)
def seeded():
    enable_hints()
    set_random_seed(20240101)
