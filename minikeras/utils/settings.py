"""A dict whose entries are attributes, for the settings of an experiment."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from minikeras._core.naming import nearest


class Config(MutableMapping):
    """Named values, read and written as attributes or as entries; can be frozen and written as JSON.

    Args:
        **kwargs: the values to start with.

    >>> config = Config(units=32); config.rate = 0.1
    >>> config["rate"], config.as_dict(), config.to_json()
    (0.1, {'units': 32, 'rate': 0.1}, '{"units": 32, "rate": 0.1}')
    >>> config.freeze(); config.units = 64
    Traceback (most recent call last):
    ValueError: Cannot change 'units': the config is frozen. Call unfreeze() first.
    """

    def __init__(self, **kwargs):
        vars(self).update(_config=dict(kwargs), _frozen=False)

    @property
    def frozen(self) -> bool:
        """Whether changes are refused."""
        return self._frozen

    def freeze(self) -> None:
        """Refuse changes from now on."""
        vars(self)["_frozen"] = True

    def unfreeze(self) -> None:
        """Allow changes again."""
        vars(self)["_frozen"] = False

    def as_dict(self) -> dict:
        """Return the values as a plain dict."""
        return dict(self._config)

    def to_json(self) -> str:
        """Return the values as JSON text."""
        return json.dumps(self._config)

    def __setitem__(self, name: str, value: Any) -> None:
        self._need_thaw(name)
        self._config[name] = value

    def __delitem__(self, name: str) -> None:
        self._need_thaw(name)
        del self._config[name]

    def __getitem__(self, name: str) -> Any:
        return self._config[name]

    def __iter__(self) -> Iterator:
        return iter(sorted(self._config))

    def __len__(self) -> int:
        return len(self._config)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __getattr__(self, name: str) -> Any:
        values = vars(self).get("_config", {})
        if name in values:
            return values[name]
        near = nearest(name, values, 0.7)
        raise AttributeError(f"Unknown attribute: '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""))

    def __repr__(self) -> str:
        return f"<Config {self._config}>"

    def _need_thaw(self, name: str) -> None:
        if self._frozen:
            raise ValueError(f"Cannot change {name!r}: the config is frozen. Call unfreeze() first.")
