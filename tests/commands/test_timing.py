import pytest

from minikeras.commands import timing
from minikeras.commands.timing import time_of, timed, timeit


def test_a_block_that_fails_is_timed_too(capsys):
    with pytest.raises(KeyError), timed():
        raise KeyError
    assert capsys.readouterr().out.startswith("Wall time: ")


def test_a_function_is_called_once_and_its_value_kept(capsys):
    called = []
    assert time_of(lambda: called.append(1) or "value") == "value" and called == [1]


def test_loops_end(capsys, monkeypatch):
    monkeypatch.setattr(timing, "MOST", 7)
    assert len(list(timeit())) == 7
    monkeypatch.setattr(timing, "ENOUGH", -1)
    assert len(list(timeit())) == 1
    assert capsys.readouterr().out.count("loops)") == 1
