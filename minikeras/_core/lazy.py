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
    functions: bool = False,
) -> Callable:
    """Return the ``__getattr__`` of a module: names are imported when they are asked for, and `missing` tells of all others.

    Args:
        package: its name.
        later: ``{module below the package, or the full name of one: names in it, separated by spaces}``.
        also: ``{other name: name}``.
        registry: finds the classes among these names, too.
        modules: modules of the package that are imported so themselves.
        functions: whether the registry finds the functions as well, by their exact names.

    >>> lazily("json", {"decoder": "JSONDecoder"}, {"Reader": "JSONDecoder"})("Reader").__name__
    'JSONDecoder'
    """
    house = package.partition(".")[0] + "."
    places = [(m if m.startswith(house) else f"{package}.{m}", names) for m, names in (later or {}).items()]
    where = {name: module for module, names in places for name in names.split()}
    also = also or {}

    def __getattr__(name: str) -> Any:
        known = also.get(name, name)
        if name in modules.split():
            return importlib.import_module(f"{package}.{name}")
        if known not in where:
            raise missing(package, name)
        found = getattr(importlib.import_module(where[known]), known)
        announce(found)
        if registry is not None and (functions or isinstance(found, type)):
            registry.table.get(known)  # enters it, if its module has not
        return found

    if registry is not None:
        known = [name for name in (*where, *also) if functions or name[0].isupper()]
        registry.table.later({n: (where[also.get(n, n)], also.get(n, n)) for n in known}, registry.register)
    return __getattr__


class Table(dict):
    """A dict from names to objects, some of which are still to be imported.

    >>> table = Table(a=1); table.later({"b": ("json", "JSONDecoder")}, None); "b" in table, table.get("c"), table["b"].__name__
    (True, None, 'JSONDecoder')
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._later: dict[str, tuple[str, str, Callable | None]] = {}
        self._classes: dict[str, tuple[str, str, Callable | None]] = {}  # of those, that have other spellings

    def later(self, places: dict[str, tuple[str, str]], enter: Callable | None) -> None:
        """Names with the module and the name there of what they stand for; ``enter`` gets what its module did not enter.

        Classes go by their names in lower and in snake case, too, where these are not the names of something else.
        """
        added = {name: (*place, enter) for name, place in places.items()}
        self._later.update(added)
        self._classes.update({name: place for name, place in added.items() if name[0].isupper()})

    def _is_to_come(self, name: object) -> bool:
        """Whether a name is one of those; the other spellings are made when somebody asks for a name that is not there."""
        if name not in self._later and self._classes:
            for cls, place in self._classes.items():
                for spelling in (cls.lower(), snake_case(cls)):
                    if not super().__contains__(spelling):
                        self._later.setdefault(spelling, place)
            self._classes = {}
        return name in self._later

    def load(self) -> None:
        """Import all that is still to come."""
        self._is_to_come("")
        for name in list(self._later):
            self._fetch(name)

    def _fetch(self, name: str) -> None:
        place = self._later.pop(name, None)
        if place is None:
            return
        module, exact, enter = place
        found = getattr(importlib.import_module(module), exact)
        announce(found)
        if enter is not None and not super().__contains__(exact):
            enter(found)
        if not super().__contains__(name):
            self[name] = found

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._is_to_come(name)

    def __missing__(self, name: str) -> Any:
        if not self._is_to_come(name):
            raise KeyError(name)
        self._fetch(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The object of a name."""
        return self[name] if name in self else default

    def setdefault(self, name: str, default: Any = None) -> Any:
        """The object of a name; one that is still to come has its name already."""
        return default if name in self._later else super().setdefault(name, default)

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
