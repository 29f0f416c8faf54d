import warnings

import numpy as np
import pytest

import minikeras as keras
from minikeras import tensorboard as summary
from minikeras.callbacks import BackupAndRestore, Callback, LearningRateScheduler, TensorBoard
from tests.tensorboard import reading

X, Y = np.linspace(-1, 1, 24).reshape(12, 2), np.linspace(0, 1, 12).reshape(12, 1)


def make_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, name="a"), keras.layers.Dense(1, name="b")], name="net")
    model.compile(keras.optimizers.SGD(0.125), "mse", metrics=["mae"])
    return model


def fit(folder, callbacks=(), epochs=2, model=None, **options):
    model = model or make_model()
    board = TensorBoard(folder, **options)
    history = model.fit(
        X, Y, batch_size=3, epochs=epochs, validation_data=(X, Y), callbacks=[*callbacks, board], verbose=0, shuffle=False
    )
    return history.history, model


def test_epochs(tmp_path):
    history, _ = fit(tmp_path)
    train, validation = reading.scalars(tmp_path / "train"), reading.scalars(tmp_path / "validation")
    assert sorted(train) == ["epoch_learning_rate", "epoch_loss", "epoch_mae"]
    assert sorted(validation) == ["epoch_loss", "epoch_mae", "evaluation_loss_vs_iterations", "evaluation_mae_vs_iterations"]
    assert train["epoch_loss"] == [(i, pytest.approx(value)) for i, value in enumerate(history["loss"])]
    assert validation["epoch_mae"] == [(i, pytest.approx(value)) for i, value in enumerate(history["val_mae"])]
    assert train["epoch_learning_rate"] == [(0, 0.125), (1, 0.125)]
    steps = [(4, pytest.approx(history["val_loss"][0])), (8, pytest.approx(history["val_loss"][1]))]
    assert validation["evaluation_loss_vs_iterations"] == steps


@pytest.mark.parametrize(("update_freq", "steps"), [("batch", range(1, 9)), (1, range(1, 9)), (3, [3, 6]), (100, [])])
def test_batches_and_no_epoch_is_lost(tmp_path, update_freq, steps):
    fit(tmp_path, update_freq=update_freq)
    train = reading.scalars(tmp_path / "train")
    assert [step for step, _ in train.get("batch_loss", [])] == list(steps)
    assert [step for step, _ in train["epoch_loss"]] == [0, 1]
    assert len(reading.scalars(tmp_path / "validation")["evaluation_loss_vs_iterations"]) == 2


def test_batches_hold_the_means_of_the_epoch_so_far(tmp_path):
    class Note(Callback):
        seen = []

        def on_train_batch_end(self, batch, logs=None):
            self.seen.append(logs["loss"])

    fit(tmp_path, [Note()], update_freq="batch")
    assert [value for _, value in reading.scalars(tmp_path / "train")["batch_loss"]] == pytest.approx(Note.seen)


def test_epochs_alone_cost_no_batch_hooks(tmp_path):
    assert not TensorBoard(tmp_path)._implements("on_train_batch_end")
    assert TensorBoard(tmp_path, update_freq=5)._implements("on_train_batch_end")

    class Own(TensorBoard):
        def on_batch_end(self, batch, logs=None):
            self.called = True

    assert Own(tmp_path)._implements("on_train_batch_end") and not Own(tmp_path)._implements("on_test_batch_end")


def test_weights(tmp_path):
    _, model = fit(tmp_path, histogram_freq=2, write_images=True, write_grads=True, epochs=3)
    events = reading.events(tmp_path / "train")
    tags = [(step, tag) for step, tag, plugin, *_ in events if plugin in ("histograms", "images")]
    names = [f"net/{layer}/{weight}" for layer in "ab" for weight in ("kernel", "bias")]
    per_epoch = [f"{name}{end}" for name in names for end in ("/histogram", "_grad", "/image")]
    per_epoch.pop()  # a single number is no image
    assert tags == [(step, tag) for step in (0, 2) for tag in per_epoch]
    last = {tag: value for step, tag, _, _, value in events if step == 2}
    kernel = model.layers[0].kernel.numpy()
    assert last["net/a/kernel/histogram"][0, 0] == kernel.min() and last["net/a/kernel/histogram"][:, 2].sum() == 6
    pixels = reading.png_pixels(last["net/a/kernel/image"][2])[:, :, 0]
    np.testing.assert_array_equal(pixels, np.clip(kernel * 255.5, 0, 255).astype("uint8"))
    assert last["net/b/bias_grad"][-1, 1] == model.layers[1].bias.grad.max() != 0


def test_the_graph(tmp_path):
    _, model = fit(tmp_path / "with")
    config = reading.model_config(tmp_path / "with" / "train")
    assert [layer["config"]["name"] for layer in config["config"]["layers"]][-2:] == ["a", "b"]
    assert [tag for _, tag, *_ in reading.events(tmp_path / "with" / "train")][:2] == ["keras", "graph"]
    fit(tmp_path / "without", write_graph=False)
    assert "keras" not in [tag for _, tag, *_ in reading.events(tmp_path / "without" / "train")]


def test_a_model_without_a_config_trains_all_the_same(tmp_path):
    class Odd(keras.Sequential):
        def get_config(self):
            raise NotImplementedError("no config")

    model = Odd([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="graph of the model can't be written: no config"):
        fit(tmp_path, model=model)
    assert len(reading.scalars(tmp_path / "train")["epoch_loss"]) == 2


def test_steps_per_second(tmp_path):
    fit(tmp_path, write_steps_per_second=True, update_freq=4)
    train = reading.scalars(tmp_path / "train")
    assert [step for step, _ in train["epoch_steps_per_second"]] == [0, 1]
    assert [step for step, _ in train["batch_steps_per_second"]] == [4, 8]
    assert all(value > 0 for _, value in train["epoch_steps_per_second"] + train["batch_steps_per_second"])


def test_the_rate_follows_a_schedule(tmp_path):
    fit(tmp_path, [LearningRateScheduler(lambda epoch: 0.5 / (epoch + 1))])
    assert reading.scalars(tmp_path / "train")["epoch_learning_rate"] == [(0, 0.5), (1, 0.25)]


def test_embeddings(tmp_path):
    model = keras.Sequential([keras.Input((3,), dtype="int32"), keras.layers.Embedding(5, 2, name="words")])
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse")
    x, metadata = np.zeros((4, 3), "int32"), {"words": "names.tsv"}
    board = TensorBoard(tmp_path, embeddings_freq=2, embeddings_metadata=metadata)
    model.fit(x, np.ones((4, 1)), epochs=3, callbacks=[board], verbose=0)
    assert metadata == {"words": "names.tsv"}  # Keras empties it
    assert 'metadata_path: "names.tsv"' in (tmp_path / "projector_config.pbtxt").read_text()
    np.testing.assert_allclose(np.loadtxt(next(tmp_path.glob("*.tsv"))), model.layers[0].embeddings.value, rtol=1e-6)
    saved = sorted(path.name for path in (tmp_path / "train").glob("*.h5"))
    assert saved == ["keras_embedding.ckpt-0.weights.h5", "keras_embedding.ckpt-2.weights.h5"]
    with pytest.raises(ValueError, match="no Embedding layers"):
        fit(tmp_path, embeddings_freq=1, embeddings_metadata={"wrods": "x"})


def test_evaluate_alone(tmp_path):
    _, model = fit(tmp_path / "fit")
    loss, _ = model.evaluate(X, Y, callbacks=[TensorBoard(tmp_path / "later")], verbose=0)
    scalars = reading.scalars(tmp_path / "later" / "validation")
    assert scalars["evaluation_loss_vs_iterations"] == [(8, pytest.approx(loss))]
    assert not (tmp_path / "later" / "train").exists()


def test_own_summaries_of_a_batch(tmp_path):
    class Own(keras.Sequential):
        def train_step(self, data):
            summary.scalar("own", 1.0)
            return super().train_step(data)

    model = Own([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    fit(tmp_path / "some", model=model, update_freq=2)
    assert [step for step, _ in reading.scalars(tmp_path / "some" / "train")["own"]] == [2, 4, 6, 8]
    assert summary.get_step() is None and not summary.should_record_summaries()
    fit(tmp_path / "none", model=model)
    assert "own" not in reading.scalars(tmp_path / "none" / "train")


def test_a_second_fit_has_files_of_its_own(tmp_path):
    model, board = make_model(), TensorBoard(tmp_path, update_freq=1)
    for epoch in range(2):
        model.fit(X, Y, initial_epoch=epoch, epochs=epoch + 1, callbacks=[board], verbose=0)
    assert len(list((tmp_path / "train").iterdir())) == 2
    scalars = reading.scalars(tmp_path / "train")
    assert [step for step, _ in scalars["epoch_loss"]] == [0, 1] and [step for step, _ in scalars["batch_loss"]] == [1, 1]


def test_a_resumed_training_counts_on(tmp_path):
    class Stop(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.epoch = epoch

        def on_train_batch_end(self, batch, logs=None):
            if (self.epoch, batch) == (1, 1):
                raise KeyboardInterrupt

    backup = tmp_path / "backup"
    with pytest.raises(KeyboardInterrupt):
        fit(tmp_path, [BackupAndRestore(backup, save_freq=4), Stop()], update_freq=1)
    fit(tmp_path, [BackupAndRestore(backup, save_freq=4)], update_freq=1)
    steps = [step for step, _ in reading.scalars(tmp_path / "train")["batch_loss"]]
    assert steps == [1, 2, 3, 4, *range(steps[4], 9)] and 4 < steps[4] <= 6


@pytest.mark.parametrize("name", ["batch_size", "embeddings_data", "embeddings_layer_names"])
def test_old_arguments_have_one_hint(name, monkeypatch):
    monkeypatch.setattr("minikeras._core.old_arguments._hinted", set())
    with pytest.warns(UserWarning, match=f"{name}=.* has no effect"):
        TensorBoard(**{name: 32})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        TensorBoard(**{name: 32})


def test_profile_batch(monkeypatch):
    monkeypatch.setattr("minikeras._core.old_arguments._hinted", set())
    with pytest.warns(UserWarning, match="nothing is profiled"):
        TensorBoard(profile_batch="2,5")
    for wrong in ("a", (1, 2, 3), -1, (5, 2)):
        with pytest.raises(ValueError, match="profile_batch must be"):
            TensorBoard(profile_batch=wrong)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"update_freq": "epochs"}, "update_freq must be"),
        ({"update_freq": 0}, "update_freq must be"),
        ({"log_dir": "gs://bucket/logs"}, "folder of this computer"),
        ({"histogram_frq": 1}, "Did you mean `histogram_freq`"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TensorBoard(**arguments)


def test_values_that_are_no_numbers_are_left_out(tmp_path):
    class Add(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs.update(note="text", each=np.ones(3), one=np.float32(2))

    fit(tmp_path, [Add()])
    train = reading.scalars(tmp_path / "train")
    assert train["epoch_one"] == [(0, 2.0), (1, 2.0)] and "epoch_each" not in train and "epoch_note" not in train
