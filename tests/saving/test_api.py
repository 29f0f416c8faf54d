import io
import os
import pathlib

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, saving


def made(optimizer="adam", loss="mse", fitted=True):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([layers.Dense(6, activation="tanh", input_shape=(4,)), layers.Dropout(0.3), layers.Dense(2)])
    model.compile(optimizer, loss, metrics=["mae"])
    if fitted:
        model.fit(*data(), epochs=2, batch_size=8, shuffle=False, verbose=0)
    return model


def data():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((24, 4)).astype("float32")
    return x, x[:, :2] ** 2


def trained_on(model):
    history = model.fit(*data(), epochs=2, batch_size=8, shuffle=False, verbose=0).history
    return history, [w.tobytes() for w in model.get_weights()]


@pytest.mark.parametrize("ending", [".keras", ".h5", ".hdf5"])
def test_a_model_comes_back_and_predicts_the_same(tmp_path, ending):
    model = made()
    path = tmp_path / f"model{ending}"
    model.save(path)
    for given in (path, str(path), os.fsencode(path)):
        loaded = saving.load_model(given)
        assert loaded.predict(data()[0], verbose=0).tobytes() == model.predict(data()[0], verbose=0).tobytes()
        assert loaded.get_config() == model.get_config()
        assert type(loaded.optimizer) is type(model.optimizer) and int(loaded.optimizer.iterations) == 6
    assert os.listdir(tmp_path) == [path.name]


def test_training_goes_on_bit_for_bit_as_if_never_saved(tmp_path):
    model = made()
    model.save(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = made(fitted=False)
    fresh.load_weights(tmp_path / "model.weights.h5")  # with the optimizer's state, though it was not built yet
    loaded = saving.load_model(tmp_path / "model.keras")
    expected = trained_on(model)
    assert trained_on(loaded) == expected
    assert trained_on(fresh) == expected


@pytest.mark.parametrize(
    "name", ["SGD", "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta", "Ftrl", "Lion", "Lamb", "Adafactor"]
)
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_every_optimizer_goes_on_from_every_format(tmp_path, name, ending):
    model = keras.Sequential([layers.Dense(3, activation="tanh", input_shape=(4,)), layers.Dense(2)])
    model.compile(getattr(keras.optimizers, name)(0.01), "mse")
    model.fit(*data(), epochs=1, verbose=0)
    model.save(tmp_path / f"m{ending}")
    assert trained_on(saving.load_model(tmp_path / f"m{ending}")) == trained_on(model)


def test_after_saving_the_legacy_format_the_other_one_still_has_the_optimizer(tmp_path):
    model = made()
    model.save(tmp_path / "m.h5")
    model.save(tmp_path / "m.keras")
    assert int(saving.load_model(tmp_path / "m.keras").optimizer.iterations) == 6


def test_open_files_work_in_both_directions():
    model, file, weights = made(), io.BytesIO(), io.BytesIO()
    saving.save_model(model, file)
    saving.save_weights(model, weights)
    loaded = saving.load_model(file)
    assert loaded.predict(data()[0], verbose=0).tobytes() == model.predict(data()[0], verbose=0).tobytes()
    loaded.load_weights(weights)
    with pytest.raises(ValueError, match="binary mode"):
        saving.load_model(io.StringIO("x"))


def test_weights_out_of_a_whole_model(tmp_path):
    model = made()
    for ending in (".keras", ".h5"):
        model.save(tmp_path / f"m{ending}")
        other = made(fitted=False)
        other.load_weights(tmp_path / f"m{ending}")
        assert all(map(np.array_equal, other.get_weights(), model.get_weights()))


def test_compile_can_be_left_out(tmp_path):
    made(loss=keras.losses.Huber(0.3)).save(tmp_path / "m.keras")
    assert saving.load_model(tmp_path / "m.keras", compile=False).optimizer is None
    made().save(tmp_path / "n.h5", include_optimizer=False)
    assert saving.load_model(tmp_path / "n.h5").optimizer is None


def test_a_failed_load_leaves_the_weights_as_they_were(tmp_path):
    other = keras.Sequential([layers.Dense(6, input_shape=(4,)), layers.Dropout(0.3), layers.Dense(3)])
    other.save_weights(tmp_path / "other.weights.h5")
    model = made()
    before = [w.tobytes() for w in model.get_weights()]
    with pytest.raises(ValueError, match=r"other.weights.h5.*layer 'dense.*shape \(6, 2\).*shape \(6, 3\)"):
        model.load_weights(tmp_path / "other.weights.h5")
    assert [w.tobytes() for w in model.get_weights()] == before
    with pytest.warns(UserWarning, match="Skipped"):
        model.load_weights(tmp_path / "other.weights.h5", skip_mismatch=True)
    assert np.array_equal(model.layers[0].kernel, other.layers[0].kernel)


def test_the_state_of_another_optimizer_is_left_out_with_a_warning(tmp_path):
    model = made()
    model.save_weights(tmp_path / "m.weights.h5")
    other = made("sgd", fitted=False)
    with pytest.warns(UserWarning, match="state of the optimizer is left"):
        other.load_weights(tmp_path / "m.weights.h5")
    assert all(map(np.array_equal, other.get_weights(), model.get_weights()))


def test_by_name_is_for_legacy_files(tmp_path):
    named = lambda last: keras.Sequential([layers.Dense(3, input_shape=(4,), name="a"), layers.Dense(2, name=last)])  # noqa: E731
    model, other = named("b"), named("c")
    model.save(tmp_path / "m.h5")
    model.save_weights(tmp_path / "m.weights.h5")
    kept = other.layers[1].get_weights()[0]
    other.load_weights(tmp_path / "m.h5", by_name=True)
    assert np.array_equal(other.layers[0].kernel, model.layers[0].kernel) and np.array_equal(other.layers[1].kernel, kept)
    with pytest.raises(ValueError, match="by_name"):
        other.load_weights(tmp_path / "m.weights.h5", by_name=True)


def test_existing_files_are_asked_about_or_kept(tmp_path):
    path = tmp_path / "m.keras"
    model = made()
    model.save(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError, match="overwrite=False"):
        model.save(path, overwrite=False)
    assert path.read_bytes() == before


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path):
    model, path = made(), tmp_path / "m.keras"
    model.save(path)
    before = path.read_bytes()
    model.layers[0].get_config = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        model.save(path)
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["m.keras"]


def test_endings_and_arguments_are_checked(tmp_path):
    model = made()
    for call, match in (
        (lambda: model.save(tmp_path / "m.txt"), "should end in '.keras'"),
        (lambda: model.save(tmp_path / "m.keras", zipped=False), "not as folders"),
        (lambda: model.save(tmp_path / "m.keras", evil=1), "evil"),
        (lambda: model.save_weights(tmp_path / "m.txt"), "should end in '.weights.h5'"),
        (lambda: model.load_weights(tmp_path / "m.keras", evil=1), "evil"),
        (lambda: keras.Sequential([layers.Dense(1)]).save_weights(tmp_path / "m.weights.h5"), "not built"),
    ):
        with pytest.raises(ValueError, match=match):
            call()
    assert os.listdir(tmp_path) == []


def test_weights_alone_in_the_legacy_layout(tmp_path):
    model, other = made(), made()
    path = tmp_path / "w.h5"
    model.save_weights(path)
    with h5py.File(path) as file:
        assert [name for name in file.attrs["layer_names"]] == [layer.name for layer in model.layers]
        assert "optimizer_weights" not in file
    other.set_weights([w + 1 for w in other.get_weights()])
    other.load_weights(path)
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_array_equal(a, b)


def test_what_is_no_model_is_said_so(tmp_path):
    path = tmp_path / "m.keras"
    with pytest.raises(FileNotFoundError):
        saving.load_model(path)
    path.write_bytes(b"hello")
    with pytest.raises(ValueError, match="m.keras.*neither"):
        saving.load_model(path)
    with pytest.raises(IsADirectoryError, match="folder"):
        saving.load_model(tmp_path)


class Doubled(layers.Layer):
    """A user's layer with a weight, an argument and a layer inside."""

    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor, self.inner = factor, layers.Dense(3)

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.inner.build(input_shape)

    def call(self, x):
        return self.factor * self.scale * (x @ self.inner.kernel + self.inner.bias)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 3)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_custom_layers_losses_and_nested_models(tmp_path, ending):
    def cubic(y_true, y_pred):
        return np.mean(np.abs(y_true - y_pred) ** 3, axis=-1)

    inner = keras.Sequential([layers.Dense(3, input_shape=(4,)), layers.Dense(4)], name="inner")
    model = keras.Sequential([inner, Doubled(3.0), layers.Dense(2)])
    model.compile(keras.optimizers.SGD(0.001), cubic)
    model.fit(*data(), verbose=0)
    path = pathlib.Path(tmp_path, f"m{ending}")
    model.save(path)
    with pytest.raises(ValueError, match="m.*Doubled.*custom_objects"):
        saving.load_model(path)
    loaded = saving.load_model(path, custom_objects={"Doubled": Doubled, "cubic": cubic})
    assert trained_on(loaded) == trained_on(model)


def test_folders_are_made_for_the_legacy_format_alone(tmp_path):
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    model.save(tmp_path / "a" / "b" / "m.h5")
    assert len(saving.load_model(tmp_path / "a" / "b" / "m.h5").layers) == 1
    for save, name in ((model.save, "m.keras"), (model.save_weights, "m.weights.h5")):
        with pytest.raises(FileNotFoundError, match="folder does not exist"):
            save(tmp_path / "c" / name)


def test_a_model_of_models_without_a_call_keeps_its_weights(tmp_path):
    class Pair(keras.Model):
        def __init__(self, *nets):
            super().__init__()
            self.one, self.other = nets

    pair, again = (Pair(*(keras.Sequential([layers.Dense(2, input_shape=(3,))]) for _ in range(2))) for _ in range(2))
    for name in ("p.weights.h5", "p.ckpt"):
        pair.save_weights(tmp_path / name)
        again.load_weights(tmp_path / name)
        assert all((a == b).all() for a, b in zip(pair.get_weights(), again.get_weights(), strict=True))
        again.set_weights([0 * w for w in again.get_weights()])
    with pytest.raises(ValueError, match="is not built, so it has no weights to save"):
        Pair(keras.Sequential([layers.Dense(2)]), pair.one).save_weights(tmp_path / "no.weights.h5")


@pytest.mark.parametrize("ending", ["keras", "h5", "weights.h5"])
def test_saving_sweeps_up_after_killed_writers_of_the_same_file(tmp_path, ending):
    model = keras.Sequential([layers.Dense(1, input_shape=(2,))])
    left = [f".{name}.{pid}.{'0' * 16}.tmp~" for name in (f"m.{ending}", "other.keras") for pid in (2**22 + 5,)]
    for name in left:
        (tmp_path / name).write_bytes(b"half")
    path = str(tmp_path / f"m.{ending}")
    model.save_weights(path) if "weights" in ending else model.save(path)
    assert sorted(os.listdir(tmp_path)) == sorted([left[1], f"m.{ending}"])


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
@pytest.mark.parametrize("ending", ["keras", "h5", "weights.h5", "onnx"])
def test_a_disk_that_is_full_leaves_the_old_file(tmp_path, ending):
    import resource
    import signal

    if ending == "onnx":
        pytest.importorskip("onnx")
    path, model = tmp_path / f"m.{ending}", keras.Sequential([layers.Dense(300, input_shape=(300,))])
    path.write_bytes(b"old")
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OSError, match=rf"\[Errno 27\] [^(]*: '.*m.{ending}'$"):
            if ending == "onnx":
                model.export(path, format="onnx")
            else:
                model.save_weights(path) if "weights" in ending else model.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == [path.name]
