import numpy as np
import pytest

from minikeras._core.variable import Variable
from minikeras.optimizers import SGD, Adam, AdamW, Nadam, Optimizer
from tests.optimizers.steps import check, flat, grads, seven_steps, start


class Textbook(Optimizer):
    """SGD with momentum, written as one writes an optimizer for Keras."""

    def __init__(self, learning_rate=0.1, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.momentums = [self.add_variable_from_reference(v, name="momentum") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        m = self.momentums[self._get_variable_index(variable)]
        self.assign(m, m * self.momentum - gradient * learning_rate)
        self.assign_add(variable, m)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


def test_an_optimizer_written_for_keras_works():
    mine, variables = seven_steps(lambda: Textbook(0.1, weight_decay=0.01, clipvalue=0.8))
    _, expected = seven_steps(lambda: SGD(0.1, momentum=0.9, weight_decay=0.01, clipvalue=0.8))
    np.testing.assert_allclose(flat(variables), flat(expected), rtol=1e-12)
    assert [v.name for v in mine.variables] == ["iteration", "learning_rate", "kernel_momentum", "bias_momentum"]
    assert Textbook.from_config(mine.get_config()).momentum == 0.9
    with pytest.raises(ValueError, match="does not know variable 'other'"):
        mine.apply([[1.0]], [Variable([1.0], name="other")])


@pytest.mark.parametrize("cls", [Adam, Nadam])
def test_update_step_may_be_wrapped(cls):
    class Doubled(cls):
        def update_step(self, gradient, variable, learning_rate):
            super().update_step(gradient * 2, variable, learning_rate / 2)

    _, variables = seven_steps(lambda: Doubled(0.1))
    optimizer, expected = seven_steps(lambda: cls(0.05), 0)
    for t in range(7):
        optimizer.apply([2 * g for g in grads(t)], expected)
    np.testing.assert_allclose(flat(variables), flat(expected), rtol=1e-12)


def test_step_reads_the_gradients_of_the_variables():
    optimizer, variables = Adam(0.05), start("float32")
    optimizer.build(variables)
    twin, others = Adam(0.05), start("float32")
    for t in range(3):
        for v, g in zip(variables, grads(t)):
            v.grad[...] = g
        optimizer.step()
        twin.apply_gradients(zip(grads(t), others))
    np.testing.assert_array_equal(flat(variables), flat(others))
    assert int(optimizer.iterations) == 3


def test_apply_gradients_returns_the_count_and_leaves_the_gradients_alone():
    g = np.array([3.0, 4.0])
    g.flags.writeable = False
    optimizer, w = SGD(1.0, clipnorm=1.0), Variable([0.0, 0.0])
    assert int(optimizer.apply_gradients([(g, w)])) == 1 and g.tolist() == [3.0, 4.0]
    np.testing.assert_allclose(w.value, [-0.6, -0.8], rtol=1e-6)


def test_some_variables_only():
    a, b = Variable([0.0]), Variable([0.0])
    optimizer = SGD(1.0, momentum=0.5)
    optimizer.build([a, b])
    optimizer.apply([[1.0]], [b])
    optimizer.apply([[1.0], [1.0]], [b, a])
    assert a.tolist() == [-1.0] and b.tolist() == [-2.5] and len(optimizer.variables) == 4
    new = Variable([0.0])
    optimizer.apply([[1.0]], [new])  # Keras refuses; here a new variable joins
    assert new.tolist() == [-1.0] and len(optimizer.variables) == 5


def test_gradients_of_none():
    a, b = Variable([0.0], name="a"), Variable([0.0], name="b")
    optimizer = SGD(1.0)
    with pytest.warns(UserWarning, match=r"Gradients do not exist for variables \['b'\]"):
        optimizer.apply([[1.0], None], [a, b])
    assert a.tolist() == [-1.0] and b.tolist() == [0.0]
    with pytest.raises(ValueError, match="No gradients provided for any variable"):
        optimizer.apply([None, None])
    optimizer.apply([])
    assert int(optimizer.iterations) == 1


def test_errors_come_before_anything_changes():
    a, b = Variable([0.0], name="a"), Variable([0.0, 0.0], name="b")
    optimizer = SGD(1.0)
    with pytest.raises(ValueError, match=r"call build\(variables\) first"):
        optimizer.apply([[1.0]])
    with pytest.raises(ValueError, match=r"call build\(variables\) first"):
        optimizer.step()
    with pytest.raises(ValueError, match="one to one, got 1 for 2 variables"):
        optimizer.apply([[1.0]], [a, b])
    with pytest.raises(ValueError, match=r"gradient of 'b' should have shape \(2,\), got \(1,\)"):
        optimizer.apply([[1.0], [1.0]], [a, b])
    with pytest.raises(ValueError, match="A variable is given twice"):
        optimizer.apply([[1.0], [1.0]], [a, a])
    with pytest.raises(ValueError, match="trains Variables, got ndarray"):
        optimizer.build([np.zeros(2)])
    with pytest.raises(ValueError, match="Variable 'n' of int32 can't be trained"):
        optimizer.build([Variable([1], dtype="int32", name="n")])
    assert not optimizer.built and a.tolist() == [0.0] and int(optimizer.iterations) == 0


def test_types_are_kept_side_by_side():
    a, b, c = Variable([0.0]), Variable([0.0], dtype="float64"), Variable([0.0])
    optimizer = Adam(0.1)
    optimizer.apply([[1.0], [1.0], [1.0]], [a, b, c])
    assert [v.dtype for v in optimizer.variables[2:]] == ["float32"] * 2 + ["float64"] * 2 + ["float32"] * 2
    assert (a.dtype, b.dtype) == ("float32", "float64")
    np.testing.assert_allclose([a[0], b[0], c[0]], [-0.1] * 3, rtol=1e-5)


def test_no_variables_at_all():
    optimizer = Adam(use_ema=True, clipnorm=1.0)
    optimizer.build([])
    optimizer.step()
    assert int(optimizer.iterations) == 1 and len(optimizer.variables) == 2


def test_leaving_variables_out_of_weight_decay():
    weights = [0.34101153, -0.35369331, 0.72568534, -0.13462984, 0.22353845, 0.72620802, 0.06245165, 0.01639439, 0.2780851]

    def make():
        optimizer = AdamW(0.05, weight_decay=0.1)
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        return optimizer

    check(make, weights)  # by real Keras 3.15.1
    variables = start()
    for listed in ({"var_list": [variables[1]]}, {"var_names": ["kern", "none"]}):
        optimizer = SGD(0.5, weight_decay=0.5)
        optimizer.build(variables)
        optimizer.exclude_from_weight_decay(**listed)
        before = [v.numpy() for v in variables]
        optimizer.apply([np.zeros((2, 3)), np.zeros(3)])
        factors = (0.75, 1.0) if "var_list" in listed else (1.0, 0.75)
        for v, w, factor in zip(variables, before, factors):
            np.testing.assert_allclose(v.value, w * factor)


def test_constraints_come_after_the_update():
    w = Variable([0.5, 0.5])
    w.constraint = lambda w: np.maximum(w, 0)
    SGD(1.0).apply([[1.0, 0.25]], [w])
    assert w.tolist() == [0.0, 0.25]


def test_finalize_puts_the_averages_in_place():
    final = [0.42766841, -0.34866196, 0.78904494, -0.16161648, 0.18900447, 0.67373904, 0.06833882, -0.05828647, 0.26384443]
    optimizer, variables = seven_steps(lambda: SGD(0.1, use_ema=True, ema_momentum=0.8))
    optimizer.finalize_variable_values(variables)
    np.testing.assert_allclose(flat(variables), final, rtol=1e-6)  # by real Keras 3.15.1
    optimizer, variables = seven_steps(lambda: SGD(0.1))
    before = flat(variables)
    optimizer.finalize_variable_values(variables)
    np.testing.assert_array_equal(flat(variables), before)


def test_accumulation_counts_updates_not_steps():
    optimizer, variables = seven_steps(lambda: Adam(0.05, gradient_accumulation_steps=2))
    assert int(optimizer.iterations) == 3 and int(optimizer.variables[0]) == 7


def test_a_run_that_diverges_is_silent_under_apply():
    optimizer, w = Adam(1e30), Variable([1e30])
    for g in (1e30, np.inf, np.nan):
        optimizer.apply([[g]], [w])
    assert np.isnan(w.value).all()


@pytest.mark.parametrize("dtype, first", [("float32", 9.9998712539672852e-4), ("float64", 1 - 0.999)])
def test_powers_of_a_rate_that_the_weights_type_holds(dtype, first):
    optimizer = Adam()
    optimizer.build([Variable([1.0], dtype=dtype)])
    assert 1 - optimizer.power(0.999, 1) == pytest.approx(first, rel=1e-12)
    assert optimizer.power(0.999, 1000) == pytest.approx((1 - first) ** 1000, rel=1e-12)
