"""The base of the losses, the wrapper of functions, and how losses are found."""

from __future__ import annotations

import numpy as np
import pytest

import minikeras as keras
from minikeras import losses
from minikeras.losses.loss import GRADIENTS
from tests.gradcheck import check_gradient

Y, P = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[0.5, 1.5], [2.0, -1.0]])


class Quartic(losses.Loss):
    def call(self, y_true, y_pred):
        return np.mean((y_pred - y_true) ** 4, axis=-1)


def test_a_loss_of_your_own_needs_only_call():
    loss, p = Quartic(), P.copy()
    assert float(loss(Y, p)) == pytest.approx((0.0625 + 8.5) / 2)
    for w in (None, np.array([1.0, 3.0])):
        value, grad = loss.value_and_grad(Y, p, w)
        assert value == pytest.approx(float(loss(Y, p, w)))
        check_gradient(lambda: float(loss(Y, p, w)), p, grad)  # noqa: B023
    assert loss.name.startswith("quartic") and loss.get_config() == {"name": loss.name, "reduction": "sum_over_batch_size"}


def test_a_loss_of_your_own_may_reduce_by_itself():
    class Total(losses.Loss):
        def call(self, y_true, y_pred):
            return np.sum(np.square(y_pred - y_true))

    value, grad = Total().value_and_grad(Y, P)
    assert value == float(Total()(Y, P)) == 5.5
    np.testing.assert_allclose(grad, 2 * (P - Y))


def test_a_subclass_of_a_built_in_with_its_own_call_forgets_the_formulas():
    class Double(losses.BinaryCrossentropy):
        def call(self, y_true, y_pred):
            return 2.0 * super().call(y_true, y_pred)

    y, p = np.array([[1.0], [0.0]]), np.array([[0.25], [0.5]])
    plain, plain_grad = losses.BinaryCrossentropy().value_and_grad(y, p)
    value, grad = Double().value_and_grad(y, p)
    assert value == pytest.approx(2 * plain)
    np.testing.assert_allclose(grad, 2 * plain_grad)
    assert Double().fused(lambda z: z) is None


def test_a_function_is_a_loss():
    def weighted(y_true, y_pred, factor=1.0):
        return factor * losses.mean_squared_error(y_true, y_pred) + 0.1 * losses.mean_absolute_error(y_true, y_pred)

    loss, p = losses.LossFunctionWrapper(weighted, factor=2.0, name="w"), P.copy()
    value, grad = loss.value_and_grad(Y, p)
    assert value == pytest.approx(float(loss(Y, p))) == pytest.approx(2 * 1.375 + 0.1 * 1.0)
    check_gradient(lambda: float(loss(Y, p)), p, grad)
    assert losses.resolve(weighted).name == "weighted" and losses.resolve(loss) is loss
    config = loss.get_config()
    assert config["factor"] == 2.0 and config["fn"]["config"] == "weighted"
    again = losses.deserialize(losses.serialize(loss), custom_objects={"weighted": weighted})
    assert again.fn is weighted and float(again(Y, P)) == float(loss(Y, P))


def test_a_function_gets_targets_of_the_rank_of_the_predictions():
    seen = []

    def peek(y_true, y_pred):
        seen.append((y_true.shape, y_pred.shape, y_true.dtype))
        return np.mean(np.square(y_true - y_pred), axis=-1)

    loss = losses.LossFunctionWrapper(peek)
    loss([1, 2, 3], np.zeros((3, 1), "float32"))
    loss.value_and_grad(np.ones(3), np.zeros((3, 1)))
    assert seen == [((3, 1), (3, 1), np.dtype("float32")), ((3, 1), (3, 1), np.dtype("float64"))]


def test_losses_inside_a_loss_of_your_own():
    class Both(losses.Loss):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.parts = losses.BinaryCrossentropy(), losses.Huber(0.2)

        def call(self, y_true, y_pred):
            return sum(part(y_true, y_pred) for part in self.parts)

    p = np.array([[0.3, 0.6], [0.8, 0.1]])
    loss = Both()
    value, grad = loss.value_and_grad(Y, p)
    assert value == pytest.approx(sum(float(part(Y, p)) for part in loss.parts))
    check_gradient(lambda: float(loss(Y, p)), p, grad)


def test_compute_dtype():
    assert losses.MeanSquaredError()(Y.astype("float16"), P.astype("float16")).dtype == "float32"
    assert losses.MeanSquaredError()([[0, 1]], [[1, 1]]).dtype == "float32"
    assert losses.MeanSquaredError()(Y, P).dtype == "float64"
    assert losses.MeanSquaredError(dtype="float32")(Y, P).dtype == "float32"


def test_base_needs_call():
    with pytest.raises(NotImplementedError, match="needs a call"):
        losses.Loss()(Y, P)


def test_configs_of_keras_2_load():
    loss = losses.Huber.from_config({"reduction": "auto", "name": "huber_loss", "fn": "huber", "delta": 0.7})
    assert loss.delta == 0.7 and loss.reduction == "sum_over_batch_size"
    config = {"class_name": "SparseCategoricalCrossentropy", "config": {"reduction": "auto", "from_logits": True, "fn": "x"}}
    assert losses.get(config).from_logits is True


def test_sparse_axis_is_in_the_config_when_it_is_not_the_last():
    config = losses.SparseCategoricalCrossentropy(axis=1).get_config()
    assert config["axis"] == 1 and losses.SparseCategoricalCrossentropy.from_config(config).axis == 1


def test_get():
    assert losses.get(None) is losses.resolve(None) is None
    loss = losses.Huber()
    assert losses.get(loss) is loss
    with pytest.raises(ValueError, match="mean_squared_erorr.*mean_squared_error"):
        losses.get("mean_squared_erorr")
    with pytest.raises(ValueError, match="Could not interpret 3"):
        losses.get(3)


@pytest.mark.parametrize(
    ("y", "p", "cls"),
    [
        ((8, 1), (None, 1), losses.BinaryCrossentropy), ((8,), (None, 1), losses.BinaryCrossentropy),
        ((8,), (None, 3), losses.SparseCategoricalCrossentropy), ((8, 1), (None, 3), losses.SparseCategoricalCrossentropy),
        ((8, 3), (None, 3), losses.CategoricalCrossentropy),
    ],
)  # fmt: skip
def test_crossentropy_is_chosen_by_shapes(y, p, cls):
    assert type(losses.resolve("crossentropy", y, p)) is type(losses.resolve("ce", y, p)) is cls


def test_crossentropy_without_shapes_is_refused():
    with pytest.raises(ValueError, match="chosen by the shapes"):
        losses.resolve("ce")


def test_names_say_who_they_are():
    assert (
        losses.Huber().name == "huber_loss" and losses.resolve("huber").name == "huber" and losses.resolve("mse").name == "mse"
    )
    assert repr(losses.Hinge()) == "<Hinge name=hinge, reduction=sum_over_batch_size>"


def test_every_built_in_function_has_its_formula():
    assert {getattr(losses, name) for name in losses.FUNCTIONS} == set(GRADIENTS)


def test_overflow_is_infinite_and_silent():
    big = np.full((2, 1), 1e30, "float32")
    for loss in (losses.MeanSquaredError(), losses.MeanSquaredError(reduction="sum"), losses.Huber()):
        value, _ = loss.value_and_grad(np.zeros((2, 1), "float32"), big)
        assert value > 1e29
    assert np.isinf(losses.MeanSquaredError()(np.zeros((2, 1)), big))


class Whole(losses.Loss):
    """A user's loss that writes its reduction too."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return np.sum((y_pred - y_true) ** 2) * 0.5


class Twice(losses.MeanSquaredError):
    """A user's loss around a house's."""

    def __call__(self, y_true, y_pred, sample_weight=None):
        return 2.0 * super().__call__(y_true, y_pred, sample_weight)


def test_a_loss_that_overrides_call_dunder_is_followed_in_training():
    y, p = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
    value, grad = Whole().value_and_grad(y, p)
    assert value == 2.5 and grad.tolist() == [[1.0], [2.0]]
    value, grad = Twice().value_and_grad(y, p)
    assert value == 5.0 and grad.tolist() == [[2.0], [4.0]]


def test_what_losses_give_answers_as_tensors_do():
    y, p = np.eye(3, dtype="float32"), np.full((3, 3), 1 / 3, "float32")
    assert losses.CategoricalCrossentropy()(y, p).numpy() == np.float32(np.log(3))
    assert losses.MeanSquaredError(reduction="none")(y, p).numpy().shape == (3,)
    for function, cls in losses.FUNCTIONS.items():
        if cls not in ("Circle", "CTC", "SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy"):
            assert hasattr(getattr(losses, function)(y, p), "numpy"), function
    assert losses.sparse_categorical_crossentropy([0, 1, 2], p).numpy().shape == (3,)


def test_one_number_as_target_stands_for_all():
    p = np.array([0.25, 0.5], "float32")
    np.testing.assert_allclose(losses.kl_divergence(0.5, p), 0.5 * np.log(2.0), rtol=1e-6)


def test_weights_that_are_inputs_of_a_model():
    class Endpoint(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.loss = losses.BinaryCrossentropy(from_logits=True)

        def call(self, targets, logits, weights):
            self.add_loss(self.loss(targets, logits, weights))
            return logits * 1.0

    x, y, w = (keras.Input((n,), name=name) for n, name in ((3, "x"), (1, "y"), (1, "w")))
    logits = keras.layers.Dense(1, kernel_initializer="zeros")(x)
    model = keras.Model([x, y, w], Endpoint()(y, logits, w))
    model.compile("sgd")
    data = {"x": np.ones((4, 3)), "y": np.ones((4, 1)), "w": np.full((4, 1), 2.0)}
    assert model.fit(data, verbose=0).history["loss"][0] == pytest.approx(2 * np.log(2), rel=1e-6)
