"""The vanishing gradient, and ReLUs that die: why deep nets are built of ReLU, and what leaky ReLU is for.

One sees, left, the size of the gradient in each of ten layers right after the start: sigmoid, and tanh where it is saturated,
pass on only a part of it from layer to layer, so that the first layers hardly learn; ReLU keeps it. Right: neurons whose
input is negative for every sample. ReLU has gradient 0 there and never learns again; leaky ReLU goes on learning.
"""

import numpy as np
from _picture import panels, show

import minikeras as keras
from minikeras.layers import Dense, LeakyReLU, ReLU

rng = np.random.default_rng(0)
x = rng.standard_normal((256, 16)).astype("float32")
y = (x[:, :1] * x[:, 1:2] > 0).astype("float32")


def gradients(activation, initializer="glorot_uniform", bias=0.0):
    """The norm of ∂L/∂W in each hidden layer, after one batch."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(shape=(16,))])
    for _ in range(10):
        model.add(Dense(32, activation, kernel_initializer=initializer, bias_initializer=keras.initializers.Constant(bias)))
    model.add(Dense(1, activation="sigmoid"))
    model.compile(optimizer="sgd", loss="binary_crossentropy")
    model.train_on_batch(x, y)
    return [float(np.linalg.norm(layer.kernel.grad)) for layer in model.layers[:-1]]


figure, [[left, right]] = panels(5.2, 4.8)
nets = {
    "ReLU": gradients("relu", "he_uniform"),
    "tanh": gradients("tanh"),
    "tanh, saturated (bias 1.5)": gradients("tanh", bias=1.5),
    "sigmoid": gradients("sigmoid"),
}
for name, norms in nets.items():
    left.semilogy(range(1, 11), norms, "o-", label=name)
    print(f"{name:27} gradient of layer 1: {norms[0]:.1e}, of layer 10: {norms[-1]:.1e}, kept {norms[0] / norms[-1]:.1e}")
left.set(xlabel="layer (1 is next to the input)", ylabel="norm of the gradient of the weights", xticks=range(1, 11))
left.set_title("Sigmoid and saturated tanh lose the gradient, ReLU keeps it")
left.legend(fontsize=9)


def with_dead_neurons(activation):
    """Learn the sign of the first input with hidden neurons that start dead: a bias of -8 keeps all below 0."""
    keras.utils.set_random_seed(0)
    hidden = Dense(16, kernel_initializer="he_uniform", bias_initializer=keras.initializers.Constant(-8))
    output = Dense(1, activation="sigmoid", use_bias=False)
    model = keras.Sequential([keras.Input(shape=(16,)), hidden, activation, output])
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy")
    dead = int((hidden(x) <= 0).all(axis=0).sum())
    losses = model.fit(x, x[:, 0] > 0, epochs=100, verbose=0).history["loss"]
    return dead, losses, float(np.linalg.norm(hidden.kernel.grad))


for name, activation in (("ReLU", ReLU()), ("leaky ReLU (slope 0.01)", LeakyReLU(negative_slope=0.01))):
    dead, losses, norm = with_dead_neurons(activation)
    right.plot(losses, label=name, linewidth=2)
    print(f"{name}: {dead} of 16 neurons start dead; loss {losses[0]:.3f} -> {losses[-1]:.5f}, last gradient {norm:.1e}")
    if name == "ReLU":
        stuck = norm == 0 and abs(losses[0] - losses[-1]) < 1e-6
right.set(xlabel="epoch", ylabel="binary cross-entropy", ylim=(0, None), title="16 dead neurons: only the leaky ones learn")
right.legend(fontsize=9)
show(figure, "vanishing_gradient")
learns = losses[-1] < 0.2 * losses[0]
lost = nets["sigmoid"][0] < 1e-3 * nets["ReLU"][0]
print(f"Vanishing gradient: sigmoid loses it: {lost}; dead ReLU is stuck: {stuck}; leaky ReLU learns: {learns}")
