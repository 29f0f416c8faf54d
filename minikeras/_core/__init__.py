"""The ground floor: names, seeds, variables and registries. Imports NumPy and the standard library only."""
