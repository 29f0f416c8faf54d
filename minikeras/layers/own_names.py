"""Names that a user's layer gives its parts while the machinery has them too, as `logits`, `forward` or `inputs`.

In Keras these names are free. So each side sees its own: the code of this library what the library defines, all other code what
the user's class or object keeps under the name. `forward`, `backward`, `logits` and `backward_from_logits` defined as methods
are no such names: with them a class gives its own formulas.
"""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from minikeras._core.origin import of_the_house

FREE = frozenset(
    "activation backward batch_input_shape build_for check_input_shape compiled compiled_loss compiled_metrics convert "
    "convert_inputs fixed_axes flat_mask_of flat_outputs forward found_spec has_no_build head_names inbound_nodes infer "
    "infer_with_mask input_names input_shape inputs is_penalized is_traced known logits makes_mask no_mask note_activity "
    "operations outbound_nodes output_names output_shape output_specs output_structure outputs penalty resolve_trainable "
    "retrace seed_generators updates ways".split()
)
METHODS = FREE.intersection("convert convert_inputs infer known operations penalty updates".split())
_HOUSE = __name__.partition(".")[0]
_NOTHING = object()


class TwoSided:
    """An attribute of a user's class that is one thing to the library and another to everybody else.

    Args:
        name: its name.
        house: what the library's classes define under it.
        own: what the user's class defines; an object's own value goes first.
    """

    def __init__(self, name: str, house: Any, own: Any = None):
        self.name, self.house, self.own = name, house, house if own is None else own

    def __get__(self, layer: Any, owner: type | None = None) -> Any:
        found = self.house
        if not _is_house(sys._getframe(1)):
            if layer is not None and self.name in vars(layer):
                return vars(layer)[self.name]
            found = self.own
        return found.__get__(layer, owner) if hasattr(type(found), "__get__") else found

    def __set__(self, layer: Any, value: Any) -> None:
        vars(layer)[self.name] = value

    def __delete__(self, layer: Any) -> None:
        if self.name not in vars(layer):
            raise AttributeError(self.name)
        del vars(layer)[self.name]


def free_name(layer: Any, name: str) -> None:
    """Let an object of a user's class have an attribute of a name that the library uses; called before it is set."""
    cls, frame = type(layer), sys._getframe(2)
    while frame.f_code.co_name == "__setattr__":
        frame = frame.f_back
    house = _defined(cls.__mro__, name)
    if house is not _NOTHING and type(house) is not TwoSided and not of_the_house(cls) and not _is_house(frame):
        setattr(cls, name, TwoSided(name, house))


def free_methods(cls: type, written: dict) -> None:
    """Let a user's class have methods of names that the library uses; called when the class is made, with those it defines."""
    for name, own in written.items() if written and not of_the_house(cls) else ():
        house = vars(cls)[name]
        if house is own:
            house = _defined(cls.__mro__[1:], name)
        house = house.house if type(house) is TwoSided else house
        if house is not _NOTHING and type(own) is not TwoSided:
            setattr(cls, name, TwoSided(name, house, own))


def _is_house(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__")).partition(".")[0] == _HOUSE


def _defined(classes: tuple, name: str) -> Any:
    """What the first of some classes that has it has under a name, as it was written."""
    return next((vars(part)[name] for part in classes if name in vars(part)), _NOTHING)
