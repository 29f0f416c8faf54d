import io
import os

import pytest

import minikeras as keras
from minikeras.saving.opening import TABLE, kind_of, opened


def test_paths_and_streams(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"abc")
    for given in (path, str(path), os.fsencode(path)):
        with opened(given) as (file, name):
            assert file.read() == b"abc" and name == repr(str(path))
    assert file.closed
    stream = io.BytesIO(b"abc")
    with opened(stream) as (file, name):
        assert file.read() == b"abc" and name == "the file"
    assert not stream.closed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes on this system")
def test_pipes_devices_and_folders_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    os.symlink("/dev/zero", tmp_path / "zero")
    for path in (tmp_path / "pipe", tmp_path / "zero", "/dev/null"):
        with pytest.raises(OSError, match="device, pipe or socket"), opened(path):
            pass
    with pytest.raises(IsADirectoryError), opened(tmp_path):
        pass
    with pytest.raises(ValueError, match="null character"), opened("a\0b"):
        pass


def test_files_of_holes_are_refused(tmp_path):
    path = tmp_path / "holes"
    path.write_bytes(b"x")
    os.truncate(path, 1 << 30)
    if os.stat(path).st_blocks * 512 > 1 << 20:
        pytest.skip("this file system has no holes")
    with pytest.raises(ValueError, match="holes.*the rest are holes"), opened(path):
        pass


def test_the_content_tells_the_kind():
    assert kind_of(io.BytesIO(bytes(512) + b"\x89HDF\r\n\x1a\n")) == "hdf5"
    assert kind_of(io.BytesIO(b"PK\x03\x04")) == "zip" and kind_of(io.BytesIO(b"")) == "unknown"


@pytest.mark.parametrize(
    ("method", "result", "said"),
    [("seek", None, "seek\\(\\) returned None"), ("seek", -1, "returned -1"), ("read", None, "NoneType"), ("read", "x", "str")],
)
def test_file_objects_that_do_not_keep_their_word(method, result, said):
    class Liar(io.BytesIO):
        pass

    file = Liar(b"PK\3\4" + bytes(100))
    setattr(Liar, method, lambda self, *args: b"" if args == (0,) and method == "read" else result)
    with pytest.raises((ValueError, OSError), match=f"the file .*{said}"):
        keras.saving.load_model(file)


def test_a_read_that_fails_names_the_file(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK\3\4")
    with pytest.raises(OSError, match="model.keras"), opened(path):
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("odd", [5, None, ["model.keras"], {}])
def test_what_names_no_file_is_said_so(odd):
    with pytest.raises(ValueError, match="Expected a path or an open binary file, got"), opened(odd):
        pass


def test_what_tensorflow_wrote_is_told_with_the_way_out(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").touch()
    with pytest.raises(IsADirectoryError, match="saved' is a folder.*SavedModel of TensorFlow.*save\\('model.h5'\\)"):
        keras.models.load_model(tmp_path / "saved")
    (tmp_path / "ck").mkdir()
    (tmp_path / "ck" / "checkpoint").touch()
    with pytest.raises(IsADirectoryError, match="checkpoint of TensorFlow.*save_weights"):
        model.load_weights(tmp_path / "ck")
    (tmp_path / "ck" / "ckpt.index").write_bytes(b"\0" * 90 + TABLE)
    for name in ("ckpt", "ckpt.index"):
        with pytest.raises(ValueError, match="ckpt.index.*checkpoint of TensorFlow.*save_weights"):
            model.load_weights(tmp_path / "ck" / name)
    with pytest.raises(ValueError, match="checkpoint of TensorFlow"):
        keras.models.load_model(tmp_path / "ck" / "ckpt.index")


def test_files_of_other_kinds_are_named(tmp_path):
    for ending, said in (("onnx", "It is an ONNX model by its name"), ("tflite", "TensorFlow Lite"), ("pb", "graph of Tensor")):
        path = tmp_path / f"model.{ending}"
        path.write_bytes(b"\x08\x07abc")
        with pytest.raises(ValueError, match=said):
            keras.models.load_model(path)


def test_a_stream_that_is_no_model_is_refused():
    for content in (b"", b"junk" * 10, bytes(5000)):
        for load in (keras.models.load_model, keras.Sequential([keras.layers.Dense(1, input_shape=(2,))]).load_weights):
            with pytest.raises(ValueError, match="the file is neither"):
                load(io.BytesIO(content))
    with pytest.raises(ValueError, match="checkpoint of TensorFlow"):
        keras.models.load_model(io.BytesIO(b"x" * 100 + TABLE))


def test_the_numbers_of_a_checkpoint_are_told_by_their_name(tmp_path):
    path = tmp_path / "w.data-00000-of-00001"
    path.write_bytes(bytes(100))
    with pytest.raises(ValueError, match="checkpoint of TensorFlow"):
        keras.Sequential([keras.layers.Dense(1, input_shape=(2,))]).load_weights(str(path))
