"""Universal approximation: one hidden layer fits a continuous curve, the closer the more units it has.

One sees the curve and the net's answer with 2, 6 and 50 tanh units, and the error falling with the number of units.
"""

import numpy as np
from _picture import BLUE, GREY, ORANGE, panels, show

import minikeras as keras
from minikeras.layers import Dense

x = np.linspace(-1, 1, 200, dtype="float32")[:, None]
curve = np.sin(4 * x) * np.cos(9 * x) + 0.5 * x


def train(units):
    keras.utils.set_random_seed(0)
    first = {"kernel_initializer": keras.initializers.RandomNormal(stddev=8.0),  # steep waves,
             "bias_initializer": keras.initializers.RandomUniform(-8, 8)}  # spread over the interval
    model = keras.Sequential([keras.Input(shape=(1,)), Dense(units, activation="tanh", **first), Dense(1)])
    schedule = keras.optimizers.schedules.CosineDecay(0.05, decay_steps=5 * 600)
    model.compile(optimizer=keras.optimizers.Adam(schedule), loss="mse")
    model.fit(x, curve, batch_size=40, epochs=600, verbose=0)
    return model.predict(x, batch_size=200), model.evaluate(x, curve, batch_size=200, verbose=0) ** 0.5


sizes = [1, 2, 3, 6, 12, 25, 50]
fits = {units: train(units) for units in sizes}
errors = [fits[units][1] for units in sizes]
for units, error in zip(sizes, errors):
    print(f"{units:3} hidden units: typical error {error:.4f}")

figure, axes = panels(3.1, 3.1, 3.1, 3.4, height=3.4)
for ax, units, verdict in zip(axes[0], (2, 6, 50), ("too few", "better", "it fits")):
    ax.plot(x, curve, color=GREY, linewidth=5, alpha=0.35, label="the curve")
    ax.plot(x, fits[units][0], color=ORANGE, linewidth=1.8, label="the net")
    ax.set(xlabel="x", ylim=(-1.7, 1.9), title=f"{units} hidden units: {verdict}")
axes[0, 0].set_ylabel("f(x)")
axes[0, 0].legend(loc="upper left", fontsize=9)
last = axes[0, 3]
last.loglog(sizes, errors, "o-", color=BLUE)
last.set(xlabel="hidden units", ylabel="typical error (root mean square)", title="The more units, the closer the fit")
last.set_xticks(sizes, sizes)
last.minorticks_off()
show(figure, "universal_approximation")
print(f"Universal approximation: 50 units come closer than 1: {errors[-1] < 0.02 * errors[0]}")
