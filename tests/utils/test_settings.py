import pytest

from minikeras.utils import Config


def test_a_dict_of_attributes():
    config = Config(units=3)
    config.rate = 0.5
    config["seed"] = 1
    assert (config.units, config["rate"], config.get("none", 7), len(config)) == (3, 0.5, 7, 3)
    assert list(config) == ["rate", "seed", "units"]
    assert config.pop("seed") == 1 and "seed" not in config and config.as_dict() == {"units": 3, "rate": 0.5}
    config.update(units=4, more=[1])
    assert config.to_json() == '{"units": 4, "rate": 0.5, "more": [1]}' and repr(config).startswith("<Config {")


def test_frozen():
    config = Config(units=3)
    config.freeze()
    assert config.frozen
    for change in (lambda: config.update(units=1), lambda: config.pop("units"), lambda: setattr(config, "units", 1)):
        with pytest.raises(ValueError, match="frozen"):
            change()
    config.unfreeze()
    config.units = 2
    assert config.units == 2


def test_misspelt():
    with pytest.raises(AttributeError, match="Unknown attribute: 'unitz'. Did you mean 'units'?"):
        Config(units=3).unitz  # noqa: B018
