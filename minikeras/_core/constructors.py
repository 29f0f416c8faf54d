"""The door of all classes that are made of arguments: what a constructor takes, by name, number and kind.

The kinds are read off the annotations, an argument declared as `float` takes numbers, one declared as `bool` no text, and off
the names, which mean one thing throughout. Ranges of numbers stand in the class attribute `ranges`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from minikeras._core.arguments import is_number, unknown_arguments
from minikeras._core.naming import shorten
from minikeras._core.origin import of_the_house

_CATCH_ALLS = inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD


class Kind(NamedTuple):
    """What an argument takes."""

    fits: Callable[[Any], bool]
    words: str  # for the message: "must be ..."
    none: bool = False  # whether None is fine, too


class Taken(NamedTuple):
    """What the constructor of a class takes."""

    names: tuple[str, ...]  # of the arguments that may stand by position, in order
    known: tuple[str, ...]  # all names
    required: tuple[str, ...]
    more_by_position: bool
    more_by_name: bool
    kinds: Mapping[str, Kind]


def check_call(cls: type, args: tuple, given: dict) -> None:
    """Raise if a class of this library is called with arguments that it doesn't take, or without one that it needs.

    Names that a class takes in its ``**kwargs`` it looks at itself, unless an argument is missing that may have been misspelt.

    >>> class Scale:
    ...     def __init__(self, factor: float, name: str | None = None): ...
    >>> check_call(Scale, (), {"factor": 2.0})
    >>> check_call(Scale, (), {"facto": 2.0})
    Traceback (most recent call last):
    minikeras._core.arguments.UnknownArgument: Scale got an unknown argument: `facto`. Did you mean `factor`? ...
    >>> check_call(Scale, (), {"name": "s"})
    Traceback (most recent call last):
    TypeError: Scale needs the argument `factor`. It takes factor, name.
    """
    taken = taken_by(cls)
    if len(args) > len(taken.names) and not taken.more_by_position:
        most = f"at most {len(taken.names)} arguments by position ({', '.join(taken.names)})" if taken.names else "no arguments"
        raise TypeError(f"{cls.__name__} takes {most}, got {len(args)}.")
    missing = [name for name in taken.required if name not in given and name not in taken.names[: len(args)]]
    if missing or not taken.more_by_name:
        unknown_arguments(cls.__name__, given, taken.known)
    if missing:
        named = ", ".join(f"`{name}`" for name in missing)
        raise TypeError(
            f"{cls.__name__} needs the argument{'s' if len(missing) > 1 else ''} {named}. It takes {', '.join(taken.known)}."
        )


def check_kinds(cls: type, args: tuple, given: dict) -> None:
    """Raise if a value is not of the kind that its argument takes: in the words of the class, where it has any.

    >>> class Scale:
    ...     def __init__(self, factor: float): ...
    >>> check_kinds(Scale, (2.0,), {})
    >>> check_kinds(Scale, ("big",), {})
    Traceback (most recent call last):
    ValueError: Argument `factor` of Scale must be a number, got 'big'.
    """
    taken, ranges, nan = taken_by(cls), getattr(cls, "ranges", {}), getattr(cls, "takes_nan", True)
    kinds = taken.kinds
    for name, value in (*zip(taken.names, args), *given.items()):
        if name not in kinds and name not in ranges and type(value) is not float:
            continue
        wanted = _wanted(kinds.get(name), ranges.get(name), value)
        is_nan = isinstance(value, (float, np.floating)) and value != value
        if wanted is None and is_nan and nan is not True and name not in nan:
            wanted = "a number, and not NaN"
        if wanted is not None:
            try:
                cls.__init__(object.__new__(cls), *args, **given)
            except (ValueError, TypeError) as error:
                if name in str(error) and re.search(rf"\b{cls.__name__}\b", str(error)):
                    raise
            except Exception:  # the message below says more
                pass
            raise ValueError(f"Argument `{name}` of {cls.__name__} must be {wanted}, got {shorten(value)}.")


def _wanted(kind: Kind | None, bounds: tuple[float, float] | None, value: Any) -> str | None:
    """What a value should have been, in words; None where it is fine."""
    if kind is not None and not (value is None and kind.none or kind.fits(value)):
        return kind.words
    if bounds is not None and isinstance(value, (int, float, np.number)) and not bounds[0] <= value <= bounds[1]:
        low, high = bounds
        return "above 0" if 0 < low < 1e-300 else f"from {low} to {high}" if high < np.inf else f"{low} or more"
    return None


def taken_by(cls: type) -> Taken:
    """What the constructor of a class takes: its own signature, and behind ``**kwargs`` those of the classes above.

    >>> class Sized:
    ...     def __init__(self, size: int, *, flat: bool = False): ...
    >>> taken_by(Sized).names, taken_by(Sized).required, sorted(taken_by(Sized).kinds)
    (('size',), ('size',), ['flat', 'size'])
    """
    known = vars(cls).get("_taken")
    if known is None:
        known = cls._taken = _read(cls)
    return known


def _read(cls: type) -> Taken:
    if cls.__init__ is object.__init__:
        return Taken((), (), (), False, False, {})
    own = list(inspect.signature(cls.__init__).parameters.values())[1:]
    by_name = any(p.kind is p.VAR_KEYWORD for p in own)
    many = any(p.kind is p.VAR_POSITIONAL for p in own)
    if hasattr(cls, "__signature__"):  # of optimizers, whose own one hands on the rest
        own, many = list(cls.__signature__.parameters.values()), False
    named = {p.name: p for p in own if p.kind not in _CATCH_ALLS}
    everything, kinds = dict(named), dict(named) if of_the_house(cls) else {}
    for base in cls.__mro__[:-1] if by_name else [next(c for c in cls.__mro__ if "__init__" in vars(c))]:
        if "__init__" in vars(base):
            parameters = list(inspect.signature(base.__init__).parameters.values())[1:]
            above = {p.name: p for p in parameters if p.kind not in _CATCH_ALLS}
            everything = {**above, **everything}
            kinds = {**above, **kinds} if of_the_house(base) else kinds
    return Taken(
        tuple(name for name, p in named.items() if p.kind is not p.KEYWORD_ONLY),
        (*named, *(name for name in everything if name not in named), *getattr(cls, "more_arguments", ())),
        tuple(name for name, p in named.items() if p.default is p.empty),
        many,
        by_name,
        {name: kind for name, p in kinds.items() if (kind := kind_of(name, p.annotation)) is not None},
    )


def kind_of(name: str, annotation: Any) -> Kind | None:
    """The kind of an argument with this name and annotation; None where anything goes, or the class looks for itself.

    >>> kind_of("rate", "float").words, kind_of("kernel_regularizer", "Any").words, kind_of("x", "Any")
    ('a number', 'a name, a config, an object or a function', None)
    """
    if annotation == "Any":
        return _NAMES.get(name) or next((kind for end, kind in _ENDS.items() if name.endswith(end)), None)
    return _KINDS.get(annotation)


def is_whole(value: Any) -> bool:
    """Whether a value is one whole number, as an integer or, as some files have it, as a float.

    >>> is_whole(2), is_whole(np.int64(2)), is_whole(2.0), is_whole(2.5), is_whole("2")
    (True, True, True, False, False)
    """
    return is_number(value) and float(value).is_integer()


def is_switch(value: Any) -> bool:
    """Whether a value is yes or no: a boolean, or 0 or 1.

    >>> is_switch(True), is_switch(np.bool_(False)), is_switch(1), is_switch("False"), is_switch(2)
    (True, True, True, False, False)
    """
    return isinstance(value, (bool, np.bool_)) or isinstance(value, (int, np.integer, float)) and value in (0, 1)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _describes(value: Any) -> bool:
    return isinstance(value, (str, dict)) or callable(value) or hasattr(value, "get_config")


def are_axes(value: Any) -> bool:
    """Whether a value is one whole number or several.

    >>> are_axes(1), are_axes((1, 2)), are_axes("ab"), are_axes(1.5)
    (True, True, False, False)
    """
    if isinstance(value, (str, dict)) or not np.iterable(value):
        return is_whole(value)
    return all(n is None or is_whole(n) for n in value)


def _are_numbers(value: Any) -> bool:
    if isinstance(value, (str, dict)):
        return isinstance(value, dict) and "class_name" in value  # an array, as a file describes it
    try:
        return np.asarray(value, np.float64).dtype.kind == "f"
    except (TypeError, ValueError):
        return False


def _is_seed(value: Any) -> bool:
    return is_whole(value) or hasattr(value, "get_config") or isinstance(value, dict)


def _is_type(value: Any) -> bool:
    if isinstance(value, dict):
        return "class_name" in value
    return isinstance(value, (str, type, np.dtype)) or hasattr(value, "compute_dtype") or hasattr(value, "as_numpy_dtype")


_OBJECT = Kind(_describes, "a name, a config, an object or a function", True)
_START = Kind(
    lambda value: _describes(value) or isinstance(value, (np.ndarray, np.generic)), f"{_OBJECT.words} or an array", True
)
_KINDS = {
    "float": Kind(is_number, "a number"),
    "float | None": Kind(is_number, "a number", True),
    "int": Kind(is_whole, "a whole number"),
    "int | None": Kind(is_whole, "a whole number", True),
    "bool": Kind(is_switch, "True or False", True),
    "bool | None": Kind(is_switch, "True or False", True),
    "str": Kind(_is_text, "a string"),
    "str | None": Kind(_is_text, "a string", True),
    "list": Kind(np.iterable, "a list"),
    "None": Kind(lambda value: False, "None: this is not supported", True),
    "Callable": Kind(callable, "a function"),
    "Callable | None": Kind(callable, "a function", True),
}
_AXES = Kind(are_axes, "a whole number, or several", True)
_NUMBERS = Kind(_are_numbers, "a number, or an array of them", True)
_KINDS.update({"list[float] | None": _NUMBERS, "Sequence[float]": _NUMBERS})
_NAMES = {  # one word means one thing, wherever it stands
    **dict.fromkeys("axis axes shared_axes input_axes output_axes dims target_shape target_class_ids".split(), _AXES),
    "kernel_size": Kind(are_axes, "a positive whole number, or one for each axis"),
    "strides": Kind(are_axes, "a positive whole number, or one for each axis", True),  # None: those of the pool
    **dict.fromkeys("alpha thresholds label_weights boundaries values scale offset mean variance value".split(), _NUMBERS),
    "dtype": Kind(_is_type, "a dtype, a policy or the name of one", True),
    "seed": Kind(_is_seed, "a whole number of at least 0, a SeedGenerator or None", True),
    "reduction": _KINDS["str | None"],
    "mask_value": Kind(lambda value: isinstance(value, str) or _are_numbers(value), "a number or a string", True),
}
_ENDS = {
    "_initializer": _START,
    **dict.fromkeys(("_regularizer", "_constraint", "activation"), _OBJECT),
    "dtype": _NAMES["dtype"],
}
