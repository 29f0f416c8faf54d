import numpy as np
import pytest

import minikeras as keras
from minikeras.callbacks import History
from minikeras.callbacks.history_plot import table_of

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def closed():
    plt.switch_backend("Agg")
    yield
    plt.close("all")


def history(**values):
    made = History()
    made.history, made.epoch = values, list(range(3, 3 + len(next(iter(values.values()), []))))
    return made


def test_lines():
    loss, mae = history(mae=[1.0, 2.0], loss=[3.0, 1.0], val_loss=[4.0, 5.0]).plot()
    assert (loss.get_ylabel(), mae.get_ylabel()) == ("loss", "mae")
    training, validation, best = loss.lines
    assert best.get_label() == "best: 4 in epoch 4" and (*best.get_xdata(), *best.get_ydata()) == (4, 4)  # of the validation
    assert training.get_xdata().tolist() == [4, 5] and training.get_ydata().tolist() == [3, 1]
    assert validation.get_ydata().tolist() == [4, 5] and validation.get_linestyle() == "--"
    assert len(mae.lines) == 2 and mae.get_legend().get_texts()[1].get_text() == "best: 1 in epoch 4"


def test_the_best_epoch():
    loss, accuracy, rate, one = history(
        loss=[np.nan, 2.0, 3.0], accuracy=[0.1, 0.9, 0.5], learning_rate=[0.1, 0.05, 0.01], f1=[[0, 1], [1, 1], [1, 0]]
    ).plot()
    assert loss.lines[-1].get_label() == "best: 2 in epoch 5" and accuracy.lines[-1].get_label() == "best: 0.9 in epoch 5"
    assert len(rate.lines) == 1 and len(one.lines) == 2  # a rate is not better or worse; of several values none is told
    (alone,) = history(loss=[1.0]).plot()
    assert len(alone.lines) == 1 and alone.get_legend() is None
    (never,) = history(loss=[np.nan, np.nan]).plot()
    assert len(never.lines) == 1


def test_choice_and_axes():
    ax = plt.figure().add_subplot()
    assert history(a=[1.0], b=[2.0]).plot(["b"], ax)[0] is ax and ax.get_ylabel() == "b"
    with pytest.raises(ValueError, match="no c; it has a, b"):
        history(a=[1.0], b=[2.0]).plot(["c"])
    with pytest.raises(ValueError, match="has no values"):
        history().plot()
    with pytest.raises(ValueError, match="Expected 2 axes, got 1"):
        history(a=[1.0], b=[2.0]).plot(ax=ax)


def test_of_a_fit():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    made = model.fit(np.ones((4, 2)), np.ones((4, 1)), epochs=2, verbose=0)
    assert len(made.plot()) == 1 and "<th>loss</th>" in made._repr_html_()
    assert model._repr_html_().startswith("<pre>Model: ") and "Dense" in model._repr_html_()
    assert keras.Sequential([keras.layers.Dense(1)])._repr_html_() is None


def test_the_table():
    table = table_of({"loss": [3.0, 1.0, 2.0], "val_acc<": [0.1, 0.9, 0.5]})
    assert "<th>loss</th><td>3</td><td>1</td><td>2</td>" in table
    assert "<th>val_acc&lt;</th><td>0.1</td><td>0.9</td><td>0.5</td>" in table
