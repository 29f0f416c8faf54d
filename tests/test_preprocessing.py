"""What Keras has as modules can be imported from, as `keras.backend`, `keras.mixed_precision` and `keras.preprocessing`."""

import subprocess
import sys

MODULES = ["backend", "mixed_precision", "preprocessing", "preprocessing.image", "preprocessing.sequence", "preprocessing.text"]


def run(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True).stdout


def test_the_module_is_there_once_however_it_is_asked_for():
    """One process for all: each time minikeras is imported anew, but nothing that it needs."""
    run(
        f"""
import sys
for module in {MODULES}:
    for code in (
        f"import minikeras; a = minikeras.{{module}}; import minikeras.{{module}} as b; assert a is b, 'attribute first'",
        f"import minikeras.{{module}} as b, minikeras; assert minikeras.{{module}} is b, 'import first'",
    ):
        for name in [name for name in sys.modules if name.partition(".")[0] == "minikeras"]:
            del sys.modules[name]
        exec(code, {{}})
print("all")
"""
    )


def test_what_is_imported_from_it_is_the_class_that_keras_code_finds():
    run(
        "from minikeras.preprocessing.text import Tokenizer as Ours; import minikeras; minikeras.install_as_keras()\n"
        "from tensorflow.keras.preprocessing.text import Tokenizer; assert Tokenizer is Ours"
    )
