"""Arguments and names that were others in older Keras: one mechanism for all tables, one hint for each, once per process."""

from __future__ import annotations

import contextlib
import functools
import importlib
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from minikeras._core.missing import missing

_hinted: set[tuple[str, str]] = set()
_settings = {"hints": True}
ANY = object()  # in a table of what is no more: every value is fine


class Old:
    """What older Keras called the arguments of a class.

    Args:
        names: ``{old name: name of today}``.
        words: ``{old name: what turns its values into those of today}``, a function or a dict.
        moot: ``{old name: the values that ask for nothing but what the class does anyway}``, or `ANY`; or a hint, by which
            any value is dropped.
        rewrite: ``(args, kwargs) -> (args, kwargs)`` for what no renaming does; comes first.

    >>> lamp = Old({"lux": "lumen"}, {"lux": {"bright": 800}}, {"gas": (None,)})
    >>> lamp.translate("Lamp", (), {"lux": "bright", "gas": None}, quiet=True)
    ((), {'lumen': 800})
    >>> lamp.translate("Lamp", (), {"gas": "town"})
    Traceback (most recent call last):
    ValueError: Argument `gas` of Lamp is no more: it can only be None, got 'town'.
    """

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        words: Mapping[str, Any] | None = None,
        moot: Mapping[str, Any] | None = None,
        rewrite: Callable | None = None,
        positions: int | None = None,
    ):
        self.names, self.words, self.moot, self.rewrite = dict(names or {}), dict(words or {}), dict(moot or {}), rewrite
        self.positions = positions  # with so many arguments by position, or more, the rewriting is asked
        self.known = frozenset([*self.names, *self.moot])

    def concerns(self, args: tuple, kwargs: Mapping[str, Any]) -> bool:
        """Whether anything of old is among these arguments."""
        if not self.known.isdisjoint(kwargs):
            return True
        return self.positions is not None and len(args) >= self.positions

    def translate(self, owner: str, args: tuple, kwargs: Mapping[str, Any], quiet: bool = False) -> tuple[tuple, dict]:
        """Return the arguments in the words of today.

        Args:
            owner: the class, for hints and errors.
            args, kwargs: as they were given.
            quiet: whether to keep the hints to oneself, and to let the new name win where both are there: for files.
        """
        args, kwargs = (args, dict(kwargs)) if self.rewrite is None else self.rewrite(args, dict(kwargs))
        for old in [name for name in kwargs if name in self.names]:
            new, value = self.names[old], kwargs.pop(old)
            if new in kwargs:
                if quiet:
                    continue
                raise TypeError(f"{owner} got `{new}` twice: also under its old name `{old}`.")
            word = self.words.get(old)
            kwargs[new] = value if word is None else word(value) if callable(word) else word.get(value, value)
            if not quiet:
                hint("renamed", f"{old} {new}", f"Argument `{old}` of {owner} still works; it is called `{new}` now.")
        for old in [name for name in kwargs if name in self.moot]:
            value, values = kwargs.pop(old), self.moot[old]
            if isinstance(values, str):
                if value and not quiet:
                    hint("dropped", f"{owner} {old}", f"Argument `{old}` of {owner} is no more, it changes nothing: {values}.")
            elif values is not ANY and not quiet and not any(value is v or _same(value, v) for v in values):
                raise ValueError(f"Argument `{old}` of {owner} is no more: it can only be {values[0]!r}, got {value!r}.")
        return args, kwargs


def _same(a: Any, b: Any) -> bool:
    return type(a) is type(b) and a == b


def teach(cls: type, old: Old) -> None:
    """Let a class understand its old arguments; its signature stays that of today.

    >>> class Lamp:
    ...     def __init__(self, lumen): self.lumen = lumen
    >>> teach(Lamp, Old({"lux": "lumen"})); disable_hints(); Lamp(lux=3).lumen
    3
    >>> enable_hints()
    """
    init = cls.__init__

    @functools.wraps(init)
    def __init__(self, *args, **kwargs):
        if old.concerns(args, kwargs):
            args, kwargs = old.translate(cls.__name__, args, kwargs)
        init(self, *args, **kwargs)

    cls.__init__ = __init__
    cls._old_arguments = old


def as_today(cls: type, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """The arguments of a call of a class in the words of today, without a hint: for the checks before ``__init__``."""
    old = getattr(cls, "_old_arguments", None)
    if old is None or not old.concerns(args, kwargs):
        return args, kwargs
    return old.translate(cls.__name__, args, kwargs, quiet=True)


class CallableModule(types.ModuleType):
    """A module that Keras 2 had as a class in its place: ``keras.optimizers.sgd(lr=0.1)``."""

    def __call__(self, *args, **kwargs):
        return getattr(self, self.called)(*args, **kwargs)


def callable_module(name: str, called: str) -> None:
    """Let a call of a module be a call of something in it.

    >>> import fractions
    >>> callable_module("fractions", "Fraction"); fractions(1, 2)
    Fraction(1, 2)
    >>> fractions.__class__ = types.ModuleType; del fractions.called
    """
    module = sys.modules[name]
    module.__class__, module.called = CallableModule, called


def old_names(module: str, table: Mapping[str, str], otherwise: Callable | None = None) -> Callable:
    """Return a ``__getattr__`` for a module, by which things are found under their old names.

    Args:
        module: its name.
        table: ``{old name: name of today}``; ``"module:name"`` where it stands in a module of its own, which has no hint.
        otherwise: asked for names that are not in the table.

    >>> find = old_names("math", {"squareroot": "sqrt", "rev": "operator:neg"}); disable_hints()
    >>> find("squareroot")(4.0), find("rev")(1); enable_hints()
    (2.0, -1)
    """

    def __getattr__(name: str) -> Any:
        new = table.get(name)
        if new is None:
            if otherwise is not None:
                return otherwise(name)
            raise missing(module, name)
        where, _, new = new.rpartition(":")
        found = getattr(importlib.import_module(where or module), new)
        if not where:
            hint("names", f"{module}.{name}", f"`{module.rpartition('.')[2]}.{name}` still works; it is called `{new}` now.")
        return found

    __getattr__.names = tuple(table)  # type: ignore[attr-defined]  # which `from keras.layers import *` takes, too
    return __getattr__


def hint(owner: str, name: str, text: str) -> None:
    """Warn, the first time, that an argument of older Keras was given.

    Args:
        owner: who takes it, such as ``"LeakyReLU"`` or ``"optimizers"``.
        name: the old name.
        text: what to say.

    >>> with warnings.catch_warnings(record=True) as seen:
    ...     warnings.simplefilter("always")
    ...     hint("Lamp", "lux", "Say `lumen`."); hint("Lamp", "lux", "Say `lumen`.")
    >>> [str(one.message) for one in seen]
    ['Say `lumen`.']
    """
    if _settings["hints"] and (owner, name) not in _hinted:
        _hinted.add((owner, name))
        try:
            warnings.warn(text, UserWarning, stacklevel=outside())
        except UserWarning:  # `-W error` is for faults: what the caller asks for is done, and the hint is only said
            print(f"minikeras: {text}", file=sys.stderr)


def disable_hints() -> None:
    """Say nothing where a name or an argument of older Keras is used.

    >>> disable_hints(); hint("Lamp", "candle", "Say `candela`."); enable_hints()
    """
    _settings["hints"] = False


def enable_hints() -> None:
    """Say once, for each name and argument of older Keras that is used, what it is called now; this is the default.

    >>> enable_hints()
    """
    _settings["hints"] = True


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Within it, nothing is said, and what would have been said is said another time.

    >>> with quiet():
    ...     hint("Lamp", "torch", "Say `lamp`.")
    """
    before = _settings["hints"]
    _settings["hints"] = False
    try:
        yield
    finally:
        _settings["hints"] = before


def forget() -> None:
    """Give every hint anew.

    >>> forget()
    """
    _hinted.clear()


def outside() -> int:
    """How many frames up, for a warning of who calls this, the first caller outside this library stands."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith("minikeras."):
        level, frame = level + 1, frame.f_back
    return level
