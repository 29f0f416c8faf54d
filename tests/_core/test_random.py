import random

import numpy as np
import pytest

from minikeras._core.random import SeedGenerator, follow_numpy, make_default_seed, make_rng, set_random_seed


def test_one_seed_seeds_everything():
    def draw():
        set_random_seed(5)
        return make_default_seed(), random.random(), np.random.rand(), make_rng().random(), SeedGenerator().rng().random()

    assert draw() == draw()


@pytest.mark.parametrize("wrong", [-1, 2**32, 1.5, "1", None, True])
def test_a_wrong_seed(wrong):
    with pytest.raises(ValueError, match=r"integer from 0 to 2\*\*32 - 1"):
        set_random_seed(wrong)


def test_a_stream_gives_new_numbers_and_can_be_put_back():
    stream = SeedGenerator(7)
    first = stream.rng().random(4)
    state = stream.state.numpy()
    second = stream.rng().random(4)
    assert not np.array_equal(first, second)
    stream.state.assign(state)
    assert np.array_equal(stream.rng().random(4), second)
    assert stream.state.value.tolist() == [7, 2] and stream.state.dtype == "uint32" and not stream.state.trainable
    assert SeedGenerator.from_config(stream.get_config()).next().tolist() == [7, 0]


def test_seeds_as_keras_takes_them():
    assert make_rng(3).random() == make_rng(np.int64(3)).random() == make_rng(3).random()
    with pytest.raises(ValueError, match="must be either an integer, a SeedGenerator or None"):
        make_rng("x")
    for wrong in (-1, 1.5, "x"):
        with pytest.raises(ValueError, match="must be an integer >= 0"):
            SeedGenerator(wrong)
    with pytest.raises(ValueError, match="SeedGenerator got an unknown argument"):
        SeedGenerator(1, nonsense=2)


def test_numpys_seed_counts_where_it_is_asked_for(monkeypatch):
    monkeypatch.setattr("minikeras._core.random._source", {"numpy": False, "seeded": False, "own": None})

    def draw(seed):
        follow_numpy()
        np.random.seed(seed)
        before = np.random.get_state()[2]
        drawn = [make_default_seed() for _ in range(3)]
        assert np.random.get_state()[2] == before  # nothing was taken from NumPy's own numbers
        return drawn

    first = draw(1)
    assert len(set(first)) == 3 and draw(1) == first != draw(2)
    set_random_seed(5)  # says it all
    after = make_default_seed()
    set_random_seed(5)
    np.random.seed(9)
    assert make_default_seed() == after
