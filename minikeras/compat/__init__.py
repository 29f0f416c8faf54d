"""Standing in for Keras and TensorFlow: `install_as_keras`, and what older code finds under older names."""
