import pytest

import minikeras as keras
from minikeras import Sequential, layers
from minikeras.layers import Dense
from minikeras.models import summary


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")


def make():
    return Sequential([Dense(4, input_shape=(3,), name="h"), layers.Dropout(0.5, name="drop"), Dense(1, name="o")], name="mm")


DEFAULT = """\
Model: "mm"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ h (Dense)                            │ (None, 4)                   │              16 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ drop (Dropout)                       │ (None, 4)                   │               0 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ o (Dense)                            │ (None, 1)                   │               5 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 21 (84.00 B)
 Trainable params: 21 (84.00 B)
 Non-trainable params: 0 (0.00 B)
"""

NARROW = """\
┏━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━┓
┃                 ┃ Output     ┃ Param ┃
┃ Layer (type)    ┃ Shape      ┃     # ┃
┡━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━┩
│ h (Dense)       │ (None, 4)  │    16 │
├─────────────────┼────────────┼───────┤
│ drop (Dropout)  │ (None, 4)  │     0 │
├─────────────────┼────────────┼───────┤
│ o (Dense)       │ (None, 1)  │     5 │
└─────────────────┴────────────┴───────┘"""

TRAINABLE = """\
┃ Layer (type)                          ┃ Output Shape                  ┃        Param # ┃ Traina… ┃"""


def test_the_table(capsys):
    make().summary()
    assert capsys.readouterr().out == DEFAULT


def test_print_fn_gets_the_text_at_once():
    given = []
    make().summary(print_fn=given.append)
    assert given == [DEFAULT]


def test_line_length():
    assert "\n".join(summary.table(make(), line_length=40).split("\n")[1:11]) == NARROW
    with pytest.raises(ValueError, match="too narrow"):
        summary.table(make(), line_length=12)


def test_a_long_name_ends_in_an_ellipsis():
    model = Sequential([Dense(5, input_shape=(4,), name="a_layer_with_quite_a_long_name_that_will_not_fit_in_here")])
    lines = summary.table(model).split("\n")
    assert lines[4:6] == [
        "│ a_layer_with_quite_a_long_name_that… │ (None, 5)                   │              25 │",
        "│ (Dense)                              │                             │                 │",
    ]


def test_show_trainable():
    model = make()
    model.layers[0].trainable = False
    lines = summary.table(model, show_trainable=True).split("\n")
    assert lines[2] == TRAINABLE
    assert [line[-6] for line in lines[4:10:2]] == ["N", "-", "Y"]
    assert lines[-4:-1] == [
        " Total params: 21 (84.00 B)",
        " Trainable params: 5 (20.00 B)",
        " Non-trainable params: 16 (64.00 B)",
    ]


def test_positions():
    lines = summary.table(make(), positions=[0.3, 0.6, 0.8, 1.0], show_trainable=True).split("\n")
    assert len(lines[2]) == 100 and [cell.strip() for cell in lines[2].split("┃")[1:-1]][3] == "Trainable"
    with pytest.raises(ValueError, match="one entry for each of the 3 columns"):
        summary.table(make(), positions=[0.5, 1.0])


def test_unbuilt():
    keras.utils.clear_session()
    lines = summary.table(Sequential([Dense(4)])).split("\n")
    assert lines[4] == "│ dense (Dense)                        │ ?                           │     0 (unbuilt) │"


def test_expand_nested():
    inner = Sequential([keras.Input((2,)), Dense(2, name="a")], name="inner")
    mid = Sequential([keras.Input((2,)), inner, Dense(3, name="b")], name="mid")
    lines = summary.table(Sequential([mid, Dense(1, name="c")]), expand_nested=True).split("\n")
    assert [line[2:25].rstrip() for line in lines[4:13:2]] == [
        "mid (Sequential)", "   └ inner (Sequential)", "      └ a (Dense)", "   └ b (Dense)", "c (Dense)",
    ]  # fmt: skip
    assert len(summary.table(mid).split("\n")) < len(lines)


def test_layer_range():
    assert "o (Dense)" not in summary.table(make(), layer_range=["h", "dr.*"])
    for wrong in (["x", "y"], ["h"]):
        with pytest.raises(ValueError, match="layer_range"):
            summary.table(make(), layer_range=wrong)


def test_the_optimizer_is_counted_once_it_has_variables():
    model = make()
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    lines = summary.table(model).split("\n")
    assert lines[-5].startswith(" Total params: 65 (") and lines[-2].startswith(" Optimizer params: 44 (")


def test_layers_that_were_built_but_never_called_say_their_shape():
    class Built(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense, self.later = keras.layers.Dense(4), keras.layers.Dense(7)
            self.rnn = keras.layers.LSTM(3, return_sequences=True)

        def build(self, input_shape):
            self.dense.build(input_shape)
            self.rnn.build((None, 5, 4))

        def call(self, x):
            return self.dense(x)

    model, lines = Built(), []
    model.build((None, 2))
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert "(None, 4)" in text and "(None, 5, 3)" in text and "?" in text and "Total params: 108" in text
