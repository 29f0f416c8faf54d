"""What Keras has as modules can be imported from, as `keras.backend`, `keras.mixed_precision` and `keras.preprocessing`."""

import subprocess
import sys

import pytest

MODULES = ["backend", "mixed_precision", "preprocessing", "preprocessing.image", "preprocessing.sequence", "preprocessing.text"]


def run(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("module", MODULES)
def test_the_module_is_there_once_however_it_is_asked_for(module):
    run(f"import minikeras; a = minikeras.{module}; import minikeras.{module} as b; assert a is b")
    run(f"import minikeras.{module} as b, minikeras; assert minikeras.{module} is b")


def test_what_is_imported_from_it_is_the_class_that_keras_code_finds():
    run(
        "from minikeras.preprocessing.text import Tokenizer as Ours; import minikeras; minikeras.install_as_keras()\n"
        "from tensorflow.keras.preprocessing.text import Tokenizer; assert Tokenizer is Ours"
    )
