"""A forecast of a time series: a GRU that has seen 40 values says the next one, and, fed with its own answers, the next 60.

One sees, left, the series and the forecast behind the point up to which the net was trained, and, right, how the error grows
with
the number of steps ahead, beside two guesses that need no net: the last value, and the value one season ago.
"""

import numpy as np
from _picture import BLUE, GREEN, GREY, ORANGE, panels, show

import minikeras as keras
from minikeras.layers import GRU, Dense

rng = np.random.default_rng(0)
SEASON, WINDOW, AHEAD = 25, 40, 60
t = np.arange(1200)
series = np.sin(2 * np.pi * t / SEASON) + 0.5 * np.sin(2 * np.pi * t / (3.3 * SEASON)) + rng.normal(0, 0.08, len(t))
series = (series / series.std()).astype("float32")
SPLIT = 900

keras.utils.set_random_seed(0)
train = keras.utils.timeseries_dataset_from_array(
    series[:SPLIT, None], series[WINDOW:SPLIT], sequence_length=WINDOW, batch_size=64, shuffle=True, seed=0
)
model = keras.Sequential([keras.Input((WINDOW, 1)), GRU(32), Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
loss = model.fit(train, epochs=30, verbose=0).history["loss"]
print(f"loss {loss[0]:.3f} in epoch 1, {loss[-1]:.4f} in epoch 30")


def forecast(starts, steps):
    """Go on from windows that end at these places, each answer becoming an input."""
    windows = np.stack([series[s - WINDOW : s] for s in starts])
    answers = []
    for _ in range(steps):
        answers.append(model.predict(windows[..., None], batch_size=len(windows), verbose=0)[:, 0])
        windows = np.concatenate([windows[:, 1:], answers[-1][:, None]], axis=1)
    return np.stack(answers, axis=1)


starts = np.arange(SPLIT, len(series) - AHEAD, 8)
truth = np.stack([series[s : s + AHEAD] for s in starts])
guesses = {
    "GRU": forecast(starts, AHEAD),
    "last value": np.repeat(series[starts - 1][:, None], AHEAD, axis=1),
    "one season ago": np.stack([np.resize(series[s - SEASON : s], AHEAD) for s in starts]),
}
errors = {name: np.sqrt(np.mean((guess - truth) ** 2, axis=0)) for name, guess in guesses.items()}
print("error 1, 10 and 60 steps ahead:", {name: [round(float(e[i]), 2) for i in (0, 9, 59)] for name, e in errors.items()})

figure, [[left, right]] = panels(6.4, 4.2, height=3.6)
shown = slice(SPLIT - 90, SPLIT + AHEAD)
left.plot(t[shown], series[shown], color=GREY, linewidth=1.2, label="series")
left.plot(np.arange(SPLIT, SPLIT + AHEAD), guesses["GRU"][0], color=BLUE, linewidth=2.2, label="forecast")
left.axvline(SPLIT, color="#333333", linewidth=1, linestyle=":")
left.set(title="60 steps ahead of what it was trained on", xlabel="time", ylabel="value", ylim=(-2.9, 3.6))
left.legend(loc="upper left", ncols=2)
for (name, error), colour, style in zip(errors.items(), (BLUE, ORANGE, GREEN), ("-", "--", "-.")):
    right.plot(range(1, AHEAD + 1), error, color=colour, linestyle=style, label=name)
right.set(title="error by steps ahead", xlabel="steps ahead", ylabel="root mean square error", ylim=(0, 2.4))
right.legend(loc="upper left", ncols=3, fontsize=8, columnspacing=1)
show(figure, "series_forecast")
best = errors["GRU"][9] < min(errors["last value"][9], errors["one season ago"][9])
print(f"Forecast: 10 steps ahead the GRU beats both guesses: {bool(best)}")
