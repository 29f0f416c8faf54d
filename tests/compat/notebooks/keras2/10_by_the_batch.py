# the loop is one's own: batches, learning rates, validation, and a small game for an agent
import random
from collections import deque

import keras.backend as K
import numpy as np
from keras.layers import Activation, Dense
from keras.models import Sequential
from keras.optimizers import SGD, Adam

np.random.seed(3)
random.seed(3)
X = np.random.randn(96, 4)
y = (X[:, :1] * X[:, 1:2] > 0).astype('float32')
model = Sequential()
model.add(Dense(16, activation='tanh', input_shape=(4,)))
model.add(Dense(1))
model.add(Activation('sigmoid'))
sgd = SGD(lr=0.5, momentum=0.5)
model.compile(loss='binary_crossentropy', optimizer=sgd, metrics=['accuracy'])

rates, losses = [], []
for epoch in range(12):
    K.set_value(model.optimizer.lr, 0.5 * 0.95 ** epoch)
    rates.append(float(K.get_value(model.optimizer.lr)))
    order = np.random.permutation(len(X))
    total = 0.
    for start in range(0, len(X), 16):
        rows = order[start:start + 16]
        loss, acc = model.train_on_batch(X[rows], y[rows])
        total += loss * len(rows)
    losses.append(total / len(X))
val_loss, val_acc = model.test_on_batch(X, y)
assert len(model.metrics_names) == 2 and model.metrics_names[0] == 'loss'
assert losses[-1] < losses[0] and abs(rates[3] - 0.5 * 0.95 ** 3) < 1e-6
p = model.predict_on_batch(X)
assert p.shape == (96, 1) and abs(((p > 0.5) == (y > 0.5)).mean() - val_acc) < 1e-6
assert abs(val_loss - -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean()) < 1e-4


class DQNAgent:
    def __init__(self, state_size, action_size):
        self.state_size, self.action_size = state_size, action_size
        self.memory = deque(maxlen=200)
        self.gamma, self.epsilon, self.epsilon_min, self.epsilon_decay = 0.9, 1.0, 0.05, 0.9
        self.model = self._build_model()

    def _build_model(self):
        model = Sequential()
        model.add(Dense(12, input_dim=self.state_size, activation='relu'))
        model.add(Dense(self.action_size, activation='linear'))
        model.compile(loss='mse', optimizer=Adam(lr=0.01))
        return model

    def act(self, state):
        if np.random.rand() <= self.epsilon:
            return random.randrange(self.action_size)
        return np.argmax(self.model.predict(state)[0])

    def replay(self, batch_size):
        for state, action, reward, next_state, done in random.sample(self.memory, batch_size):
            target = reward
            if not done:
                target = reward + self.gamma * np.amax(self.model.predict(next_state)[0])
            target_f = self.model.predict(state)
            target_f[0][action] = target
            self.model.fit(state, target_f, epochs=1, verbose=0)
        if self.epsilon > self.epsilon_min:
            self.epsilon *= self.epsilon_decay


agent = DQNAgent(2, 2)
for game in range(3):
    state = np.array([[0., 1.]])
    for move in range(6):
        action = agent.act(state)
        next_state = state + (0.1 if action else -0.1)
        agent.memory.append((state, action, float(action), next_state, move == 5))
        state = next_state
    agent.replay(6)
values = agent.model.predict(np.array([[0., 1.]]))
assert values.shape == (1, 2) and np.isfinite(values).all() and abs(agent.epsilon - 0.9 ** 3) < 1e-9
