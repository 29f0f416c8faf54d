"""Layers that slide a kernel over series, images and volumes."""
