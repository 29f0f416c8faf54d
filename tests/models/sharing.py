"""Models in which a layer or a model stands in several places, also inside other models and wrappers."""

import minikeras as keras
from minikeras import layers


def _encoder():
    return keras.Sequential([keras.Input((4,)), layers.Dense(4, name="d")], name="encoder")


def twice():
    x, encoder = keras.Input((4,)), _encoder()
    return keras.Model(x, encoder(encoder(x) + 1.0))


def siamese():
    a, b, encoder = keras.Input((4,), name="a"), keras.Input((4,), name="b"), _encoder()
    return keras.Model([a, b], layers.Dense(1)(layers.concatenate([encoder(a), encoder(b)])))


def _two(shared):
    x, i, j = keras.Input((4,)), keras.Input((4,)), keras.Input((4,))
    one = keras.Model(i, shared(i), name="one")
    other = keras.Model(j, layers.Activation("relu")(shared(j)), name="other")
    return keras.Model(x, layers.add([one(x), other(x)]))


def a_layer_in_two():
    return _two(layers.Dense(4, name="shared"))


def a_model_in_two():
    return _two(_encoder())


def a_row_twice():
    encoder = _encoder()
    return keras.Sequential([keras.Input((4,)), encoder, layers.Activation("relu"), encoder])


def inside_and_outside():
    x, encoder = keras.Input((4,)), _encoder()
    return keras.Model(x, layers.add([encoder(x), encoder.layers[0](x)]))


def in_wrappers():
    x, y, encoder = keras.Input((3, 4)), keras.Input((4,)), _encoder()
    h = layers.TimeDistributed(encoder)(layers.TimeDistributed(encoder)(x))
    return keras.Model([x, y], [h, encoder(y)])


MODELS = [twice, siamese, a_layer_in_two, a_model_in_two, a_row_twice, inside_and_outside, in_wrappers]
