import itertools
import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from minikeras.tensorboard import Writer
from tests.tensorboard import reading


def test_everything_comes_back(tmp_path):
    with Writer(tmp_path / "run") as writer:
        writer.scalar("loss", np.float64(0.5), step=3)
        writer.histogram("w", [0.0, 1.0], 4, buckets=1)
        writer.image("pictures", np.ones((5, 2, 3, 1)), 5)
        writer.text("note", "a *text*", 6)
        writer.text("table", [["a", "b"], ["c", "d"]], 6)
        writer.tensor("own", np.arange(3), 7, "mine", b"x")
    loss, w, pictures, note, table, own = reading.events(tmp_path / "run")
    assert loss == (3, "loss", "scalars", b"", 0.5)
    assert w[:3] == (4, "w", "histograms") and w[4].tolist() == [[0, 1, 2]]
    assert pictures[4][:2] == [b"3", b"2"] and len(pictures[4]) == 5  # width, height and three of five
    assert (reading.png_pixels(pictures[4][2]) == 255).all()
    assert note[2:] == ("text", b"", b"a *text*") and table[4] == [b"a", b"b", b"c", b"d"]
    assert own[2:4] == ("mine", b"x") and own[4].tolist() == [0, 1, 2]


def test_nothing_noted_makes_no_file(tmp_path):
    with Writer(tmp_path / "run"):
        pass
    assert not (tmp_path / "run").exists()


def test_flush_writes_and_the_file_only_grows(tmp_path):
    writer = Writer(tmp_path)
    writer.scalar("a", 1, 0)
    assert os.path.getsize(writer.path) == 0
    writer.flush()
    with open(writer.path, "rb") as file:
        before = file.read()
    writer.scalar("a", 2, 1)
    writer.close()
    with open(writer.path, "rb") as file:
        after = file.read()
    assert after.startswith(before) and reading.scalars(tmp_path) == {"a": [(0, 1.0), (1, 2.0)]}


def test_what_waits_too_long_is_written(tmp_path):
    writer = Writer(tmp_path, max_seconds=-1)
    writer.scalar("a", 1, 0)
    assert reading.scalars(tmp_path) == {"a": [(0, 1.0)]}
    writer.close()


def test_much_is_written_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr("minikeras.tensorboard.writer._MOST_BYTES", 1000)
    writer = Writer(tmp_path)
    writer.tensor("big", np.zeros(300, "float32"), 0, "mine")
    assert len(reading.events(tmp_path)) == 1
    writer.close()


def test_what_waits_is_written_when_the_writer_goes(tmp_path):
    writer = Writer(tmp_path)
    writer.scalar("a", 1, 0)
    del writer
    assert reading.scalars(tmp_path) == {"a": [(0, 1.0)]}


def test_what_waits_is_written_when_python_ends(tmp_path):
    code = f"""
import sys
from minikeras.tensorboard import Writer
sys.kept = Writer({str(tmp_path)!r})
sys.kept.scalar("a", 1, 0)
raise KeyboardInterrupt
"""
    ended = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert ended.stderr.count("Exception") == 0 and ended.stderr.rstrip().endswith("KeyboardInterrupt")
    assert reading.scalars(tmp_path) == {"a": [(0, 1.0)]}


def test_a_closed_writer_says_so(tmp_path):
    writer = Writer(tmp_path)
    writer.close()
    with pytest.raises(ValueError, match="is closed"):
        writer.scalar("a", 1, 0)


def test_two_writers_have_two_files(tmp_path):
    with Writer(tmp_path) as one, Writer(tmp_path) as two:
        one.scalar("a", 1, 0)
        two.scalar("a", 2, 1)
    assert one.path < two.path and len(reading.scalars(tmp_path)["a"]) == 2


def test_files_are_read_in_the_order_they_were_made(tmp_path, monkeypatch):
    monkeypatch.setattr("minikeras.tensorboard.writer._numbers", itertools.count(9))
    monkeypatch.setattr("minikeras.tensorboard.writer.time.time", lambda: 1e9)
    for step in range(2):
        with Writer(tmp_path) as writer:
            writer.scalar("a", step, step)
    assert reading.scalars(tmp_path)["a"] == [(0, 0.0), (1, 1.0)]


def test_threads_do_not_mix_records(tmp_path):
    writer = Writer(tmp_path, max_seconds=-1)  # each writes at once
    notes = [threading.Thread(target=lambda k=k: [writer.scalar(f"t{k}", i, i) for i in range(50)]) for k in range(4)]
    for thread in notes:
        thread.start()
    for thread in notes:
        thread.join()
    writer.close()
    assert reading.scalars(tmp_path) == {f"t{k}": [(i, float(i)) for i in range(50)] for k in range(4)}


@pytest.mark.parametrize(
    ("note", "message"),
    [
        (lambda w: w.scalar("a", [1, 2], 0), r"one number, got an array of shape \(2,\) for 'a'"),
        (lambda w: w.image("a", np.zeros((2, 2)), 0), r"got \(2, 2\) for 'a'"),
        (lambda w: w.text("a", 3, 0), "A text is a str"),
        (lambda w: w.hparams({"a": [1]}), "hyperparameter 'a' must be"),
        (lambda w: w.hparams_end("good"), "status must be one of"),
        (lambda w: w.hparams_config({"a": [1, "b"]}, []), "must be of one kind"),
    ],
)
def test_what_cannot_be_noted(tmp_path, note, message):
    with Writer(tmp_path) as writer, pytest.raises((ValueError, TypeError), match=message):
        note(writer)


def test_tensorboards_own_reader(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    values = np.random.default_rng(0).normal(size=100)
    with Writer(tmp_path) as writer:
        for step in range(3):
            writer.scalar("loss", 1 / (step + 1), step, description="falls")
        writer.histogram("w", values, 0)
        writer.image("picture", np.ones((1, 2, 3, 1)), 0)
        writer.tensor("big", np.zeros(10_000, "float32"), 0, "mine")
    events = accumulator.EventAccumulator(str(tmp_path), {"tensors": 0}).Reload()
    assert events.Tags()["tensors"] == ["loss", "w", "picture", "big"]
    assert [e.step for e in events.Tensors("loss")] == [0, 1, 2]
    assert events.SummaryMetadata("loss").summary_description == "falls"
    from tensorboard.util.tensor_util import make_ndarray

    np.testing.assert_allclose([make_ndarray(e.tensor_proto) for e in events.Tensors("loss")], [1, 0.5, 1 / 3])
    from tensorboard.plugins.histogram.summary_v2 import histogram_pb

    theirs = make_ndarray(histogram_pb("w", values).value[0].tensor)
    np.testing.assert_allclose(make_ndarray(events.Tensors("w")[0].tensor_proto), theirs, rtol=1e-12)
