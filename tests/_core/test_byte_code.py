import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from minikeras._core import byte_code
from minikeras._core.byte_code import VERSION, Carried, _carried, describe_code, function_of


def test_a_lambda_is_found_again_where_it_was_made(monkeypatch):
    shift = 2
    line = lambda x, k=3: k * x + shift  # noqa: E731
    config = json.loads(json.dumps(describe_code(line)["config"]))
    assert config["python"] == VERSION and config["value"][1:] == [[3], [2]]
    assert function_of(config) is function_of(config["value"]) is function_of({"value": config["value"]}) is line
    other = 3
    describe_code(lambda x, k=3: k * x + other)
    assert function_of(config) is line
    monkeypatch.setattr(byte_code, "_MADE", {})  # as in another process
    with pytest.raises(ValueError, match=r"never run, whatever `safe_mode` says.*custom_objects=\{'<lambda>': function\}"):
        function_of(config)
    with pytest.raises(ValueError, match=r"custom_objects=\{'line': function\}"):
        function_of(config, {"other": max}, "line")
    assert function_of(config, {"line": max}, "line") is max


def test_what_is_remembered_stays_small(monkeypatch):
    monkeypatch.setattr(byte_code, "MOST", 2)
    monkeypatch.setattr(byte_code, "_MADE", {})
    for n in range(20):
        describe_code(lambda x, n=n: x + n)
    assert len(byte_code._MADE) <= 3


def test_nonsense_in_the_place_of_code():
    for bad in ({"code": 3}, ["", 1], [["a", 3]], {"value": 5}, {"value": {}}, None):
        with pytest.raises(ValueError, match="lambda in a config should be"):
            function_of(bad)


def test_what_a_lambda_holds_must_be_plain():
    array = np.ones(2)
    with pytest.raises(ValueError, match="no plain value.*array"):
        describe_code(lambda x: x + array)


def test_functions_are_carried_in_pickles(tmp_path):
    inner, array = (lambda x: np.abs(x)), np.array([2.0, 3.0])  # noqa: E731
    outer = lambda x, k=1, *, n=2: inner(x) * array * k * n  # noqa: E731
    assert pickle.loads(pickle.dumps(Carried(outer))).function(np.array([-1.0, 1.0])).tolist() == [4.0, 6.0]
    assert pickle.loads(pickle.dumps(Carried(json.dumps))).function is json.dumps  # what has a name goes by it
    (tmp_path / "f.pickle").write_bytes(pickle.dumps(Carried(lambda x: float(np.sqrt(x)))))
    script = f"import pickle; print(pickle.load(open({str(tmp_path / 'f.pickle')!r}, 'rb')).function(9.0))"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "3.0\n"
    with pytest.raises(ValueError, match="pickled by Python 2.7, with the function 'f'.*model.save"):
        _carried("2.7", b"", ("f", "f", "m", None, None), [], {})
