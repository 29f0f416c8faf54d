import json

import numpy as np
import pytest

import minikeras as keras
from minikeras.commands.diff import pairs
from minikeras.commands.main import main
from minikeras.layers import Conv2D, Dense, Dropout, Masking


def told(capsys, *arguments):
    code = main([str(a) for a in arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_differences_as_json_are_json_whatever_they_are(tmp_path, capsys):
    for name, value in (("a", float("nan")), ("b", float("inf")), ("c", 0.0)):
        layers = [keras.Input((None, 3)), Masking(value, name="m"), Dropout(0.5, name="d")]
        keras.Sequential(layers, name="s").save(tmp_path / f"{name}.keras")

    def strict(word):
        raise AssertionError(word)

    code, out, _ = told(capsys, "diff", "--json", tmp_path / "a.keras", tmp_path / "b.keras")
    found = {d["where"]: (d["one"], d["other"]) for d in json.loads(out, parse_constant=strict)}
    assert code == 1 and found["config.config.layers[1].config.mask_value"] == ("nan", "inf")
    assert told(capsys, "diff", "--json", tmp_path / "a.keras", tmp_path / "a.keras")[:2] == (0, "[]\n")  # NaN is NaN


def row(*layers):
    return keras.Sequential([keras.Input((4,), name="x"), *layers], name="m")


def heads(names):
    x = keras.Input((4,), name="x")
    made = {name: Dense(2, name=f"to_{name}", kernel_initializer="ones")(x) for name in names}
    return keras.Model(x, made, name="m")


def ones(units, name, **how):
    return Dense(units, name=name, kernel_initializer="ones", **how)


@pytest.mark.parametrize(
    "one, other, expected",
    [
        (  # a layer put in: the others are held against themselves
            lambda: row(ones(3, "d"), ones(2, "e")),
            lambda: row(ones(3, "d"), Dropout(0.5, name="dr"), ones(2, "e")),
            ["config.config.layers[2]: None | Dropout 'dr'"],
        ),
        (  # and one taken out, with its weights
            lambda: row(ones(3, "d"), ones(3, "new"), ones(2, "e")),
            lambda: row(ones(3, "d"), ones(2, "e")),
            ["config.config.layers[2]: Dense 'new' | None", "weights: 6 | 4",
             "new/kernel: shape (3, 3) | None", "new/bias: shape (3,) | None"],
        ),
        (  # another layer in its place
            lambda: row(ones(3, "d"), Dropout(0.5, name="a"), ones(2, "e")),
            lambda: row(ones(3, "d"), keras.layers.ReLU(name="b"), ones(2, "e")),
            ["config.config.layers[2]: Dropout 'a' | ReLU 'b'"],
        ),
        (  # the same with another size: by their places, whatever the names
            lambda: row(ones(3, "d"), ones(2, "e")),
            lambda: row(ones(5, "d"), ones(2, "f")),
            ["config.config.layers[1].config.units: 3 | 5", "config.config.layers[2].config.name: e | f",
             "config.config.layers[2].build_config.input_shape[1]: 3 | 5",
             "d/kernel: shape (4, 3) | shape (4, 5)", "d/bias: shape (3,) | shape (5,)",
             "e/kernel: shape (3, 2) | shape (5, 2)"],
        ),
        (  # one weight less: the others stay with their names
            lambda: row(ones(3, "d"), ones(2, "e")),
            lambda: row(ones(3, "d", use_bias=False), ones(2, "e")),
            ["config.config.layers[1].config.use_bias: True | False", "weights: 4 | 3", "d/bias: shape (3,) | None"],
        ),
        (  # one more output
            lambda: heads("ab"),
            lambda: heads("abc"),
            ["config.config.layers[3]: None | Dense 'to_c'", "config.config.output_layers.c: None | ['to_c', 0, 0]",
             "weights: 4 | 6", "to_c/kernel: None | shape (4, 2)", "to_c/bias: None | shape (2,)"],
        ),
    ],
)  # fmt: skip
def test_models_of_other_structures_are_told_apart_layer_by_layer(one, other, expected, tmp_path, capsys):
    paths = tmp_path / "one.keras", tmp_path / "other.keras"
    one().save(paths[0]), other().save(paths[1])
    code, out, err = told(capsys, "diff", *paths)
    assert (code, out.splitlines(), err) == (1, expected, "")
    code, out, err = told(capsys, "diff", "--json", *paths)
    found = json.loads(out)
    assert (code, [f"{d['where']}: {d['one']} | {d['other']}" for d in found], err) == (1, expected, "")


def test_layers_inside_a_layer_are_layers_too(tmp_path, capsys):
    for name, inside in (("a", [ones(3, "d")]), ("b", [ones(3, "d"), Dropout(0.5, name="dr")])):
        keras.Sequential([row(*inside), ones(2, "e")], name="outer").save(tmp_path / f"{name}.keras")
    code, out, _ = told(capsys, "diff", tmp_path / "a.keras", tmp_path / "b.keras")
    assert code == 1 and out.splitlines()[-1].endswith(".config.layers[2]: None | Dropout 'dr'"), out


def test_weights_of_text_alone_are_compared_by_their_shapes(tmp_path, capsys):
    for name, filters in (("a", 2), ("b", 3)):
        model = keras.Sequential([keras.Input((5, 5, 1)), Conv2D(filters, 3, name="c")], name="m")
        (tmp_path / f"{name}.json").write_text(model.to_json())
    code, out, err = told(capsys, "diff", tmp_path / "a.json", tmp_path / "b.json")
    assert code == 1 and "c/kernel: shape (3, 3, 1, 2) | shape (3, 3, 1, 3)" in out and "alone" in err


def test_pairs():
    def partners(one, other):
        return [*pairs(one.split(), other.split(), lambda s: s[0], (str, lambda s: s[0]))]

    assert partners("a1 a2 b1", "a2 a3 b2") == [(0, 0), (1, 1), (2, 2)]  # nothing put in or taken out
    assert partners("a1 b1", "a1 a2 b1") == [(0, 0), (None, 1), (1, 2)]
    assert partners("a1 b1 c1", "b2") == [(0, None), (1, 0), (2, None)]  # by what is alike where no name is
    assert partners("a1 b1", "a1 c1") == [(0, 0), (1, 1)] and partners("", "a1") == [(None, 0)]


def test_infinite_weights_are_compared_without_a_warning(tmp_path, capsys):
    for name, change in (("a", 0.0), ("b", 2.0)):
        model = row(ones(3, "d"))
        kernel = model.layers[0].kernel.numpy()
        kernel[0], kernel[1] = [np.inf, -np.inf, np.nan], kernel[1] + change
        model.layers[0].kernel.assign(kernel)
        model.save(tmp_path / f"{name}.keras")
    with np.errstate(all="raise"):
        code, out, err = told(capsys, "diff", tmp_path / "a.keras", tmp_path / "b.keras")
    assert code == 1 and out.splitlines()[-1].endswith("largest difference 2") and err == ""
