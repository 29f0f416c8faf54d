"""Scripts in the manner of those that people have, of Keras 1, 2 and 3, as they are: run over `install_as_keras`.

Where a script says what Keras says, that was computed by running the same file with Keras 2.15 (k2) or Keras 3.15 on JAX (k3).
"""

import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import minikeras
from minikeras._core.old_arguments import forget

SCRIPTS = sorted((Path(__file__).parents[1] / "compat" / "scripts").glob("*.py"))
ROOT = Path(__file__).parents[2]


@pytest.fixture
def installed():
    before = {name for name in sys.modules if name.partition(".")[0] in ("keras", "tensorflow", "tf_keras")}
    assert not before
    minikeras.install_as_keras()
    yield
    minikeras.uninstall_as_keras()
    minikeras.config.enable_hints()


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_a_script_runs_as_it_is_and_gives_keras_numbers(path, installed, capsys):
    minikeras.config.disable_hints()
    runpy.run_path(str(path), run_name="__main__")
    said = [line.split()[3:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# Keras says:")]
    if said:
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("RESULT")]
        numbers = [float(n) for n in lines[-1].split()[1:]]
        np.testing.assert_allclose(numbers, [float(n) for n in said[0]], rtol=3e-5)


def test_each_old_word_is_hinted_at_once(installed):
    forget()
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for _ in range(2):
            runpy.run_path(str(SCRIPTS[0].with_name("k1_tabular.py")), run_name="__main__")
    texts = [str(one.message) for one in seen]
    assert len(texts) == len(set(texts))
    words = "`output_dim` `init` `W_regularizer` `p` nb_epoch predict_classes predict_proba show_accuracy".split()
    for word in words:
        assert sum(word in text for text in texts) == 1, word


def test_a_script_runs_from_the_command_line_without_a_word():
    path = SCRIPTS[0].with_name("k2_tabular.py")
    code = f"import minikeras, runpy; minikeras.install_as_keras(); runpy.run_path({str(path)!r})"
    out = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert out.returncode == 0 and out.stderr == "" and out.stdout.startswith("RESULT 0.00824")
