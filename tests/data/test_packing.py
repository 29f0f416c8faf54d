"""Tuples of data, taken apart and put together as in Keras."""

import pytest

from minikeras.data import pack_x_y_sample_weight, unpack_x_y_sample_weight


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        ("x", ("x", None, None)),
        (("x",), ("x", None, None)),
        (("x", "y"), ("x", "y", None)),
        (["x", "y"], ("x", "y", None)),
        (("x", "y", "w"), ("x", "y", "w")),
    ],
)
def test_unpack(data, parts):
    assert unpack_x_y_sample_weight(data) == parts


@pytest.mark.parametrize("data", [(), (1, 2, 3, 4)])
def test_unpack_refuses_other_lengths(data):
    with pytest.raises(ValueError, match=rf"got {len(data)} parts"):
        unpack_x_y_sample_weight(data)


def test_pack():
    assert pack_x_y_sample_weight("x") == "x"
    assert pack_x_y_sample_weight(["x"]) == (["x"],)
    assert pack_x_y_sample_weight("x", "y") == ("x", "y")
    assert pack_x_y_sample_weight("x", "y", "w") == ("x", "y", "w")
