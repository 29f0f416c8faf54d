"""Names that are imported when they are asked for: a package of a hundred layers starts as fast as one of ten."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from minikeras._core.missing import missing
from minikeras._core.naming import snake_case
from minikeras._core.origin import announce


def lazily(
    package: str,
    later: dict[str, str] | None = None,
    also: dict[str, str] | None = None,
    registry: Any = None,
    modules: str = "",
) -> Callable:
    """Return the ``__getattr__`` of a module: names are imported when they are asked for, and `missing` tells of all others.

    Args:
        package: its name.
        later: ``{module below the package: names in it, separated by spaces}``.
        also: ``{other name: name}``.
        registry: finds these names, too.
        modules: modules of the package that are imported so themselves.

    >>> lazily("json", {"decoder": "JSONDecoder"}, {"Reader": "JSONDecoder"})("Reader").__name__
    'JSONDecoder'
    """
    where = {name: f"{package}.{module}" for module, names in (later or {}).items() for name in names.split()}
    also = also or {}

    def __getattr__(name: str) -> Any:
        known = also.get(name, name)
        if name in modules.split():
            return importlib.import_module(f"{package}.{name}")
        if known not in where:
            raise missing(package, name)
        found = getattr(importlib.import_module(where[known]), known)
        announce(found)
        if registry is not None and isinstance(found, type):
            registry.table.get(known)  # enters it, if its module has not
        return found

    if registry is not None:
        classes = {name: (where[also.get(name, name)], also.get(name, name)) for name in [*where, *also] if name[0].isupper()}
        derived = {spelling: place for name, place in classes.items() for spelling in (name.lower(), snake_case(name))}
        registry.table.later({**derived, **classes}, registry.register)
    return __getattr__


class Table(dict):
    """A dict from names to objects, some of which are still to be imported.

    >>> table = Table(a=1); table.later({"b": ("json", "JSONDecoder")}, None); "b" in table, table.get("c"), table["b"].__name__
    (True, None, 'JSONDecoder')
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._later: dict[str, tuple[str, str]] = {}
        self._enter: Callable | None = None

    def later(self, places: dict[str, tuple[str, str]], enter: Callable | None) -> None:
        """Names with the module and the name there of what they stand for; ``enter`` gets what its module did not enter."""
        self._later.update(places)
        self._enter = enter

    def load(self) -> None:
        """Import all that is still to come."""
        for name in list(self._later):
            self._fetch(name)

    def _fetch(self, name: str) -> None:
        place = self._later.pop(name, None)
        if place is None:
            return
        found = getattr(importlib.import_module(place[0]), place[1])
        announce(found)
        if not super().__contains__(place[1]) and self._enter is not None:
            self._enter(found)
        if not super().__contains__(name):
            self[name] = found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._later

    def __missing__(self, name: str) -> Any:
        if name not in self._later:
            raise KeyError(name)
        self._fetch(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The object of a name."""
        return self[name] if name in self else default

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The object of a name; one that is still to come counts only where it is already there."""
        return super().setdefault(name, default)

    def __iter__(self) -> Iterator:
        self.load()
        return super().__iter__()

    def keys(self) -> Any:
        """All names."""
        self.load()
        return super().keys()

    def values(self) -> Any:
        """All objects."""
        self.load()
        return super().values()

    def items(self) -> Any:
        """All pairs."""
        self.load()
        return super().items()
