import io

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras import layers
from minikeras.saving.hdf5 import open_hdf5
from minikeras.saving.optimizer_state import plan_optimizer, reordered
from minikeras.saving.plan import Plan

SHAPES = [(2, 3), (3,)]


def datasets(*values):
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        for i, value in enumerate(values):
            root[str(i)] = value
    root = open_hdf5(file, "x.h5")
    return [root.dataset(str(i)) for i in range(len(values))]


def planned(optimizer, *values, names=None):
    """Load these arrays into a model's optimizer: (why not, the first number of each variable)."""
    model = keras.Sequential([layers.Dense(3, input_shape=(2,))])
    model.compile(optimizer, "mse")
    plan = Plan("x.h5")
    problem = plan_optimizer(plan, model.optimizer, model, datasets(*values), names)
    plan.carry_out()
    return problem, [v.value.flat[0] for v in model.optimizer.variables]


def slots(start):
    return [np.full(shape, start + i, "f4") for i, shape in enumerate(SHAPES)]


COUNT, RATE = np.int64(7), np.float32(0.5)


def test_as_keras_3_writes_it():
    assert planned("adam", COUNT, RATE, *[s for pair in zip(slots(1), slots(3), strict=True) for s in pair]) == (
        None,
        [7, 0.5, 1, 3, 2, 4],
    )


def test_keras_2_15_has_no_learning_rate():
    problem, found = planned(keras.optimizers.SGD(0.25, momentum=0.9), COUNT, *slots(1))
    assert problem is None and found == [7, 0.25, 1, 2]


def test_slots_of_an_sgd_without_momentum_are_left_out():
    assert planned(keras.optimizers.SGD(0.25), COUNT, *slots(1)) == (None, [7, 0.25])


def test_an_optimizer_saved_before_its_first_step():
    problem, found = planned("adam", np.int32(0), RATE)
    assert problem is None and found == [0, 0.5, 0, 0, 0, 0]


def test_a_schedule_has_no_learning_rate():
    rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    assert planned(keras.optimizers.SGD(rate, momentum=0.5), COUNT, *slots(1)) == (None, [7, 1, 2])


def test_the_state_of_another_optimizer_is_told():
    problem, found = planned("sgd", COUNT, RATE, *slots(1), *slots(3))
    assert "optimizer 'sgd" in problem and found[0] == 0


def test_misshapen_slots_are_an_error():
    with pytest.raises(ValueError, match=r"x.h5: optimizer 'adam.*shape \(2, 3\).*shape \(9,\)"):
        planned("adam", COUNT, RATE, *[np.zeros(9, "f4")] * 4)


def test_slots_kind_after_kind_are_put_in_turns():
    names = ["iterations:0", "Adam/a/m:0", "Adam/b/m:0", "Adam/a/v:0", "Adam/b/v:0"]
    found = reordered(datasets(COUNT, *slots(1), *slots(3)), ["Adam/" + n if n == "iterations:0" else n for n in names])
    assert [d.path for d in found] == ["/0", "/1", "/3", "/2", "/4"]


def test_names_of_today_change_nothing():
    names = ["iteration:0", "Adam/m/a:0", "Adam/v/a:0", "Adam/m/b:0", "Adam/v/b:0"]
    assert [d.path for d in reordered(datasets(COUNT, *slots(1), *slots(3)), names)] == ["/0", "/1", "/2", "/3", "/4"]


def test_a_model_that_is_not_built_has_a_count_and_a_rate():
    model = keras.Sequential([layers.Dense(3)])
    model.compile("adam", "mse")
    plan = Plan("x.h5")
    assert plan_optimizer(plan, model.optimizer, model, datasets(COUNT, RATE), None) is None
    plan.carry_out()
    assert int(model.optimizer.iterations) == 7


def test_a_negative_count_of_steps_is_damage():
    with pytest.raises(ValueError, match="x.h5 is damaged: optimizer 'adam.*' .* has done -3 steps"):
        planned("adam", np.int64(-3), RATE, *[s for pair in zip(slots(1), slots(3), strict=True) for s in pair])


def test_nadam_of_keras_2_lacks_the_product():
    problem, found = planned("nadam", COUNT, *(slots(i)[j] for j in (0, 1) for i in (1, 5)))
    product = np.prod([0.9 * (1 - 0.5 * 0.96**t) for t in range(1, 8)])
    assert problem is None and found[0] == 7 and found[2:6] == [1, 5, 2, 6]
    np.testing.assert_allclose(found[-1], product, rtol=1e-6)


def test_nadam_of_tf_keras_has_its_product_before_the_slots():
    names = ["Nadam/iter:0", "Nadam/momentum_cache:0", *(f"Nadam/dense/{w}/{k}:0" for k in "mv" for w in ("kernel", "bias"))]
    problem, found = planned("nadam", COUNT, np.float32(0.25), *slots(1), *slots(5), names=names)
    assert problem is None and found[2:] == [1, 5, 2, 6, 0.25]


def test_rmsprop_of_tf_keras_keeps_its_kinds_after_each_other():
    names = ["RMSprop/iter:0", *(f"RMSprop/dense/{w}/{k}:0" for k in ("rms", "momentum", "mg") for w in ("kernel", "bias"))]
    optimizer = keras.optimizers.RMSprop(momentum=0.9, centered=True)
    problem, found = planned(optimizer, COUNT, *slots(1), *slots(5), *slots(8), names=names)
    assert problem is None and found[2:] == [1, 2, 5, 6, 8, 9]


def test_adafactor_of_keras_2_has_no_empty_slots():
    arrays = [np.full(shape, i, "f4") for i, shape in enumerate([(2,), (3,), (2, 3), (3,)], 1)]
    problem, found = planned("adafactor", COUNT, *arrays)
    assert problem is None and [v for v in found[2:] if v] == [1, 2, 3, 4]


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_model_frozen_after_training_opens_with_a_new_optimizer(tmp_path, ending):
    model = keras.Sequential([layers.Dense(3, input_shape=(2,)), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(np.ones((4, 2)), np.ones((4, 1)), verbose=0)
    model.trainable = False
    model.save(tmp_path / f"d.{ending}")
    with pytest.warns(UserWarning, match="weights are frozen that were trained. It begins anew"):
        found = keras.models.load_model(tmp_path / f"d.{ending}")
    assert all((a == b).all() for a, b in zip(model.get_weights(), found.get_weights(), strict=True))
    assert found.optimizer.iterations == 0 and not found.trainable


def test_slots_alone_for_an_optimizer_around_another(tmp_path):
    path, x, y = str(tmp_path / "m.h5"), np.ones((8, 3), "float32"), np.zeros((8, 1), "float32")
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile(keras.optimizers.LossScaleOptimizer(keras.optimizers.Adam()), "mse")
    model.fit(x, y, epochs=2, batch_size=4, verbose=0)
    inner = [v.numpy() for v in model.optimizer.inner_optimizer.variables if v.name != "learning_rate"]
    with h5py.File(path, "w") as file:  # Keras 2 wrote nothing of the scale
        for n, value in enumerate(inner):
            file[f"vars/{n}"] = value
    for v in model.optimizer.inner_optimizer.variables:
        v.assign(np.zeros_like(v.numpy()))
    with open(path, "rb") as file:
        vars = open_hdf5(file, "f").group("vars")
        plan = Plan("f")
        assert plan_optimizer(plan, model.optimizer, model, [vars.dataset(str(n)) for n in range(len(inner))], None) is None
        plan.carry_out()
    found = [v.numpy() for v in model.optimizer.inner_optimizer.variables if v.name != "learning_rate"]
    assert all((a == b).all() for a, b in zip(found, inner)) and int(model.optimizer.iterations) == 4
