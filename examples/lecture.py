"""The lecture's snippet on real data: is a tumour benign? (Breast Cancer Wisconsin, 569 samples, ten mean features.)"""

from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from minikeras.layers import Dense
from minikeras.models import Sequential
from minikeras.utils import set_random_seed

X, Y = load_breast_cancer(return_X_y=True)
X = StandardScaler().fit_transform(X[:, :10])
X_train, X_rest, Y_train, Y_rest = train_test_split(X, Y, test_size=0.3, random_state=0)
X_val, X_test, Y_val, Y_test = train_test_split(X_rest, Y_rest, test_size=0.5, random_state=0)

set_random_seed(0)  # the same numbers in each run
model = Sequential([
    Dense(32, activation='relu', input_shape=(10,)),
    Dense(32, activation='relu'),
    Dense(1, activation='sigmoid'),
])
model.compile(optimizer='sgd', loss='binary_crossentropy', metrics=['accuracy'])
hist = model.fit(X_train, Y_train, batch_size=32, epochs=100, validation_data=(X_val, Y_val))
print("accuracy on the test set:", model.evaluate(X_test, Y_test)[1])
