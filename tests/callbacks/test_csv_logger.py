import numpy as np
import pytest

from minikeras.callbacks import CallbackList, CSVLogger
from tests.callbacks.toy import Model


def run(path, logs, before=None, **options):
    if before is not None:
        path.write_bytes(before)
    callbacks = CallbackList([CSVLogger(path, **options)], model=Model())
    callbacks.on_train_begin()
    for epoch, values in enumerate(logs):
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, values)
    callbacks.on_train_end()
    return path.read_bytes()


def test_files_are_keras(tmp_path):
    path = tmp_path / "log.csv"
    logs = [{"loss": 0.5, "accuracy": np.float32(0.25)}, {"loss": 0.4, "accuracy": 0.5}]
    assert run(path, logs, b"old") == b"epoch,accuracy,loss\r\n0,0.25,0.5\r\n1,0.5,0.4\r\n"  # no column without a value
    logs = [{"loss": 0.5, "val_loss": 0.6, "f1": np.array([0.1, 0.2], "float32")}, {"loss": 0.4}]
    assert run(path, logs, separator=";") == b'epoch;f1;loss;val_loss\r\n0;"""[0.1, 0.2]""";0.5;0.6\r\n1;NA;0.4;NA\r\n'


def test_append(tmp_path):
    path = tmp_path / "log.csv"
    logs = [{"loss": 0.5, "val_loss": 0.6}, {"loss": 0.25, "val_loss": 1e-7}]
    before = b"epoch,loss,val_loss\r\n0,1.0,1.0\r\n"
    assert run(path, logs, before, append=True) == before + b"0,0.5,0.6\r\n1,0.25,1e-07\r\n"
    assert run(path, [{"loss": 0.5, "s": "a,b"}], b"", append=True) == b'epoch,loss,s\r\n0,0.5,"a,b"\r\n'
    assert run(tmp_path / "new.csv", [{"val_loss": 1.0}], append=True) == b"epoch,val_loss\r\n0,1.0\r\n"


def test_append_follows_the_header(tmp_path):
    path = tmp_path / "log.csv"
    before = b"epoch,val_loss,learning_rate,loss\r\n0,1.0,0.1,2.0"  # no newline: cut off
    after = b"\r\n0,NA,NA,0.5\r\n1,0.6,NA,0.4\r\n"
    assert run(path, [{"loss": 0.5}, {"loss": 0.4, "val_loss": 0.6}], before, append=True) == before + after
    with pytest.raises(ValueError, match=r"log.csv.*columns \['loss'\], and none for \['accuracy', 'val_loss'\]"):
        run(path, [{"loss": 0.5, "val_loss": 0.5, "accuracy": 1.0}], b"epoch,loss\r\n0,1.0\r\n", append=True)
    assert path.read_bytes() == b"epoch,loss\r\n0,1.0\r\n"
    for other in (b"epoch;loss\r\n0;1.0\r\n", b"0,1.0\r\n"):
        with pytest.raises(ValueError, match="no column 'epoch' before a ','"):
            run(path, [{"loss": 0.5}], other, append=True)


def test_a_value_that_comes_late_gets_a_column(tmp_path):
    logs = [{"loss": 0.5}, {"loss": 0.4, "val_loss": 0.6}, {"loss": 0.3}, {"loss": 0.2, "val_loss": 0.1, "a": 1.0}]
    assert run(tmp_path / "log.csv", logs) == (
        b"epoch,loss,val_loss,a\r\n0,0.5,NA,NA\r\n1,0.4,0.6,NA\r\n2,0.3,NA,NA\r\n3,0.2,0.1,1.0\r\n"
    )


@pytest.mark.parametrize("append", [False, True])
@pytest.mark.parametrize("backup", [0, 1, 2])
def test_killed_around_a_late_column(tmp_path, backup, append):
    """The state of any epoch, and a file that has come further since: the end is the same."""
    path, logs = tmp_path / "log.csv", [{"loss": 3.0}, {"loss": 2.0, "val_loss": 1.0}, {"loss": 1.0}]
    log = CSVLogger(path, append=append)
    log.on_train_begin()
    for epoch, values in enumerate(logs):
        if epoch == backup:
            state = log.get_state()
        log.on_epoch_begin(epoch)
        log.on_epoch_end(epoch, values)
    expected = path.read_bytes()
    again = CSVLogger(path, append=append)
    again.on_train_begin()
    if state is not None:
        again.set_state(state)
    for epoch in range(backup, 3):
        again.on_epoch_begin(epoch)
        again.on_epoch_end(epoch, logs[epoch])
    assert path.read_bytes() == expected == b"epoch,loss,val_loss\r\n0,3.0,NA\r\n1,2.0,1.0\r\n2,1.0,NA\r\n"


def test_no_epochs(tmp_path):
    assert run(tmp_path / "log.csv", [], b"old") == b""
    assert run(tmp_path / "log.csv", [], b"old", append=True) == b"old"


def test_a_row_is_in_the_file_at_once(tmp_path):
    path = tmp_path / "log.csv"
    log = CSVLogger(str(path))
    log.on_train_begin()
    log.on_epoch_end(0, {"val_loss": 0.5})
    assert path.read_bytes() == b"epoch,val_loss\r\n0,0.5\r\n"


def test_state_cuts_what_came_after(tmp_path):
    path = tmp_path / "log.csv"
    log = CSVLogger(path)
    log.on_train_begin()
    assert log.get_state() is None  # nothing began
    log.on_epoch_begin(0)
    empty = log.get_state()
    log.on_epoch_end(0, {"loss": 1.0, "val_loss": 2.0})
    state = log.get_state()
    log.on_epoch_end(1, {"loss": 3.0, "val_loss": 4.0})
    with path.open("ab") as file:
        file.write(b"2,5.")  # killed within a row

    again = CSVLogger(path)
    again.on_train_begin()
    again.set_state(state)
    again.on_epoch_begin(1)
    again.on_epoch_end(1, {"loss": 3.5, "val_loss": 4.5})
    assert path.read_bytes() == b"epoch,loss,val_loss\r\n0,1.0,2.0\r\n1,3.5,4.5\r\n"

    again.on_train_begin()
    again.set_state(empty)
    again.on_epoch_end(0, {"loss": 1.0})
    assert path.read_bytes() == b"epoch,loss\r\n0,1.0\r\n"

    path.unlink()  # lost: the header is written anew
    again.on_train_begin()
    again.set_state(state)
    again.on_epoch_end(1, {"loss": 3.5, "val_loss": 4.5})
    assert path.read_bytes() == b"epoch,loss,val_loss\r\n1,3.5,4.5\r\n"
