"""The commands, as they are called: exit codes, one line on stderr, and what they print."""

import json

import numpy as np
import pytest

import minikeras as keras
from minikeras.commands.main import main, parser


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


def test_doctor(capsys):
    code, out, _ = told(capsys, "doctor", "--json")
    assert code == 0 and json.loads(out)["numpy"] == np.__version__


def test_what_is_wrong_is_one_line(tmp_path, capsys):
    code, out, err = told(capsys, "summary", tmp_path / "nowhere.keras")
    assert (code, out) == (1, "") and err.startswith("minikeras summary: ") and len(err.splitlines()) == 1
    with pytest.raises(SystemExit) as stopped:
        parser().parse_args(["nonsense"])
    assert stopped.value.code == 2
