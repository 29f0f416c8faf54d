import numpy as np
import pytest

import minikeras as keras
from minikeras import layers, random
from minikeras._core.variable import Variable


class Statistics(layers.Layer):
    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")
        self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
        self.inner = [layers.Dense(2), {"a": layers.Dense(3)}]
        self.loose = Variable([1.0, 2.0], name="loose")

    def call(self, x):
        return x * self.scale


def test_trainable_ones_come_first_then_the_others_then_layers_inside():
    layer = Statistics()
    layer.build((None, 4))
    layer.inner[0].build((None, 4))
    assert [v.name for v in layer.weights] == ["scale", "loose", "count", "kernel", "bias"]
    assert [v.name for v in layer.non_trainable_weights] == ["count"]


def test_thawing_leaves_frozen_what_is_so_by_nature():
    layer = Statistics()
    layer.build((None, 4))
    layer.trainable = False
    assert layer.trainable_weights == [] and not layer.inner[0].trainable and not layer.inner[1]["a"].trainable
    layer.trainable = True
    assert [v.name for v in layer.trainable_weights] == ["scale", "loose"]


def test_weights_that_do_not_fit_change_nothing():
    layer = layers.Dense(2, name="d")
    layer.build((None, 3))
    before = layer.get_weights()
    with pytest.raises(ValueError, match=r"'d/bias' of layer 'd' has shape \(2,\), got one of shape \(3,\)"):
        layer.set_weights([np.zeros((3, 2)), np.zeros(3)])
    with pytest.raises(ValueError, match="has 2 weights, got 1"):
        layer.set_weights([np.zeros((3, 2))])
    assert all((a == b).all() for a, b in zip(before, layer.get_weights()))


def test_add_weight_in_the_words_of_keras_2_and_3():
    layer = layers.Layer()
    assert layer.add_weight("w", (2, 3)).shape == (2, 3)
    assert layer.add_weight((2,), initializer="ones", name="v").tolist() == [1, 1]
    assert layer.add_weight(shape=(), dtype="int32").dtype == "int32"
    with pytest.raises(ValueError, match="needs a full shape"):
        layer.add_weight(shape=(None, 2))


def test_random_streams_are_found_wherever_they_stand():
    class Noisy(layers.Layer):
        def build(self, input_shape):
            self.one = random.SeedGenerator(1)
            self.more = [random.SeedGenerator(2), self.one]
            self.drop = layers.Dropout(0.5, seed=3)

    layer = Noisy()
    layer.build((None, 1))
    assert len(layer.seed_generators) == len(layer.non_trainable_variables) == 3 and not layer.weights


def test_a_container_that_holds_itself_is_walked_once():
    layer = layers.Layer()
    layer.inner = [layers.Dense(2)]
    layer.inner.append(layer.inner)
    layer.inner[0].build((None, 3))
    assert [v.name for v in layer.weights] == ["kernel", "bias"]


def test_own_variables_go_through_a_mapping_and_back():
    inner = layers.Dense(2)

    class Own(layers.Layer):
        def build(self, shape):
            self.inner = inner
            self.offset = self.add_weight(shape=(2,), initializer="ones", name="offset")
            self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

        def call(self, x):
            return self.inner(x) + self.offset

        def save_own_variables(self, store):
            super().save_own_variables(store)
            store["extra"] = np.array([7.0])

        def load_own_variables(self, store):
            self.extra = float(store["extra"][0])
            super().load_own_variables({name: store[name] for name in store if name != "extra"})

    layer, store = Own(), {}
    layer(np.ones((1, 3)))
    layer.offset.assign([3.0, 4.0])
    layer.save_own_variables(store)
    assert sorted(store) == ["0", "1", "extra"] and store["0"].tolist() == [3.0, 4.0]  # not the weights of the layer inside
    other = Own()
    other.build((None, 3))
    other.load_own_variables(store)
    assert other.offset.numpy().tolist() == [3.0, 4.0] and other.extra == 7.0


def test_own_variables_that_do_not_fit_are_refused_and_nothing_is_written():
    dense = layers.Dense(2, kernel_initializer="ones")
    with pytest.raises(ValueError, match="not built yet"):
        dense.load_own_variables({"0": np.ones((3, 2)), "1": np.ones(2)})
    dense.build((None, 3))
    with pytest.raises(ValueError, match="2 variables of its own, got 1"):
        dense.load_own_variables({"0": np.zeros((3, 2))})
    with pytest.raises(ValueError, match="bias.*has shape"):
        dense.load_own_variables({"0": np.zeros((3, 2)), "1": np.ones(5)})
    assert dense.kernel.numpy().min() == 1.0


def test_a_weight_is_written_into_not_replaced():
    layer = layers.Dense(2)
    layer.build((None, 3))
    with pytest.raises(ValueError, match=r"weight `kernel` of layer 'dense\w*' \(Dense\) is a Variable.*layer.kernel.assign"):
        layer.kernel = np.zeros((3, 2))
    assert isinstance(layer.kernel, Variable)
    with pytest.raises(ValueError, match=r"weight `kernel` .* has shape \(3, 2\): a variable of shape \(2, 3\)"):
        layer.kernel = Variable(np.zeros((2, 3), "float32"))
    assert layer.weights == [layer.kernel, layer.bias]


@pytest.mark.parametrize("fitted_before", [False, True])
@pytest.mark.parametrize("jit_compile", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("branch", [False, True])
def test_layers_may_share_a_weight(branch, jit_compile, fitted_before):
    """Their gradients add up, in whatever way the model goes; the numbers are those of Keras 2.15."""
    if jit_compile:
        pytest.importorskip("numba")
    one, two = layers.Dense(3, kernel_initializer="ones"), layers.Dense(3, kernel_initializer="ones")
    x = keras.Input((3,))
    h = one(x)
    model = keras.Model(x, layers.Add()([two(h), 0 * h])) if branch else keras.Sequential([x, one, two])
    model.compile("sgd", "mse", jit_compile=jit_compile)
    data = np.ones((4, 3), "float32"), np.zeros((4, 3), "float32")
    if fitted_before:
        weights = model.get_weights()
        model.fit(*data, verbose=0)
        model.set_weights(weights)
    two.kernel = one.kernel
    assert len(model.weights) == len(model.trainable_weights) == 3 and two.weights == [one.kernel, two.bias]
    history = model.fit(*data, epochs=2, verbose=0).history["loss"]
    np.testing.assert_allclose(history, [81.0, 10.763648986816406], rtol=1e-6)
    np.testing.assert_allclose(one.kernel, np.full((3, 3), 0.55994844), rtol=1e-6)


def test_no_layer_stands_in_itself():
    whole, part = layers.Layer(name="whole"), layers.Layer(name="part")
    whole.part = part
    for name, value in (("whole", whole), ("wholes", [whole])):
        with pytest.raises(ValueError, match=f"Layer 'part' .* hold 'whole', which it stands in, as its attribute `{name}`"):
            setattr(part, name, value)
    with pytest.raises(ValueError, match="can't hold itself"):
        whole.me = whole
    model = keras.Sequential([layers.Dense(2, input_shape=(2,))])
    with pytest.raises(ValueError, match="can't hold itself among its layers"):
        model.add(model)
    assert len(model.layers) == 1 and whole.weights == []


def test_a_layer_set_on_a_built_one_is_trained():
    class Growing(keras.Model):
        def __init__(self):
            super().__init__()
            self.first, self.second = layers.Dense(3), None

        def call(self, x):
            x = self.first(x)
            return x if self.second is None else self.second(x)

    model = Growing()
    x = np.ones((4, 3), "float32")
    model.compile("sgd", "mse")
    model.fit(x, x, verbose=0)
    model.second = layers.Dense(3)
    model.fit(x, x, verbose=0)
    before = model.second.get_weights()
    model.fit(x, x, verbose=0)
    assert len(model.trainable_weights) == 4 and not np.array_equal(before[0], model.second.get_weights()[0])


def test_layers_inside_by_the_name_that_libraries_know():
    inner = keras.Sequential([keras.layers.Dense(1, name="a")], name="inner")
    model = keras.Sequential([inner, keras.layers.Dense(1, name="b")], name="model")
    assert [layer.name for layer in model._flatten_layers()] == ["model", "inner", "a", "b"]
    assert [layer.name for layer in model._flatten_layers(include_self=False, recursive=False)] == ["inner", "b"]
