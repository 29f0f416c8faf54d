import io

import h5py
import numpy as np
import pytest

import minikeras as keras
from minikeras._core.variable import Variable
from minikeras.saving.hdf5 import open_hdf5
from minikeras.saving.plan import Plan, datasets_in


def group(**arrays):
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        for name, value in arrays.items():
            root[f"vars/{name.strip('_')}"] = value
    return open_hdf5(file, "x.h5").group("vars")


def test_other_widths_of_the_same_kind_are_converted():
    plan, v, n = Plan("x.h5"), Variable([1.0, 2.0]), Variable(0, dtype="int32")
    plan.take([v, n], datasets_in(group(_0=np.array([3.0, 4.0], "f8"), _1=np.int64(7))), "layer 'a'")
    plan.carry_out()
    assert v.tolist() == [3.0, 4.0] and v.dtype == "float32" and int(n) == 7


@pytest.mark.parametrize(
    "value, match",
    [(np.zeros(3), r"shape \(2,\).*shape \(3,\)"), (np.zeros(2, "i4"), "of float32.*of int32"), (np.zeros((2, 1)), "shape")],
)
def test_what_does_not_fit_is_refused_with_the_layer_and_the_file(value, match):
    with pytest.raises(ValueError, match=f"x.h5: layer 'a'.*{match}"):
        Plan("x.h5").take([Variable([1.0, 2.0])], datasets_in(group(_0=value)), "layer 'a'")


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="int32 can't"):
        Plan("x.h5").take([Variable(0, dtype="int32")], datasets_in(group(_0=np.int64(2**40))), "optimizer")


def test_gaps_in_the_numbers_are_damage():
    with pytest.raises(ValueError, match="should have the datasets 0, 1"):
        datasets_in(group(_0=1.0, _2=1.0))


def test_a_failing_layer_takes_all_back():
    v, w, plan = Variable([1.0]), Variable([2.0]), Plan("x.h5")

    def fails(store):
        w.assign([9.0])
        raise RuntimeError

    plan.put(v, np.array([5.0]))
    plan.call(fails, {}, [w])
    with pytest.raises(RuntimeError):
        plan.carry_out()
    assert v.tolist() == [1.0] and w.tolist() == [2.0]


class Keeper(keras.layers.Layer):
    """A layer that reads what a file may lack."""

    def load_own_variables(self, store):
        self.kept = store["kept"] + 1


@pytest.mark.parametrize("store, what", [({"other": 1}, "KeyError: 'kept'"), ({"kept": "x"}, "TypeError")])
def test_own_code_that_fails_says_which_layers(store, what):
    layer, variable = Keeper(name="keeper"), Variable([1.0])
    plan = Plan("x.h5")
    plan.put(variable, np.array([2.0]))
    plan.call(layer.load_own_variables, store, [])
    with pytest.raises(ValueError, match=rf"x.h5: load_own_variables.. of layer 'keeper' .Keeper. failed on .*{what}"):
        plan.carry_out()
    assert variable.tolist() == [1.0]
