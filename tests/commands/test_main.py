"""The commands, as they are called: exit codes, one line on stderr, and what they print."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import minikeras as keras
from minikeras.commands.main import main, parser
from tests.hostile import write_all

ROOT = Path(__file__).parents[2]


@pytest.fixture
def model(tmp_path):
    made = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, name="d")], name="m")
    made.compile("adam", "mse")
    made.save(tmp_path / "m.keras")
    return made


def told(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_summary_and_inspect(model, tmp_path, capsys):
    code, out, err = told(capsys, "summary", tmp_path / "m.keras")
    assert code == 0 and "d (Dense)" in out and err == ""
    code, out, _ = told(capsys, "summary", "--json", tmp_path / "m.keras")
    assert json.loads(out)["parameters"] == 8
    code, out, _ = told(capsys, "inspect", tmp_path / "m.keras")
    assert code == 0 and "layers/dense/vars/0  (3, 2)" in out and "would be loaded: True" in out
    (tmp_path / "m.json").write_text(model.to_json())
    code, out, _ = told(capsys, "inspect", "--json", tmp_path / "m.json")
    assert code == 0 and json.loads(out)["model"]["class"] == type(model).__name__
    bad = (tmp_path / "m.keras").read_bytes()
    (tmp_path / "bad.keras").write_bytes(bad[: len(bad) // 2])
    code, out, err = told(capsys, "inspect", tmp_path / "bad.keras")
    assert (code, out) == (1, "") and len(err.splitlines()) == 1


def test_convert_diff_and_predict(model, tmp_path, capsys):
    for ending in ("h5", "weights.h5", "json", "keras"):
        assert told(capsys, "convert", tmp_path / "m.keras", tmp_path / f"n.{ending}")[0] == 0
    assert keras.models.load_model(tmp_path / "n.h5").optimizer.name.startswith("adam")
    assert told(capsys, "diff", tmp_path / "m.keras", tmp_path / "n.keras") == (0, "no differences\n", "")
    model.layers[0].set_weights([np.ones((3, 2)), np.zeros(2)])
    model.save(tmp_path / "o.keras")
    code, out, _ = told(capsys, "diff", tmp_path / "m.keras", tmp_path / "o.keras")
    assert code == 1 and "d/kernel" in out and "largest difference" in out
    (tmp_path / "rows.csv").write_text("a,b,c\n1,2,3\n0,0,1\n")
    code, out, _ = told(capsys, "predict", tmp_path / "o.keras", tmp_path / "rows.csv")
    assert code == 0 and out == "6,6\n1,1\n"
    assert told(capsys, "convert", tmp_path / "m.keras", tmp_path / "n.txt")[2].startswith("minikeras convert: ")


def test_text_without_weights_is_no_news_where_none_are_needed(tmp_path, capsys):
    x = keras.Input((3,))
    one = keras.Model(x, keras.layers.Dense(2, name="d")(x), name="m")
    (tmp_path / "m.json").write_text(one.to_json())
    one.save(tmp_path / "m.keras")
    for command in (["summary"], ["summary", "--json"], ["inspect"]):
        assert told(capsys, *command, tmp_path / "m.json")[2] == ""
    code, out, err = told(capsys, "diff", tmp_path / "m.json", tmp_path / "m.keras")
    assert (code, out) == (0, "no differences\n") and "their shapes are compared alone" in err


def test_doctor(capsys):
    code, out, _ = told(capsys, "doctor", "--json")
    assert code == 0 and json.loads(out)["numpy"] == np.__version__


def test_what_is_wrong_is_one_line(tmp_path, capsys):
    code, out, err = told(capsys, "summary", tmp_path / "nowhere.keras")
    assert (code, out) == (1, "") and err.startswith("minikeras summary: ") and len(err.splitlines()) == 1
    with pytest.raises(SystemExit) as stopped:
        parser().parse_args(["nonsense"])
    assert stopped.value.code == 2


def test_the_error_of_a_script_is_told_as_python_tells_it(tmp_path):
    script = tmp_path / "wrong.py"
    script.write_text("import keras\ndef inner():\n    raise ValueError('by the script')\ninner()\n")
    done = subprocess.run([sys.executable, "-m", "minikeras", "run", str(script)], capture_output=True, text=True, cwd=ROOT)
    lines = done.stderr.splitlines()
    assert done.returncode == 1 and lines[0].startswith("Traceback") and lines[-1] == "ValueError: by the script"
    assert [line.split(", ")[1] for line in lines if line.startswith("  File")] == ["line 4", "line 3"]


def test_what_is_no_regular_file_or_nonsense_is_refused_at_once(model, tmp_path, capsys):
    for command in ("summary", "inspect", "export"):
        code, out, err = told(capsys, command, "/dev/zero")
        assert (code, out) == (1, "") and "is a device" in err and len(err.splitlines()) == 1
    for rows in ("/dev/zero", "x.npy"):
        assert told(capsys, "predict", tmp_path / "m.keras", rows)[0] == 1
    np.save(tmp_path / "objects.npy", np.array([{}], object))
    (tmp_path / "none.csv").write_text("a,b\n")
    assert "none.csv holds no rows of numbers" in told(capsys, "predict", tmp_path / "m.keras", tmp_path / "none.csv")[2]
    assert "allow_pickle" in told(capsys, "predict", tmp_path / "m.keras", tmp_path / "objects.npy")[2]
    with zipfile.ZipFile(tmp_path / "deep.keras", "w") as archive:
        archive.writestr("config.json", "[" * 100_000 + "]" * 100_000)
    (tmp_path / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    for name in ("deep.keras", "deep.json"):
        for command in ("inspect", "summary", "convert"):
            code, out, err = told(capsys, command, tmp_path / name, *(["out.keras"] if command == "convert" else []))
            assert code == 1 or "would be loaded: no" in out
            assert "Traceback" not in err


def test_export(model, tmp_path, capsys, monkeypatch):
    written = []
    monkeypatch.setattr(keras.Model, "export", lambda self, path, format: written.append((path, format)))
    assert told(capsys, "export", tmp_path / "m.keras")[0] == told(capsys, "export", tmp_path / "m.keras", "o.onnx")[0] == 0
    assert written == [(str(tmp_path / "m.onnx"), "onnx"), ("o.onnx", "onnx")]
    assert "export writes an .onnx file" in told(capsys, "export", tmp_path / "m.keras", "o.h5")[2]


def test_several_outputs_stand_side_by_side(tmp_path, capsys):
    x = keras.Input((2,))
    heads = [keras.layers.Dense(1, kernel_initializer="ones", name=name)(x * k) for name, k in (("a", 1), ("b", 2))]
    keras.Model(x, heads).save(tmp_path / "two.keras")
    (tmp_path / "rows.csv").write_text("\ufeff1,2\n0,1\n", encoding="utf-8")
    assert told(capsys, "predict", tmp_path / "two.keras", tmp_path / "rows.csv")[1] == "3,6\n1,2\n"


@pytest.mark.skipif(os.name != "posix", reason="some of the files are links and devices")
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of numbers that are no floats
def test_hostile_files_end_in_one_line(tmp_path, capsys):
    """Every command on files of each kind: nothing is run, nothing is left, and what went wrong is one line."""
    files = [path for call, path, *_ in write_all(tmp_path, most=1) if call == "model"]
    np.save(tmp_path / "in.npy", np.zeros((1, 4), "float32"))
    bad = []
    for path in files:
        for command, *more in (
            ["inspect"], ["summary"], ["diff", path], ["predict", tmp_path / "in.npy"],
            ["convert", tmp_path / "out.keras"], ["export", tmp_path / "out.onnx"],
        ):  # fmt: skip
            code, out, err = told(capsys, command, path, *more)
            if code not in (0, 1, 2) or "Traceback" in err or code and command != "diff" and len(err.splitlines()) != 1:
                bad.append((command, Path(path).name, code, err))
        for made in ("out.keras", "out.onnx"):
            (tmp_path / made).unlink(missing_ok=True)
    assert len(files) > 900 and not bad


def test_inspect_of_layers_that_are_no_list(model, tmp_path, capsys):
    text = json.loads(model.to_json())
    text["config"]["layers"] = 3
    (tmp_path / "m.json").write_text(json.dumps(text))
    code, out, err = told(capsys, "inspect", tmp_path / "m.json")
    assert code in (0, 1) and "Traceback" not in err and "Sequential" in out


def test_predict_draws_its_bar_on_stderr(model, tmp_path, capsys, monkeypatch):
    np.save(tmp_path / "in.npy", np.zeros((9000, 3), "float32"))
    code, out, err = told(capsys, "predict", tmp_path / "m.keras", tmp_path / "in.npy")
    assert code == 0 and len(out.splitlines()) == 9000 and err == ""  # nobody looks
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    code, out, err = told(capsys, "predict", tmp_path / "m.keras", tmp_path / "in.npy")
    assert code == 0 and len(out.splitlines()) == 9000 and "9000/9000" in err
