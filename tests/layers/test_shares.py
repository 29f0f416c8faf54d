from minikeras.layers.shares import Shares


def test_the_first_argument_stands_apart():
    dx, others = Shares(1, {"value": 2})
    assert (dx, others["value"]) == (1, 2)
