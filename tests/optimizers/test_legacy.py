from minikeras import optimizers
from minikeras.optimizers import legacy


def test_the_names_are_those_of_today():
    assert all(getattr(legacy, name) is getattr(optimizers, name) for name in legacy.__all__)
    assert float(optimizers.legacy.Adam(learning_rate=0.5).learning_rate) == 0.5
