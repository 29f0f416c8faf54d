"""What holds for all tests: each begins from the same seed and settings, so that none fails by chance."""

import gc
import os

import pytest

from minikeras._core import old_arguments
from minikeras.config import enable_hints, set_dtype_policy
from minikeras.tensorboard import current
from minikeras.utils import set_random_seed

gc.disable()  # while the tests are collected: nothing of them is garbage
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each of the many new processes would compile all that it imports

# what made the golden numbers, with real Keras; what runs in processes of its own
collect_ignore_glob = ["parity/make_*.py", "compat/make_*.py", "compat/stand_in.py", "contracts/killed_training.py"]


def pytest_addoption(parser):
    parser.addoption("--jit", action="store_true", help="compile every model with jit_compile=True, unless it says otherwise")


@pytest.fixture(autouse=True)
def seeded(request):
    if request.config.getoption("--jit"):
        everywhere(request.getfixturevalue("monkeypatch"))
    enable_hints()
    old_arguments._hinted.clear()
    set_dtype_policy(None)
    current.state.__dict__.clear()
    set_random_seed(20240101)


def pytest_collection_finish(session):
    gc.enable()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """What a file of tests leaves, its reports above all, stays to the end: the garbage collector need not look at it."""
    if nextitem is not None and nextitem.path != item.path:
        gc.collect()
        gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """No doctests in tests, so none are looked for: this file counts for its folder alone."""
    found = yield
    return [collector for collector in found if type(collector) is pytest.Module]


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
