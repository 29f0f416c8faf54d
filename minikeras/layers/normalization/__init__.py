"""Layers that bring what passes through to a common scale."""
