"""Notebooks and scripts written for Keras run as they are."""

import json
import subprocess
import sys

from minikeras.commands.notebook import Notebook, plain_python

CELLS = [
    ("markdown", "# A notebook\nText."),
    (
        "code",
        "%matplotlib inline\n!pip install tensorflow\nimport numpy as np\n"
        "from keras.models import Sequential\nfrom tensorflow.keras.layers import Dense",
    ),
    (
        "code",
        "%%time\nmodel = Sequential([Dense(1, input_shape=(2,), kernel_initializer='ones')])\nmodel.compile('sgd', 'mse')",
    ),
    ("code", "print('trains')\nmodel.fit(np.zeros((4, 2)), np.zeros(4), verbose=0).history['loss'][0]"),
    ("code", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"),
]


def written(folder, cells):
    made = [{"cell_type": kind, "source": text, "metadata": {}, "outputs": []} for kind, text in cells]
    path = folder / "n.ipynb"
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def minikeras(*arguments, **how):
    return subprocess.run([sys.executable, "-m", "minikeras", *map(str, arguments)], capture_output=True, text=True, **how)


def test_a_notebook_runs_and_becomes_a_page(tmp_path):
    path = written(tmp_path, CELLS)
    done = minikeras("run", "--save", tmp_path / "out.ipynb", "--html", tmp_path / "out.html", path)
    assert done.returncode == 0, done.stderr
    assert "trains" in done.stdout and "0.0" in done.stdout
    page = (tmp_path / "out.html").read_text()
    assert "<h1>A notebook</h1>" in page and "data:image/png;base64," in page and "trains" in page
    saved = json.loads((tmp_path / "out.ipynb").read_text())["cells"]
    assert saved[3]["outputs"][0]["text"][0] == "trains" and saved[4]["execution_count"] == 4


def test_a_cell_that_fails_is_named(tmp_path):
    done = minikeras("run", written(tmp_path, [("code", "x = 1"), ("code", "y = x + 1\ny / 0")]))
    assert done.returncode == 1
    assert "Cell 2 of n.ipynb failed" in done.stderr and "y / 0" in done.stderr and "ZeroDivisionError" in done.stderr


def test_a_script_gets_its_arguments(tmp_path):
    (tmp_path / "helper.py").write_text("NAME = 'here'")
    script = tmp_path / "s.py"
    script.write_text(
        "import sys, keras, helper\nif __name__ == '__main__': print(keras.backend.backend(), sys.argv[1:], helper.NAME)"
    )
    done = minikeras("run", script, "--epochs", "3")
    assert (done.returncode, done.stdout) == (0, "numpy ['--epochs', '3'] here\n"), done.stderr


def test_what_only_ipython_understands():
    assert plain_python("x = 5 % 3") == "x = 5 % 3"
    assert plain_python("%%bash\nls") == "print('(not run: %%bash)')"
    assert plain_python("%timeit -n 3 -r 1 sum(x)").endswith(".timeit(): sum(x)")
    assert plain_python("%prun sum(x)") == "sum(x)"
    assert (
        plain_python("for i in x:\n    !echo {i}\nprint?") == "for i in x:\n    print('(not run: !echo {i})')\npass  # print?"
    )
    assert Notebook  # its other ways are tested above


def test_files_environment_scripts_and_pictures_in_their_order(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAMP", "off")
    monkeypatch.setattr("matplotlib.pyplot.show", None)
    for name in ("IPython", "IPython.display"):  # as where there is none
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.syspath_prepend(tmp_path)
    cells = [
        "%%writefile bulb.py\nimport sys\nwatts = len(sys.argv)",
        "%env LAMP=on\nimport os; os.environ['LAMP']",
        "%run bulb.py --a 1\nwatts",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n5",
        "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))",
        "import sys; sys.exit(3)",
    ]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells]}), encoding="utf-8")
    notebook = Notebook(path)
    assert not notebook.run() and notebook.code == 3
    outputs = [[o.get("data", {}) for o in cell["outputs"]] for cell in notebook.cells]
    assert [o[0]["text/plain"] for o in outputs[1:3]] == ["'on'", "3"]
    assert "image/png" in outputs[3][0] and outputs[3][1]["text/plain"] == "5"
    assert outputs[4][0]["text/html"] == "<b>x</b>"
    assert "sys.exit(3)" in capsys.readouterr().err


def test_times_are_told_and_values_kept(tmp_path, capsys):
    cells = ["%time x = 3\n%time x + 1", "%%time\nx", "def f():\n    %time y = 5\n    return y\nf()", "%timeit sum([x])"]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": c} for c in cells]}))
    notebook = Notebook(path)
    assert notebook.run()
    told = capsys.readouterr().out
    assert told.count("Wall time: ") == 4 and " per loop (" in told
    outputs = [output for cell in notebook.cells for output in cell["outputs"]]
    values = [output["data"]["text/plain"] for output in outputs if output["output_type"] == "execute_result"]
    assert values == ["4", "3", "5"]


def test_text_cells_are_rendered(tmp_path):
    path = tmp_path / "n.ipynb"
    text = "# Head\n\n- **bold**\n- `code`\n\n<script>x</script>"
    path.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": text}]}))
    notebook = Notebook(path)
    notebook.page(tmp_path / "n.html")
    page = (tmp_path / "n.html").read_text()
    assert "<h1>Head</h1>" in page and "<li><strong>bold</strong></li><li><code>code</code></li>" in page
    assert "<script>" not in page
