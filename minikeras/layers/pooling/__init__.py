"""Layers that make a few numbers out of many neighbours: the largest, or the mean."""
