"""What libraries on top of Keras do to it, as counted over 54 of them: private names, replaced methods, odd subclasses."""

import copy
import inspect
import io
import pickle

import numpy as np
import pytest

import minikeras

X, Y = np.ones((8, 4), "float32"), np.ones((8, 1), "float32")


@pytest.fixture(scope="module")
def keras():
    minikeras.install_as_keras()
    import keras

    yield keras
    minikeras.uninstall_as_keras()


@pytest.fixture
def model(keras):
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(1, name="y")(keras.layers.Dense(3, name="h")(x)))
    model.compile("adam", "mse")
    return model


def test_a_progress_bar_of_tqdm(keras, model, capsys):
    from tqdm.keras import TqdmCallback

    model.fit(X, Y, epochs=2, verbose=0, callbacks=[TqdmCallback(verbose=1)])
    assert "2/2" in capsys.readouterr().err


def test_a_model_through_memory(keras, model):
    from keras.src.saving.saving_lib import load_model, save_model

    file = io.BytesIO()
    save_model(model, file)
    again = load_model(io.BytesIO(file.getvalue()), compile=True)
    np.testing.assert_array_equal(again.predict(X, verbose=0), model.predict(X, verbose=0))


def test_reduce_of_models_is_assigned(keras, model):
    kept = keras.Model.__reduce__
    keras.Model.__reduce__ = lambda self: (keras.models.model_from_json, (self.to_json(),))
    try:
        assert pickle.loads(pickle.dumps(model)).count_params() == copy.deepcopy(model).count_params() == 19
    finally:
        keras.Model.__reduce__ = kept


def test_subclasses_that_do_not_call_super(keras, model):
    class Pairs(keras.utils.Sequence):
        def __init__(self):
            self.n = 2

        def __len__(self):
            return self.n

        def __getitem__(self, i):
            return X, Y

    class Seen(keras.callbacks.Callback):
        def __init__(self):
            self.seen = []

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append((epoch, self.model is model, self.params["steps"]))

    seen = Seen()
    model.fit(Pairs(), epochs=2, verbose=0, callbacks=[seen])
    assert seen.seen == [(0, True, 2), (1, True, 2)]


def test_a_hook_replaced_on_an_instance(keras, model):
    seen, stop = [], keras.callbacks.EarlyStopping("loss")
    stop.on_epoch_end = lambda epoch, logs=None: seen.append(epoch)
    model.fit(X, Y, epochs=2, verbose=0, callbacks=[stop])
    assert seen == [0, 1]


def test_a_checkpoint_that_builds_on_private_methods(keras, model, tmp_path):
    class Told(keras.callbacks.ModelCheckpoint):
        paths = []

        def _save_model(self, epoch, batch, logs):
            super()._save_model(epoch, batch, logs)
            self.paths.append(self._get_file_path(epoch, batch, logs))

    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Told(str(tmp_path / "{epoch}.keras"))])
    assert [path[-7:] for path in Told.paths] == ["1.keras", "2.keras"] and len(list(tmp_path.iterdir())) == 2


def test_private_names_of_the_graph(keras, model):
    layer = model.get_layer("y")
    assert layer._inbound_nodes[0].parent_nodes[0].operation is model.get_layer("h")
    assert layer.output._keras_history[0] is layer and layer.output._keras_history.tensor_index == 0
    assert list(model._nodes_by_depth) == [0, 1, 2] and model._layers == model.layers
    assert keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])._functional.inputs[0].shape == (None, 4)
    assert str(type(model)).startswith("<class 'keras.src.models.functional.Functional")


def test_signatures_and_values_of_optimizers(keras, model):
    assert list(inspect.signature(keras.Model.fit).parameters)[1:5] == ["x", "y", "batch_size", "epochs"]
    model.fit(X, Y, verbose=0)
    assert model.optimizer.learning_rate.shape == () and model.optimizer.iterations.numpy() == 1
    assert keras.backend.get_value(model.optimizer.learning_rate) == np.float32(0.001)


def test_what_keras_has_not_is_an_attribute_error(keras, model):
    for thing, name in [(keras, "engine"), (keras.layers.Flatten(), "activation"), (model, "named_parameters")]:
        assert not hasattr(thing, name)
    assert not hasattr(__import__("keras.src").src, "engine")
