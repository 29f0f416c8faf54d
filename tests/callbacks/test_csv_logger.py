import numpy as np

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
    assert run(path, logs, b"old") == (
        b"epoch,accuracy,loss,val_accuracy,val_loss\r\n0,0.25,0.5,NA,NA\r\n1,0.5,0.4,NA,NA\r\n"
    )
    logs = [{"loss": 0.5, "val_loss": 0.6, "f1": np.array([0.1, 0.2], "float32")}, {"loss": 0.4}]
    assert run(path, logs, separator=";") == b'epoch;f1;loss;val_loss\r\n0;"""[0.1, 0.2]""";0.5;0.6\r\n1;NA;0.4;NA\r\n'


def test_append(tmp_path):
    path = tmp_path / "log.csv"
    logs = [{"loss": 0.5, "val_loss": 0.6}, {"loss": 0.25, "val_loss": 1e-7}]
    before = b"epoch,loss,val_loss\r\n0,1.0,1.0\r\n"
    assert run(path, logs, before, append=True) == before + b"0,0.5,0.6\r\n1,0.25,1e-07\r\n"
    assert run(path, [{"loss": 0.5, "s": "a,b"}], b"", append=True) == b'epoch,loss,s,val_loss,val_s\r\n0,0.5,"a,b",NA,NA\r\n'
    assert run(tmp_path / "new.csv", [{"val_loss": 1.0}], append=True) == b"epoch,val_loss\r\n0,1.0\r\n"


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
    assert path.read_bytes() == b"epoch,loss,val_loss\r\n0,1.0,NA\r\n"

    path.unlink()  # lost: the header is written anew
    again.on_train_begin()
    again.set_state(state)
    again.on_epoch_end(1, {"loss": 3.5, "val_loss": 4.5})
    assert path.read_bytes() == b"epoch,loss,val_loss\r\n1,3.5,4.5\r\n"
