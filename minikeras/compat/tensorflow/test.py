"""`tf.test`: what is asked of the machine.

>>> is_gpu_available(), is_built_with_cuda(), gpu_device_name()
(False, False, '')
"""

from __future__ import annotations

import tempfile
import unittest
from typing import Any

import numpy as np

from minikeras.compat.tensorflow._tools import absent, exported


def is_gpu_available(cuda_only: bool = False, min_cuda_compute_capability: Any = None) -> bool:
    """False."""
    return False


def is_built_with_cuda() -> bool:
    """False."""
    return False


is_built_with_gpu_support = is_built_with_rocm = is_built_with_xla = is_built_with_cuda


def gpu_device_name() -> str:
    """An empty name: there is none."""
    return ""


def get_temp_dir() -> str:
    """A folder for tests."""
    return tempfile.mkdtemp()


class TestCase(unittest.TestCase):
    """Python's, with comparisons of arrays."""

    def evaluate(self, tensors: Any) -> Any:
        """The numbers of tensors."""
        return [self.evaluate(t) for t in tensors] if isinstance(tensors, (list, tuple)) else np.asarray(tensors)

    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str = "") -> None:  # noqa: N802
        """Fail where numbers differ."""
        np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol, atol, err_msg=msg or "")

    def assertAllEqual(self, a: Any, b: Any, msg: str = "") -> None:  # noqa: N802
        """Fail where anything differs."""
        np.testing.assert_array_equal(np.asarray(a), np.asarray(b), msg or "")


def main(argv: Any = None) -> None:
    """Run the tests of a script."""
    unittest.main(argv=argv)


__all__ = exported(globals(), "is_built_with_gpu_support is_built_with_rocm is_built_with_xla")
__getattr__ = absent("tf.test", globals())
