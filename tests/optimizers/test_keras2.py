"""Optimizers of one's own as Keras 1 and 2 had them written, against those of the house, step by step."""

import numpy as np
import pytest

import minikeras
from minikeras import Input, Sequential, layers, optimizers
from minikeras.compat import backend as K

X = np.random.default_rng(0).normal(size=(32, 3)).astype("float32")
Y = (X @ np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 1.0]])).astype("float32")


class UpdatesAdam(optimizers.Optimizer):
    """Adam as `get_updates` lists it, with the variables that it needs made in there."""

    def __init__(self, lr=0.01, **kwargs):
        super().__init__(**kwargs)
        self.iterations = K.variable(0, dtype="int64", name="iterations")
        self.lr = K.variable(lr, name="lr")
        self.beta_1, self.beta_2, self.epsilon = K.variable(0.9), K.variable(0.999), 1e-7

    def get_updates(self, loss, params):
        grads = self.get_gradients(loss, params)
        self.updates = [K.update_add(self.iterations, 1)]
        t = K.cast(self.iterations, K.floatx()) + 1
        rate = self.lr * K.sqrt(1.0 - K.pow(self.beta_2, t)) / (1.0 - K.pow(self.beta_1, t))
        ms = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        vs = [K.zeros(K.int_shape(p), dtype=K.dtype(p)) for p in params]
        self.weights = [self.iterations, *ms, *vs]
        for p, g, m, v in zip(params, grads, ms, vs):
            m_t = self.beta_1 * m + (1.0 - self.beta_1) * g
            v_t = self.beta_2 * v + (1.0 - self.beta_2) * K.square(g)
            self.updates += [K.update(m, m_t), K.update(v, v_t)]
            self.updates.append(K.update(p, p - rate * m_t / (K.sqrt(v_t) + self.epsilon)))
        return self.updates

    def get_config(self):
        return {**super().get_config(), "lr": float(K.get_value(self.lr))}


class DenseAdam(optimizers.Optimizer):
    """The same as OptimizerV2 wanted it."""

    def __init__(self, learning_rate=0.01, name="DenseAdam", **kwargs):
        super().__init__(name, **kwargs)
        self._set_hyper("learning_rate", kwargs.get("lr", learning_rate))
        self._set_hyper("decay", self._initial_decay)
        self._set_hyper("beta_1", 0.9)

    def _create_slots(self, var_list):
        for slot in ("m", "v"):
            for var in var_list:
                self.add_slot(var, slot)

    def _resource_apply_dense(self, grad, var, apply_state=None):
        dtype = var.dtype.base_dtype
        rate = (apply_state or {}).get(("cpu", dtype), {}).get("lr_t", self._decayed_lr(dtype))
        m, v, b1, b2 = self.get_slot(var, "m"), self.get_slot(var, "v"), self._get_hyper("beta_1", dtype), np.float32(0.999)
        t = K.cast(self.iterations + 1, dtype)
        m_t = m.assign(b1 * m + (1 - b1) * grad, use_locking=self._use_locking)
        v_t = v.assign(b2 * v + (1 - b2) * grad * grad)
        return var.assign_sub(rate * m_t / (1 - b1**t) / (np.sqrt(v_t / (1 - b2**t)) + 1e-7))

    def get_config(self):
        return {**super().get_config(), "learning_rate": self._serialize_hyperparameter("learning_rate")}


class StepMomentum(optimizers.Optimizer):
    """Keras 2.11 to 2.15: `update_step` asks for the rate itself."""

    def __init__(self, learning_rate=0.01, name="StepMomentum", **kwargs):
        super().__init__(name=name, **kwargs)
        self._learning_rate = self._build_learning_rate(learning_rate)

    def build(self, var_list):
        super().build(var_list)
        self.momentums = [self.add_variable_from_reference(model_variable=v, variable_name="m") for v in var_list]

    def update_step(self, gradient, variable):
        m = self.momentums[self._index_dict[self._var_key(variable)]]
        m.assign(0.9 * m - gradient * self.learning_rate)
        variable.assign_add(m)


def net(optimizer):
    minikeras.utils.set_random_seed(1)
    model = Sequential([layers.Dense(4, "tanh", input_shape=(3,)), layers.Dense(2)])
    model.compile(optimizer, "mse")
    return model


def fit(model, epochs=3):
    return model.fit(X, Y, batch_size=8, epochs=epochs, shuffle=False, verbose=0).history["loss"]


@pytest.mark.parametrize(
    "own, house",
    [
        (UpdatesAdam, lambda **options: optimizers.Adam(0.01, **options)),
        (DenseAdam, lambda **options: optimizers.Adam(0.01, **options)),
        (StepMomentum, lambda **options: optimizers.SGD(0.01, momentum=0.9, **options)),
    ],
)
@pytest.mark.parametrize("options", [{}, {"clipnorm": 0.1}, {"clipvalue": 0.05}])
def test_the_steps_are_those_of_the_house(own, house, options):
    np.testing.assert_allclose(fit(net(own(**options))), fit(net(house(**options))), rtol=1e-4)


@pytest.mark.parametrize("cls", [UpdatesAdam, DenseAdam])
@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_its_state_is_saved_and_goes_on(tmp_path, cls, ending):
    model = net(cls())
    fit(model, 2)
    model.save(tmp_path / f"m.{ending}")
    again = minikeras.models.load_model(tmp_path / f"m.{ending}", custom_objects={cls.__name__: cls})
    assert type(again.optimizer) is cls and len(again.optimizer.variables) == 2 + 8
    assert fit(again) == fit(model)


def test_what_updates_list_is_done_together_and_only_in_a_step():
    class Swap(optimizers.Optimizer):
        def get_updates(self, params, constraints, loss):  # as Keras 1 ordered them
            a, b = params
            assert constraints[a](1) == 1
            return [(a, b.numpy()), K.update(b, a), K.update(a, b), None]

    a, b = minikeras.Variable([1.0]), minikeras.Variable([2.0])
    optimizer = Swap(0.1)
    optimizer.build([a, b])
    assert (a.tolist(), b.tolist()) == ([1.0], [2.0])
    optimizer.apply([[0.0], [0.0]])
    assert (a.tolist(), b.tolist(), int(optimizer.iterations)) == ([2.0], [1.0], 1)


def test_an_optimizer_around_another():
    class Halved(optimizers.Optimizer):
        def __init__(self, optimizer, **kwargs):
            super().__init__(**kwargs)
            self.optimizer = optimizers.get(optimizer)

        def get_updates(self, loss, params):
            rate = float(self.optimizer.learning_rate)
            self.updates = self.optimizer.get_updates(loss, params[:2])
            self.optimizer.learning_rate = rate / 2
            self.updates += self.optimizer.get_updates(loss, params[2:])
            self.optimizer.learning_rate = rate
            return self.updates

    around, plain = net(Halved(optimizers.SGD(0.1))), net(optimizers.SGD(0.1))
    before = [w.copy() for w in plain.get_weights()]
    for model in (around, plain):
        model.train_on_batch(X, Y)
    steps = [[w - old for w, old in zip(model.get_weights(), before)] for model in (around, plain)]
    for share, own, whole in zip((1, 1, 0.5, 0.5), *steps):
        np.testing.assert_allclose(own, share * whole, rtol=1e-3, atol=1e-7)
    assert int(around.optimizer.optimizer.iterations) == 1


@pytest.mark.parametrize("optimizer", [optimizers.Adam(0.01), UpdatesAdam()], ids=["of the house", "of one's own"])
def test_updates_of_a_symbolic_loss_train_in_a_function(optimizer):
    model, same = net("sgd"), net(optimizers.Adam(0.01))
    target = Input((2,))
    loss = K.mean(K.square(model.output - target))
    train = K.function([model.input, target], [loss], updates=optimizer.get_updates(loss=loss, params=model.trainable_weights))
    losses = [float(train([X, Y])[0]) for _ in range(4)]
    np.testing.assert_allclose(losses, [same.train_on_batch(X, Y) for _ in range(4)], rtol=1e-4)


def test_gradients_outside_of_a_step_are_refused():
    with pytest.raises(ValueError, match=r"get_gradients\(\) of optimizer 'sgd' belongs into get_updates\(\)"):
        optimizers.SGD(name="sgd").get_gradients(1.0, [])
    with pytest.raises(ValueError, match="Argument `learning_rate`"):
        optimizers.SGD("fast")


def test_decay_and_slots_of_the_old_base_class():
    optimizer = DenseAdam(0.5, decay=1.0)
    v = minikeras.Variable([1.0, 2.0])
    optimizer.build([v])
    assert optimizer.add_slot(v, "m") is optimizer.get_slot(v, "m") and optimizer.get_slot_names() == ["m", "v"]
    assert float(optimizer._decayed_lr("float32")) == 0.5
    optimizer.apply([[1.0, 1.0]])
    assert float(optimizer._decayed_lr("float32")) == 0.25  # η / (1 + decay · t)
    assert optimizer._serialize_hyperparameter("beta_1") == 0.9 and optimizer.weights == optimizer.variables
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    assert DenseAdam(schedule).get_config()["learning_rate"]["class_name"] == "ExponentialDecay"
