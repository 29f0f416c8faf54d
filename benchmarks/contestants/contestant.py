"""What a contestant tells of itself. What one leaves out it does not take part in."""

from __future__ import annotations


class Absent(Exception):
    """Why a contestant does not take part in a work."""


class Base:
    """The questions, each answered by a model, a closure that does the thing once, or `Absent`."""

    suffix = ".pkl"  # of its files

    def build(self, net, steps=1):
        """A model that is ready to train; an epoch will have so many steps."""
        raise Absent("other nets only")

    def trainer(self, model, net, x, y, epochs):
        """Trains for some epochs, and returns the loss if it is at hand."""
        raise Absent("does not train")

    def streamer(self, model, batches, steps):
        """Trains on so many of the batches that the iterator ``batches()`` yields."""
        raise Absent("takes no generator")

    def predictor(self, model, net, x):
        """Predicts the rows, by batches of ``net.batch``."""
        raise Absent("does not predict")

    def caller(self, model, x):
        """Calls the model itself on the rows."""
        raise Absent("is not called")

    def save(self, model, path):
        """Writes the model with what its optimizer keeps."""
        raise Absent("does not save")

    def load(self, path, net):
        """Reads it again."""
        raise Absent("does not load")
