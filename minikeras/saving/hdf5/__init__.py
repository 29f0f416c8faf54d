"""HDF5, read within bounds and without the HDF5 library; written by h5py."""

from minikeras.saving.hdf5.reader import Dataset, Group, open_hdf5

__all__ = ["Dataset", "Group", "open_hdf5"]
