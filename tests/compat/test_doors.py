import importlib

import pytest


@pytest.mark.parametrize("name", ["keras", "tensorflow", "tf_keras"])
def test_a_door_opens_only_under_its_own_name(name):
    from minikeras.compat import finder

    importlib.import_module(f"minikeras.compat.doors.{name}")
    assert not finder.is_installed()
