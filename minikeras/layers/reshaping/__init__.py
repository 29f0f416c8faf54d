"""Layers that only move numbers about: other shape, other order, several copies, edges put on or cut off."""
