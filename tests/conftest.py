"""What holds for all tests: each begins from the same seed and settings, so that none fails by chance."""

import gc

import pytest

from minikeras._core import old_arguments
from minikeras.config import enable_hints, set_dtype_policy
from minikeras.tensorboard import current
from minikeras.utils import set_random_seed

# what made the golden numbers, with real Keras; what runs in processes of its own
collect_ignore_glob = ["parity/make_*.py", "compat/make_*.py", "compat/stand_in.py", "contracts/killed_training.py"]


def pytest_addoption(parser):
    parser.addoption("--jit", action="store_true", help="compile every model with jit_compile=True, unless it says otherwise")


@pytest.fixture(autouse=True)
def seeded(request, monkeypatch):
    if request.config.getoption("--jit"):
        everywhere(monkeypatch)
    enable_hints()
    old_arguments._hinted.clear()
    set_dtype_policy(None)
    current.state.__dict__.clear()
    set_random_seed(20240101)


def pytest_collection_finish(session):
    """What the tests are made of stays to the end: the garbage collector need not look at it."""
    gc.collect()
    gc.freeze()


def everywhere(monkeypatch):
    """Let "auto" mean compiled steps."""
    from minikeras.models.compiled import Compiled

    made = Compiled.__init__

    def make(self, *args):
        made(self, *args)
        if self.extras.get("jit_compile") == "auto":
            self.extras = {**self.extras, "jit_compile": True}
            old_arguments.disable_hints()

    monkeypatch.setattr(Compiled, "__init__", make)
