"""What a user's class may call its parts."""

import pickle

import numpy as np
import pytest

import minikeras as keras
from minikeras._core.origin import of_the_house
from minikeras.layers.own_names import FREE, METHODS, TwoSided

KERAS = set(  # what Layer and Model of Keras 3 have under these names, too: to set it has a meaning there
    "activity_regularizer add add_loss add_metric add_variable add_weight autocast build build_from_config call compile "
    "compile_from_config compiled_metrics compute_dtype compute_loss compute_mask compute_metrics compute_output_shape "
    "compute_output_spec count_params dtype dtype_policy evaluate export fit from_config get_build_config "
    "get_compile_config get_config get_layer get_metrics_result get_state_tree get_weights input input_dtype input_spec "
    "jit_compile layers load_own_variables load_weights losses make_predict_function make_test_function make_train_function "
    "metrics metrics_names metrics_variables name non_trainable_variables non_trainable_weights output path pop predict "
    "predict_on_batch predict_step quantization_mode quantize quantized_build quantized_call rematerialized_call "
    "reset_metrics run_eagerly save save_own_variables save_weights set_state_tree set_weights stateless_call "
    "stateless_compute_loss stateless_evaluate stateless_fit summary supports_jit supports_masking symbolic_call "
    "test_on_batch test_step to_json train_on_batch train_step trainable trainable_variables trainable_weights "
    "variable_dtype variables weights distribute_scope distribute_strategy loss optimizer history loss_tracker built "
    "stop_training stop_evaluating stop_predicting validates".split()
)
NAMES = sorted(name for name in {*dir(keras.Model), *dir(keras.layers.Layer)} - KERAS if not name.startswith("_"))


def start(shape, dtype=None):
    return np.cos(np.arange(np.prod(shape))).reshape(shape)


def part(units):
    return keras.layers.Dense(units, kernel_initializer=start)


def own(base, name, value):
    class Own(base):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            setattr(self, name, value())
            self.last = part(3)

        def call(self, x):
            value = getattr(self, name)
            return keras.ops.softmax(self.last(value(x) if callable(value) else value * x))

    return Own


def numbers(base, name, value):
    x, y = np.random.default_rng(0).random((12, 5)), np.arange(12) % 3
    made = own(base, name, value)()
    model = made if base is keras.Model else keras.Sequential([keras.Input((5,)), made])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y, epochs=2, verbose=0, shuffle=False, validation_data=(x, y)).history
    model.summary(print_fn=lambda text: None)
    return [history["loss"], history["val_loss"], model.predict(x, verbose=0).ravel(), len(model.trainable_weights)]


@pytest.mark.parametrize("value", [lambda: part(4), lambda: 2.0], ids=["layer", "number"])
@pytest.mark.parametrize("base", [keras.layers.Layer, keras.Model], ids=["Layer", "Model"])
def test_a_part_may_have_any_name_that_is_free_in_keras(base, value):
    expected = numbers(base, "neutral", value)
    assert FREE - {*dir(keras.Model), *dir(keras.layers.Layer)} == set()
    for name in NAMES if base is keras.Model else sorted({*NAMES} & {*dir(keras.layers.Layer)}):
        for got, wanted in zip(numbers(base, name, value), expected):
            np.testing.assert_allclose(got, wanted, rtol=1e-6, err_msg=name)


def test_a_head_that_calls_its_layer_logits_has_the_numbers_of_keras():
    class Head(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.logits, self.activation = keras.layers.Dense(3), keras.activations.softmax

        def call(self, x):
            return self.activation(self.logits(x))

    model = keras.Sequential([keras.Input((2,)), Head()])
    model.set_weights([np.cos(np.arange(6)).reshape(2, 3), np.zeros(3)])
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    x = np.array([[0.5, 1.0], [1.0, -1.0], [0.0, 2.0]])
    history = model.fit(x, np.array([0, 1, 2]), epochs=3, verbose=0, shuffle=False).history
    np.testing.assert_allclose(history["loss"], LOSSES, rtol=1e-5)


LOSSES = [0.9254973530769348, 0.8839643001556396, 0.845522403717041]  # of Keras 3.15 on JAX


def test_methods_of_a_users_model_are_his():
    class Agent(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = part(2)

        def call(self, x):
            return self.dense(x)

        def infer(self, x):
            return int(np.argmax(self(x[None])))

        def penalty(self):
            return 0.5

        def convert(self, x):
            return 2 * x

    class Later(Agent):
        def infer(self, x):
            return -super().infer(x)

    for cls in Agent, Later:
        agent = cls()
        agent.compile("sgd", "mse")
        agent.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
        assert agent.predict(np.ones((4, 3)), verbose=0).shape == (4, 2)
        assert (agent.penalty(), agent.convert(3)) == (0.5, 6) and abs(agent.infer(np.ones(3))) in (0, 1)


@keras.saving.register_keras_serializable("names")
class Sized(keras.layers.Layer):
    def __init__(self, penalty, output_shape=(2,), **kwargs):
        super().__init__(**kwargs)
        self.penalty, self.output_shape = penalty, output_shape

    def call(self, x):
        return x * self.penalty


def test_an_argument_of_such_a_name_is_saved(tmp_path):
    layer = Sized(3.0)
    assert {name: layer.get_config()[name] for name in ("penalty", "output_shape")} == {"penalty": 3.0, "output_shape": (2,)}
    model = keras.Sequential([keras.Input((2,)), layer, keras.layers.Dense(1)])
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    x = np.ones((2, 2))
    for other in again, keras.models.clone_model(again), pickle.loads(pickle.dumps(again)):
        assert other.layers[0].penalty == 3.0
    np.testing.assert_array_equal(model.predict(x, verbose=0), again.predict(x, verbose=0))


def test_only_classes_of_the_user_are_changed():
    layer = keras.layers.Dense(2)
    layer.known = 1
    assert not any(type(value) is TwoSided for cls in type(layer).__mro__ for value in vars(cls).values())
    assert METHODS < FREE and of_the_house(keras.Model)

    class Mine(keras.layers.Dense):
        pass

    mine = Mine(2)
    mine.known = 3
    assert mine.known == 3 and type(vars(Mine)["known"]) is TwoSided
    del mine.known
    assert callable(mine.known)  # what it was
    with pytest.raises(AttributeError):
        del mine.known
    assert callable(Mine.known)
