"""What Keras 2 had and Keras 3 has no more."""
