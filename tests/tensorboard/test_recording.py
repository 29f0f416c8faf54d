import types

import numpy as np
import pytest

import minikeras as keras
from minikeras import tensorboard as summary
from minikeras.tensorboard.current import set_default
from tests.tensorboard import reading


def test_all_functions_write_to_the_default(tmp_path):
    with summary.create_file_writer(str(tmp_path)) as writer, writer.as_default(step=2):
        assert summary.scalar("a", 1.0) and summary.histogram("b", [1.0], buckets=1) and summary.text("c", "x")
        assert summary.image("d", np.zeros((1, 1, 1, 3), "uint8"), step=7)
        metadata = types.SimpleNamespace(plugin_data=types.SimpleNamespace(plugin_name="mine", content="y"))
        assert summary.write("e", [1, 2], metadata=metadata)
        summary.flush()
        found = reading.events(tmp_path)
    assert [(step, tag) for step, tag, *_ in found] == [(2, "a"), (2, "b"), (2, "c"), (7, "d"), (2, "e")]
    assert found[-1][2:4] == ("mine", b"y")


def test_no_writer_no_note():
    assert not summary.scalar("a", 1.0, step=0) and not summary.should_record_summaries()


def test_a_step_is_asked_for(tmp_path):
    with summary.create_file_writer(tmp_path) as writer, writer.as_default():
        with pytest.raises(ValueError, match="No step for 'a'"):
            summary.scalar("a", 1.0)


def test_a_variable_counts_steps(tmp_path):
    count = keras.Variable(3, dtype="int64")
    with summary.create_file_writer(tmp_path) as writer, writer.as_default(count):
        summary.scalar("a", 1.0)
        count.assign(4)
        summary.scalar("a", 2.0)
    assert reading.scalars(tmp_path) == {"a": [(3, 1.0), (4, 2.0)]}


def test_record_if(tmp_path):
    with summary.create_file_writer(tmp_path) as writer, writer.as_default():
        with summary.record_if(lambda: summary.get_step() % 2 == 0):
            for step in range(4):
                summary.set_step(step)
                assert summary.scalar("a", step) == (step % 2 == 0)
        assert summary.scalar("a", 9.0)
    assert [step for step, _ in reading.scalars(tmp_path)["a"]] == [0, 2, 3]
    assert summary.get_step() is None


def test_set_as_default_until_it_is_closed(tmp_path):
    writer = summary.create_file_writer(tmp_path)
    writer.set_as_default(step=1)
    try:
        assert summary.scalar("a", 1.0)
        writer.close()
        assert not summary.scalar("a", 1.0)
    finally:
        set_default(None)
        summary.set_step(None)
