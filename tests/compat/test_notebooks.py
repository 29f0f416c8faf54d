"""Notebooks and scripts of all eras of Keras, each with the numbers of real Keras in it, through every entry.

The quick run takes every other file through one entry in turn; all entries for all files are `slow`.
"""

import ast
import contextlib
import importlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import minikeras
from minikeras.commands.notebook import Notebook, plain_python

HERE, ROOT = Path(__file__).parent / "notebooks", Path(__file__).parents[2]
FILES = sorted(path for path in HERE.rglob("*") if path.suffix in (".ipynb", ".py"))
NAMES = [f"{path.parent.name}/{path.name}" for path in FILES]

# How imports are edited by hand, line by line.
EDITS = [
    (r"import (?:tf_keras|tensorflow\.keras|keras) as (\w+)$", r"import minikeras as \2"),
    (r"import keras$", "import minikeras as keras"),
    (r"import tensorflow as tf$", "import minikeras.compat.tensorflow as tf"),
    (r"from tensorflow import keras$", "import minikeras as keras"),
    (r"from tensorflow import (.+)$", r"from minikeras.compat.tensorflow import \2"),
    (r"import (?:tensorflow\.)?keras\.backend as (\w+)$", r"from minikeras import backend as \2"),
    (r"from (?:tensorflow\.)?keras(\.[\w.]+)? import (.+)$", r"from minikeras\2 import \3"),
    (r"import (?:tensorflow\.)?keras(\.[\w.]+) as (\w+)$", r"import minikeras\2 as \3"),
]


def code_of(path):
    """All cells of a notebook, or a script, as Python."""
    if path.suffix == ".py":
        return path.read_text("utf-8")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return "\n".join(plain_python("".join(cell["source"])) for cell in cells if cell["cell_type"] == "code")


def edited(code):
    """The same code with minikeras in its imports; None where an import has no such place there."""
    for pattern, new in EDITS:
        code = re.sub(rf"^([ \t]*){pattern}", rf"\g<1>{new}", code, flags=re.MULTILINE)
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            if any(module.split(".")[0] in ("keras", "tensorflow", "tf_keras") for module in modules):
                return None
            try:
                found = [importlib.import_module(module) for module in modules if module.split(".")[0] == "minikeras"]
            except ImportError:
                return None
            names = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            if found and any(name != "*" and not hasattr(found[0], name) for name in names):
                return None
    return code


def by_command(path):
    """``minikeras run file``."""
    command = [sys.executable, "-m", "minikeras", "run", path.name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr[-3000:]


def by_install(path):
    """`install_as_keras` in a process of its own."""
    script = path.with_name("as_python.txt")
    script.write_text(code_of(path), "utf-8")
    code = f"import minikeras, runpy; minikeras.install_as_keras(); runpy.run_path({str(script)!r}, run_name='__main__')"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=path.parent, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]


def by_hand(path):
    """The edited import."""
    code = edited(code_of(path))
    if code is None:
        pytest.skip("names modules that only install_as_keras has")
    script = path.with_name("edited.txt")
    script.write_text(code, "utf-8")
    assert "keras" not in sys.modules
    runpy.run_path(str(script), run_name="__main__")


def in_process(path):
    """`install_as_keras` in this process, cell by cell."""
    minikeras.install_as_keras()
    try:
        if path.suffix == ".py":
            runpy.run_path(str(path), run_name="__main__")
        else:
            notebook = Notebook(path)
            assert notebook.run(), notebook.cells
    finally:
        minikeras.uninstall_as_keras()


def by_kernel(path):
    """``%load_ext minikeras`` as the first line in Jupyter."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    if path.suffix == ".py":
        cells = [nbformat.v4.new_code_cell(path.read_text("utf-8"))]
    else:
        given = json.loads(path.read_text("utf-8"))["cells"]
        cells = [nbformat.v4.new_code_cell("".join(c["source"])) for c in given if c["cell_type"] == "code"]
    for cell in cells:
        cell.source = re.sub(r"^(\s*)!.*$", r"\1pass", cell.source, flags=re.MULTILINE)  # nothing is installed here
    first = nbformat.v4.new_code_cell(f"import sys; sys.path.insert(0, {str(ROOT)!r})\n%load_ext minikeras")
    notebook = nbformat.v4.new_notebook(cells=[first, *cells])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Jupyter's own
        place = {"metadata": {"path": path.parent}}
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=place).execute()


ENTRIES = [by_command, by_install, by_hand, in_process, by_kernel]
IN_TURN = [in_process, by_hand, in_process, in_process]
QUICK = range(0, len(FILES), 2)
BY_COMMAND = QUICK[2::14]  # few: each takes a process of its own


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A folder for the files that are written, and what a notebook changes in this process put back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for place, name in (("IPython.display", "display"), ("matplotlib.pyplot", "show")):
        with contextlib.suppress(ImportError):
            module = importlib.import_module(place)
            monkeypatch.setattr(module, name, getattr(module, name))
    minikeras.utils.clear_session()
    state = minikeras.config.floatx(), minikeras.config.image_data_format()
    yield tmp_path
    minikeras.config.set_floatx(state[0]), minikeras.config.set_image_data_format(state[1])
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.mark.parametrize("number", QUICK, ids=NAMES[::2])
def test_a_notebook_gives_the_numbers_of_keras(number, alone):
    pytest.importorskip("matplotlib")
    entry = by_command if number in BY_COMMAND else IN_TURN[number // 2 % len(IN_TURN)]
    entry(Path(shutil.copy(FILES[number], alone)))


def test_a_notebook_runs_in_a_kernel(alone):
    by_kernel(Path(shutil.copy(HERE / "tfkeras2" / "own_loop.ipynb", alone)))


@pytest.mark.slow
@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.__name__ for entry in ENTRIES])
@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_notebook_runs_through_every_entry(path, entry, alone):
    entry(Path(shutil.copy(path, alone)))


def test_imports_can_be_edited_by_hand():
    of_the_later_eras = [path for path in FILES if path.parent.name in ("keras3", "tfkeras2")]
    assert len(of_the_later_eras) >= 24 and {path.suffix for path in of_the_later_eras} == {".py", ".ipynb"}
    assert [path.name for path in of_the_later_eras if edited(code_of(path)) is None] == []
