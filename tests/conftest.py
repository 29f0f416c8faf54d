"""What holds for all tests: each begins from the same seed and settings, so that none fails by chance."""

import pytest

from minikeras._core import old_arguments
from minikeras.config import enable_hints, set_dtype_policy
from minikeras.tensorboard import current
from minikeras.utils import set_random_seed

# what made the golden numbers, with real Keras; what runs in processes of its own
collect_ignore_glob = ["parity/make_*.py", "compat/make_*.py", "compat/stand_in.py", "contracts/killed_training.py"]


@pytest.fixture(autouse=True)
def seeded():
    enable_hints()
    old_arguments._hinted.clear()
    set_dtype_policy(None)
    current.state.__dict__.clear()
    set_random_seed(20240101)
