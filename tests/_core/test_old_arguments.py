"""Old arguments: one hint each."""

import warnings

import pytest

from minikeras._core import old_arguments


@pytest.fixture(autouse=True)
def hint_anew():
    old_arguments.forget()


def test_each_argument_gets_one_hint_that_names_the_callers_line():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for owner, name in (("Lamp", "lux"), ("Lamp", "lux"), ("Lamp", "watt"), ("Torch", "lux")):
            old_arguments.hint(owner, name, f"{owner} {name}")
    assert [str(one.message) for one in seen] == ["Lamp lux", "Lamp watt", "Torch lux"]
    assert {one.filename for one in seen} == {__file__}


class Lamp:
    def __init__(self, lumen=1, name=None):
        self.lumen = lumen


def double(args, kwargs):
    return args[:1], {**kwargs, **({"lumen": 2 * args[1]} if len(args) > 1 else {})}


def test_a_class_understands_its_old_arguments_and_a_subclass_too():
    words = {"state": {"on": 5}, "watt": lambda w: 10 * w}
    moot = {"gas": (None,), "oil": old_arguments.ANY, "wick": "trim it"}
    old = old_arguments.Old({"lux": "lumen", "state": "lumen", "watt": "lumen"}, words, moot)
    old_arguments.teach(Lamp, old)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        lamps = Lamp(lux=3), Lamp(state="on"), Lamp(watt=2), Lamp(4, oil="any", gas=None, wick=1)
        assert [lamp.lumen for lamp in lamps] == [3, 5, 20, 4]

        class Torch(Lamp):
            def __init__(self):
                super().__init__(lux=7)

        assert Torch().lumen == 7
    assert [str(one.message) for one in seen] == [
        "Argument `lux` of Lamp still works; it is called `lumen` now.",
        "Argument `state` of Lamp still works; it is called `lumen` now.",
        "Argument `watt` of Lamp still works; it is called `lumen` now.",
        "Argument `wick` of Lamp is no more, it changes nothing: trim it.",
    ]
    with pytest.raises(ValueError, match="`gas` of Lamp is no more: it can only be None, got 'town'"):
        Lamp(gas="town")
    with pytest.raises(TypeError, match="Lamp got `lumen` twice: also under its old name `lux`"):
        Lamp(lux=1, lumen=2)
    assert old.translate("Lamp", (), {"lux": 1, "lumen": 2, "gas": "town"}, quiet=True) == ((), {"lumen": 2})
    assert old_arguments.as_today(Lamp, (), {"lux": 1}) == ((), {"lumen": 1})


def test_rewriting_is_asked_where_positions_tell():
    old = old_arguments.Old(rewrite=double, positions=2)
    assert old.concerns((1, 2), {}) and not old.concerns((1,), {})
    assert old.translate("Lamp", (1, 2), {}) == ((1,), {"lumen": 4})


def test_hints_are_silenced_and_heard_again():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        old_arguments.disable_hints()
        old_arguments.hint("Lamp", "a", "a")
        old_arguments.enable_hints()
        old_arguments.hint("Lamp", "a", "a")
    assert len(seen) == 1


def test_names_of_modules():
    find = old_arguments.old_names("math", {"squareroot": "sqrt"}, lambda name: f"no {name}")
    with pytest.warns(UserWarning, match="`math.squareroot` still works; it is called `sqrt` now"):
        assert find("squareroot")(4) == 2
    assert find("other") == "no other"
    with pytest.raises(AttributeError, match="module 'math' has no attribute 'other'"):
        old_arguments.old_names("math", {})("other")


def test_where_warnings_are_errors_a_hint_is_only_printed(capsys):
    old_arguments.forget()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        old_arguments.hint("Lamp", "candle", "Say `candela`.")
    assert capsys.readouterr().err == "minikeras: Say `candela`.\n"
