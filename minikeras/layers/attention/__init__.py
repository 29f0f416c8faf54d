"""Layers that look at a whole sequence and choose what counts."""
