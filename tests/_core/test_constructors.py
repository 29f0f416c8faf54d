import inspect

import numpy as np
import pytest

from minikeras import callbacks, initializers, layers, losses, metrics, optimizers
from minikeras._core.constructors import are_axes, check_call, check_kinds, is_switch, is_whole, kind_of, taken_by


class Lamp:
    ranges = {"lumen": (0, 100)}
    takes_nan = ("warmth",)

    def __init__(self, lumen: float, color: str | None = None, *, on: bool = False, warmth: float = 1.0, **more):
        if lumen == "dark":
            raise ValueError("`lumen` of a Lamp is a number, not 'dark'.")


Lamp.__module__ = "minikeras.lamps"  # of the house, or its kinds are not asked for
Lamp.__init__.__annotations__ = {"lumen": "float", "color": "str | None", "on": "bool", "warmth": "float"}


def test_what_a_class_takes():
    taken = taken_by(Lamp)
    assert taken.names == ("lumen", "color") and taken.required == ("lumen",) and taken.more_by_name
    assert taken.known == ("lumen", "color", "on", "warmth") and taken_by(Lamp) is taken
    assert taken_by(type("Bare", (), {})).names == ()


def test_names_are_checked_only_where_none_is_taken_by_kwargs_or_one_is_missing():
    check_call(Lamp, (1.0,), {"hue": 3})
    with pytest.raises(ValueError, match="unknown argument: `lumens`. Did you mean `lumen`"):
        check_call(Lamp, (), {"lumens": 3})
    with pytest.raises(TypeError, match="Lamp takes at most 2 arguments by position .lumen, color., got 3"):
        check_call(Lamp, (1, 2, 3), {})


@pytest.mark.parametrize(
    ("args", "given", "said"),
    [
        (("bright",), {}, "`lumen` of Lamp must be a number, got 'bright'"),
        (("dark",), {}, "is a number, not 'dark'"),  # the class' own words come first
        ((101,), {}, "must be from 0 to 100, got 101"),
        ((float("nan"),), {}, "got nan"),
        ((1, 2), {}, "`color` of Lamp must be a string, got 2"),
        ((1,), {"on": "False"}, "`on` of Lamp must be True or False, got 'False'"),
    ],
)
def test_kinds_and_ranges(args, given, said):
    with pytest.raises(ValueError, match=said):
        check_kinds(Lamp, args, given)


def test_what_fits():
    check_kinds(Lamp, (np.float32(1), None), {"on": np.True_, "warmth": float("nan")})
    assert is_whole(np.int8(2)) and is_whole(3.0) and not is_whole("3")
    assert is_switch(0) and not is_switch("0") and are_axes([0, None, 1]) and not are_axes({})
    assert kind_of("seed", "Any").fits(3) and kind_of("axis", "Any").fits((1, 2)) and kind_of("else", "Any") is None


@pytest.mark.parametrize("module", [callbacks, initializers, layers, losses, metrics, optimizers])
def test_what_a_class_takes_by_default_may_be_said(module):
    for cls in [found for name in module.__all__ if inspect.isclass(found := getattr(module, name))]:
        kinds = taken_by(cls).kinds
        for name, parameter in inspect.signature(cls).parameters.items():
            if parameter.default is not parameter.empty and name in kinds:
                check_kinds(cls, (), {name: parameter.default})


def test_strides_of_pooling_may_be_none():
    assert layers.MaxPooling2D(3, strides=None).strides == layers.AveragePooling2D(3, None).strides == (3, 3)
    with pytest.raises(ValueError, match="`strides` of Conv2D must be"):
        layers.Conv2D(1, 3, strides=None)


def test_an_array_is_an_initializer():
    layer = layers.Dense(2, kernel_initializer=np.array([[1.0, 2.0]]))
    layer.build((None, 1))
    assert layer.kernel.numpy().tolist() == [[1.0, 2.0]]
    with pytest.raises(ValueError, match="`kernel_initializer` of Dense must be a name"):
        layers.Dense(2, kernel_initializer=[1.0, 2.0])
