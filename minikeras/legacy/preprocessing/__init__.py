"""`keras.preprocessing` of Keras 2: text, sequences, images."""

from minikeras.legacy.preprocessing import image, sequence, text

__all__ = ["image", "sequence", "text"]
