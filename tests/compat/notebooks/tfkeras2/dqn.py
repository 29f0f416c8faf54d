"""A cart on a line learns by Q-learning to walk to the right; the world is ten lines long."""
from collections import deque

import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import Dense
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import Adam


class Line:
    def reset(self):
        self.at = 0
        return np.array([0.0, 1.0], dtype=np.float32)

    def step(self, action):
        self.at += 1 if action == 1 else -1
        done = abs(self.at) >= 3
        return np.array([self.at / 3, 1.0], dtype=np.float32), float(self.at > 0), done, {}


class Agent:
    def __init__(self, state_size, action_size):
        self.memory = deque(maxlen=50)
        self.gamma = 0.9
        self.model = Sequential()
        self.model.add(Dense(6, input_dim=state_size, activation="relu"))
        self.model.add(Dense(action_size, activation="linear"))
        self.model.set_weights([0.5 * np.cos(np.arange(w.size) * 2.0).reshape(w.shape) for w in self.model.get_weights()])
        self.model.compile(loss="mse", optimizer=Adam(learning_rate=0.05))

    def act(self, state, turn):
        return turn % 2 if turn < 6 else int(np.argmax(self.model.predict(state, verbose=0)[0]))

    def replay(self, batch):
        for state, action, reward, next_state, done in batch:
            target = reward
            if not done:
                target = reward + self.gamma * np.amax(self.model.predict(next_state, verbose=0)[0])
            target_f = self.model.predict(state, verbose=0)
            target_f[0][action] = target
            self.model.fit(state, target_f, epochs=1, verbose=0)


env, agent = Line(), Agent(2, 2)
rewards = []
for episode in range(3):
    state = np.reshape(env.reset(), [1, 2])
    total = 0
    for turn in range(8):
        action = agent.act(state, turn + 6 * (episode > 0))
        next_state, reward, done, _ = env.step(action)
        next_state = np.reshape(next_state, [1, 2])
        agent.memory.append((state, action, reward, next_state, done))
        state, total = next_state, total + reward
        if done:
            break
    agent.replay(list(agent.memory)[-4:])
    rewards.append(total)

states = np.array([[0.0, 1.0], [1 / 3, 1.0]], "float32")
mask = tf.one_hot([0, 1], 2)
with tf.GradientTape() as tape:
    q = tf.reduce_sum(agent.model(states) * mask, axis=1, keepdims=True)
    loss = tf.reduce_mean(tf.keras.losses.mean_squared_error(np.ones((2, 1), "float32"), q))
grads = tape.gradient(loss, agent.model.trainable_variables)

RESULT = [*rewards, *agent.model.predict(states, verbose=0).ravel(), float(loss), float(tf.linalg.global_norm(grads))]
EXPECTED = [0, 0, 3, 0.19615, 0.710825, 0.291059, 0.733261, 0.358663, 1.40392]
np.testing.assert_allclose(RESULT, EXPECTED, rtol=1e-3)
assert len(grads) == 4 and grads[0].shape == (2, 6)
