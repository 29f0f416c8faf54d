"""Make spatial.npz with real Keras 3 on JAX. Not a test; run by hand: KERAS_BACKEND=jax python -m tests.parity.make_spatial"""

from pathlib import Path

import numpy as np

from tests.parity.spatial_cases import CASES, MASK, MODELS, numbers


def fill(layer):
    """Give the weights numbers that don't hide mistakes."""
    layer.set_weights([1.5 + 0.5 * numbers(w.shape, seed=i) for i, w in enumerate(layer.weights)])


def one(name, kind, arguments, shape):
    """The output in training, the weights after it and the gradients of Σ y c."""
    import jax
    import keras

    layer, x = getattr(keras.layers, kind)(**arguments), numbers(shape, ties="ties" in name)
    layer.build(shape)
    fill(layer)
    options = {"mask": np.array(MASK)} if name.endswith("mask") else {}
    if kind == "BatchNormalization":
        options["training"] = True
    fixed = [v.value for v in layer.non_trainable_variables]

    def total(x, weights):
        y, after = layer.stateless_call(weights, fixed, x, **options)
        return jax.numpy.sum(y * numbers(y.shape, seed=9)), (y, after)

    (_, (y, after)), (dx, grads) = jax.value_and_grad(total, (0, 1), has_aux=True)(
        x, [v.value for v in layer.trainable_variables]
    )
    found = {"y": y, "dx": dx, **{f"grad{i}": g for i, g in enumerate(grads)}, **{f"after{i}": a for i, a in enumerate(after)}}
    found["names"] = np.array([w.name for w in layer.weights])
    return {f"{name}/{key}": np.asarray(value) for key, value in found.items()}


def trained(name, layers, shape):
    """The weights after three steps."""
    import keras

    parts = [getattr(keras.layers, kind)(**arguments) for kind, arguments in layers]
    model = keras.Sequential([keras.Input(shape[1:]), *parts, keras.layers.Flatten(), keras.layers.Dense(2)])
    model.set_weights([0.5 + 0.5 * numbers(w.shape, seed=i) for i, w in enumerate(model.weights)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(numbers(shape), numbers((shape[0], 2), seed=5), batch_size=shape[0], epochs=3, verbose=0)
    return {f"{name}/trained{i}": w for i, w in enumerate(model.get_weights())}


def spectral():
    """Two calls in training of a layer around Dense."""
    import keras

    layer = keras.layers.SpectralNormalization(keras.layers.Dense(3), power_iterations=2)
    layer.build((None, 4))
    fill(layer)
    y = [np.asarray(layer(numbers((2, 4)), training=True)) for _ in range(2)]
    names = np.array([w.path.split("/", 1)[1].replace(layer.layer.name, "layer") for w in layer.weights])
    return {"spectral/y": y, "spectral/names": names, **{f"spectral/w{i}": w for i, w in enumerate(layer.get_weights())}}


if __name__ == "__main__":
    result = spectral()
    for name, case in CASES.items():
        result.update(one(name, *case))
    for name, case in MODELS.items():
        result.update(trained(name, *case))
    np.savez_compressed(Path(__file__).with_name("spatial.npz"), **result)
