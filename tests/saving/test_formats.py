import subprocess
import sys

from minikeras.saving import formats


def test_all_that_it_gathers_is_there():
    assert all(hasattr(formats, name) for name in formats.__all__)


def test_the_library_starts_without_the_formats():
    code = "import sys, minikeras; print([m for m in sys.modules if 'saving.hdf5' in m or 'saving.formats' in m or m == 'zipfile'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
