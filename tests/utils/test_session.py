"""What `clear_session` forgets."""

from minikeras import utils
from minikeras._core import dtypes, naming, random


def test_clear_session():
    naming.auto_name("dense")
    dtypes.set_dtype_policy("float64")
    utils.disable_interactive_logging()
    random.make_rng()
    utils.clear_session()
    assert naming.auto_name("dense") == "dense" and naming.auto_name("dense") == "dense_1"
    assert dtypes.dtype_policy().name == "float32" and utils.is_interactive_logging_enabled()
    assert random._global == {}
    utils.clear_session(free_memory=False)
