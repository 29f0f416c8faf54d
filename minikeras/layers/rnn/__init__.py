"""Recurrent layers: a cell, and the loop that takes it through time."""
