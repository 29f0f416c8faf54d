import numpy as np

import minikeras as keras
from minikeras import backend as K
from minikeras import layers
from minikeras.layers.closing import adds_to_loss, losses_around


class Around(layers.Layer):
    """Adds to the loss what it is not called on."""

    def __init__(self, mean, **kwargs):
        super().__init__(**kwargs)
        self.mean = [mean]  # a symbolic tensor

    def call(self, inputs):
        x, decoded = inputs
        self.add_loss(K.mean(K.square(x - decoded)) + K.mean(K.square(self.mean[0])), inputs=inputs)
        return x

    def compute_output_shape(self, input_shape):
        return input_shape[0]


class Within(layers.Layer):
    def call(self, x):
        self.add_loss(K.mean(K.square(x)))
        return x


def test_a_loss_of_tensors_around_the_layer_trains_the_model():
    x = keras.Input((4,))
    mean = layers.Dense(2, name="mean")(x)
    decoded = layers.Dense(4, name="decoded")(mean)
    model = keras.Model(x, Around(mean)([x, decoded]))
    model.compile("sgd", loss=None)
    data = np.random.default_rng(0).normal(size=(16, 4)).astype("float32")
    before = model.evaluate(data, verbose=0)
    inner = keras.Model(x, [mean, decoded]).predict(data)
    np.testing.assert_allclose(before, np.mean((data - inner[1]) ** 2) + np.mean(inner[0] ** 2), rtol=1e-5)
    losses = model.fit(data, epochs=5, verbose=0, validation_data=(data, None)).history["loss"]
    assert losses[-1] < losses[0] and len(model.trainable_weights) == 4
    np.testing.assert_array_equal(model.predict(data), data)


def test_a_loss_of_the_inputs_alone_is_the_calls():
    x = keras.Input((3,))
    layer = Within()
    assert losses_around(layer, x, {}) == [] and layer(x).node.losses == []
    assert adds_to_loss(Within) and adds_to_loss(Around) and not adds_to_loss(layers.Dense)
    assert not adds_to_loss(type("Plain", (layers.Layer,), {"call": lambda self, x: x}))


def test_a_loss_for_each_row_of_a_batch():
    class Rows(layers.Layer):
        def call(self, inputs):
            x, decoded = inputs
            self.add_loss(K.mean(K.mean(K.square(x - decoded), axis=-1) + K.sum(K.square(mean), axis=-1)), inputs=inputs)
            return x

    x = keras.Input((4,))
    mean = layers.Dense(2)(x)
    decoded = layers.Dense(4)(mean)
    model = keras.Model(x, Rows()([x, decoded]))
    model.compile("sgd", loss=None)
    data = np.ones((20, 4), "float32")
    losses = model.fit(data, shuffle=True, epochs=3, batch_size=10, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
