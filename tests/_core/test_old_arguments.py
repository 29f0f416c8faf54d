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
