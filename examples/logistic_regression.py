"""Logistic regression is one sigmoid neuron: fit() does exactly what the vectorised formula of the lecture does.

Real data: is a tumour benign, by two measures (Breast Cancer Wisconsin)? One sees, left, the probability that the neuron gives
at each point, with the straight line where it is 1/2; right, the loss of fit() on top of that of the formula.
"""

import numpy as np
from _picture import panels, points, show, surface
from sklearn.datasets import load_breast_cancer

import minikeras as keras
from minikeras.layers import Dense

data = load_breast_cancer()
columns = [list(data.feature_names).index(name) for name in ("mean texture", "mean concave points")]
X, Y = data.data[:, columns], data.target[:, None].astype(float)
X = (X - X.mean(axis=0)) / X.std(axis=0)
m, alpha, epochs = len(X), 0.5, 150

# the neuron
keras.utils.set_random_seed(0)
neuron = Dense(1, activation="sigmoid", kernel_initializer="zeros")
model = keras.Sequential([keras.Input(shape=(2,)), neuron])
model.compile(optimizer=keras.optimizers.SGD(alpha), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(X, Y, batch_size=m, epochs=epochs, verbose=0).history

# the lecture's formula
W, b, losses = np.zeros((2, 1)), 0.0, []
for _ in range(epochs):
    H = 1 / (1 + np.exp(-(X @ W + b)))  # H = σ(XW + b)
    losses.append(float(np.mean(-Y * np.log(H) - (1 - Y) * np.log(1 - H))))
    E = H - Y
    W -= alpha * X.T @ E / m  # dW = Xᵀ E / m
    b -= alpha * E.sum() / m  # db = Σ E / m

kernel, bias = neuron.get_weights()
print(f"neuron:  w = {kernel[:, 0].round(4)}, b = {bias[0]:.4f}, loss {history['loss'][-1]:.4f}")
print(f"formula: w = {W[:, 0].round(4)}, b = {b:.4f}, loss {losses[-1]:.4f}")
accuracy = model.evaluate(X, Y, verbose=0)[1]

figure, [[left, right]] = panels(5.2, 4.2)
drawn = surface(left, model, -3.2, 4.6)
points(left, X, Y, size=22, labels=("malignant", "benign"))
figure.colorbar(drawn, ax=left, label="probability of benign", shrink=0.85, ticks=[0, 0.5, 1])
left.set(ylim=(-2, 4.6), xlabel="mean texture (standardised)", ylabel="mean concave points (standardised)")
left.set_title(f"One sigmoid neuron draws a straight line: {accuracy:.0%} right")
left.legend(loc="upper right", fontsize=9)
right.plot(history["loss"], linewidth=5, alpha=0.35, label="fit() of one neuron")
right.plot(losses, "--", color="#222222", linewidth=1.3, label="the lecture's formula")
right.set(xlabel="epoch", ylabel="binary cross-entropy", ylim=(0, None), title="Same loss, epoch by epoch")
right.legend()
show(figure, "logistic_regression")
worst = max(abs(kernel - W).max(), abs(bias[0] - b))
print(f"Logistic regression: neuron and formula agree: {worst < 1e-5}")
