import numpy as np
import pytest

import minikeras as keras
from minikeras import Sequential
from minikeras.layers import Dense
from tests.models.samples import X, Y, batches, close, fixed, line


@pytest.mark.parametrize("call", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_compile_comes_first(call):
    model = Sequential([Dense(1, input_shape=(3,))])
    with pytest.raises(ValueError, match=rf"call compile\(\) before {'evaluate' if 'test' in call else call}"):
        getattr(model, call)(X, Y)
    model.compile("sgd")
    with pytest.raises(ValueError, match="needs a loss"):
        getattr(model, call)(X, Y)


@pytest.mark.parametrize(
    "y", [Y.ravel(), Y.astype(int), Y.astype(bool), Y.ravel().tolist(), Y.astype("float64"), Y.astype("uint8")]
)
def test_kinds_of_targets(y):
    model = fixed(Sequential([Dense(1, activation="sigmoid", input_shape=(3,))]))
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
    close(model.fit(X, y, verbose=0, shuffle=False).history, {"accuracy": [0.55], "loss": [0.67799]})


@pytest.mark.parametrize("x", [X.astype("float64"), X.tolist(), [X], {"a": X}, np.asfortranarray(X)])
def test_kinds_of_inputs(x):
    close(line().fit(x, Y, verbose=0, shuffle=False).history, {"loss": [0.55998]})


def test_data_frames():
    pd = pytest.importorskip("pandas")
    model = line()
    frame, series = pd.DataFrame(X, columns=list("abc")), pd.Series(Y.ravel())
    close(model.fit(frame, series, verbose=0, shuffle=False).history, {"loss": [0.55998]})
    assert model.predict(frame).shape == (20, 1)


def test_generators():
    close(line().fit(batches(), verbose=0).history, {"loss": [0.53126]})
    history = line().fit(batches(), epochs=3, steps_per_epoch=2, verbose=0)
    close(history.history, {"loss": [0.38273, 0.48563, 0.72542]})
    assert history.params["steps"] == 2
    close(line().fit(batches(), validation_data=batches(2), verbose=0).history, {"loss": [0.53126], "val_loss": [0.31667]})
    close(line().evaluate(batches(), verbose=0), 0.55474)
    close(line().evaluate(batches(), steps=2, verbose=0), 0.38616)
    assert line().predict(batches(), steps=2, verbose=0).shape == (6, 1)


def test_py_dataset():
    class Data(keras.utils.PyDataset):
        def __len__(self):
            return 4

        def __getitem__(self, index):
            return X[5 * index : 5 * index + 5], Y[5 * index : 5 * index + 5]

    close(line().fit(Data(), epochs=2, verbose=0, shuffle=False).history, {"loss": [0.54386, 0.49234]})
    close(line().evaluate(Data(), verbose=0), 0.55998)
    how = {"epochs": 3, "steps_per_epoch": 2, "validation_data": Data(), "validation_steps": 1}
    expected = {"loss": [0.48136, 0.60635, 0.42141], "val_loss": [0.42601, 0.40914, 0.37806]}
    close(line().fit(Data(), shuffle=False, verbose=0, **how).history, expected)


@pytest.mark.parametrize("how", ["evaluate", "predict"])
def test_stop_evaluating_and_stop_predicting(how):
    class Stop(keras.callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append(batch)
            self.model.stop_evaluating = self.model.stop_predicting = batch == 2

        on_predict_batch_end = on_test_batch_end

    def forever():
        while True:
            yield X[:4], Y[:4]

    model = line()
    for _ in range(2):  # the next call starts anew
        seen = []
        getattr(model, how)(forever(), callbacks=[Stop()], verbose=0)
        assert seen == [0, 1, 2]
