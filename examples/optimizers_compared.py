"""Optimizers compared: the way down a narrow valley, the loss of one net under each, and three learning rates of SGD.

One sees why plain gradient descent is slow where the loss is steep one way and flat the other, what momentum and a step size
per weight (RMSprop, Adam) do about it, and how a learning rate that is too small crawls and one that is too large
never settles.
"""

import numpy as np
from _picture import BLUE, GREEN, GREY, ORANGE, PURPLE, panels, show

import minikeras as keras
from minikeras.callbacks import LambdaCallback
from minikeras.layers import Dense
from minikeras.optimizers import SGD, Adagrad, Adam, RMSprop

COLOURS = {"SGD": BLUE, "SGD + momentum": GREEN, "Adagrad": GREY, "RMSprop": PURPLE, "Adam": ORANGE}

# a neuron of two weights whose first input is five times as large as the second: its loss is a narrow valley around (1, 1)
X = np.array([[5, 1], [-5, 1], [5, -1], [-5, -1]], "float32") / 3
Y = X @ [[1], [1]]


def path(optimizer):
    neuron = Dense(1, use_bias=False)
    model = keras.Sequential([keras.Input(shape=(2,)), neuron])
    neuron.kernel.assign([[0.2], [-1.6]])
    steps = [neuron.kernel.numpy()]
    model.compile(optimizer=optimizer, loss="mse")
    watch = LambdaCallback(on_epoch_end=lambda epoch, logs: steps.append(neuron.kernel.numpy()))
    model.fit(X, Y, epochs=30, verbose=0, callbacks=[watch])
    return np.array(steps)[:, :, 0]


# a net of 24 hidden neurons on the two moons
rng = np.random.default_rng(0)
angle, labels = rng.uniform(0, np.pi, 400), np.arange(400) % 2
moons = np.stack([np.cos(angle), np.sin(angle)], axis=1) * (1 - 2 * labels[:, None]) + labels[:, None] * [1, 0.5]
moons += rng.normal(0, 0.12, moons.shape)


def train(optimizer, epochs=60):
    keras.utils.set_random_seed(1)  # the same start and the same batches for all
    model = keras.Sequential([keras.Input(shape=(2,)), Dense(24, activation="tanh"), Dense(1, activation="sigmoid")])
    model.compile(optimizer=optimizer, loss="binary_crossentropy")
    return model.fit(moons, labels, epochs=epochs, verbose=0).history["loss"]


figure, [[left, middle, right]] = panels(4.2, 4.2, 4.2, height=4)
w1, w2 = np.meshgrid(np.linspace(-0.6, 2.6, 80), np.linspace(-3, 2.1, 80))
valley = np.mean((X[:, :1, None] * (w1 - 1) + X[:, 1:, None] * (w2 - 1)) ** 2, axis=0)
left.contour(w1, w2, valley, np.geomspace(0.02, 8, 10), colors="#cccccc", linewidths=0.8)
for name, optimizer in (("SGD", SGD(0.32)), ("SGD + momentum", SGD(0.2, momentum=0.7)), ("Adam", Adam(0.3))):
    steps = path(optimizer)
    left.plot(*steps.T, "o-", color=COLOURS[name], markersize=2.5, linewidth=1.3, label=name)
    print(f"valley, 30 steps of {name:14}: {np.linalg.norm(steps[-1] - 1):.3f} from the lowest point")
left.plot(1, 1, "*", color="#222222", markersize=13)
left.grid(False)
left.set(xlabel="weight 1 (steep)", ylabel="weight 2 (flat)", title="30 steps in a narrow valley:\nmomentum arrives first")
left.legend(loc="lower right", fontsize=9)

final = {}
optimizers = {"SGD": SGD(0.01), "SGD + momentum": SGD(0.01, momentum=0.9)}
optimizers |= {"Adagrad": Adagrad(0.01), "RMSprop": RMSprop(0.01), "Adam": Adam(0.01)}
for name, optimizer in optimizers.items():
    losses = train(optimizer)
    middle.plot(losses, color=COLOURS[name], label=name, linewidth=1.8)
    final[name] = losses[-1]
print("moons, rate 0.01, loss after 60 epochs:", ", ".join(f"{name} {loss:.3f}" for name, loss in final.items()))
middle.set(xlabel="epoch", ylabel="binary cross-entropy", ylim=(0, 0.75))
middle.set_title("One net, learning rate 0.01:\nRMSprop and Adam get further")
middle.legend(fontsize=9)

for rate, verdict, colour in ((0.003, "too small", "#8fbbe0"), (1, "about right", BLUE), (100, "too large", "#222222")):
    losses = train(SGD(rate))
    right.plot(losses, color=colour, label=f"{rate}: {verdict}", linewidth=1.8)
    final[verdict] = losses[-1]
    print(f"moons, SGD with rate {rate}, {verdict}: loss {losses[-1]:.3f}")
right.set(xlabel="epoch", ylabel="binary cross-entropy (log scale)", yscale="log")
right.set_title("SGD: too small a rate crawls,\ntoo large a rate never settles")
right.legend(fontsize=9, loc="center right")
show(figure, "optimizers_compared")
settled = final["about right"] < min(final["too small"], final["too large"])
print(f"Optimizers: Adam beats plain SGD: {final['Adam'] < final['SGD']}; the middle rate is best: {settled}")
