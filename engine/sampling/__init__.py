"""Sampled columns: drawn from a seed by row, so that every resume, block and machine gives the same values."""

from engine.sampling.sampler import Sampler

__all__ = ["Sampler"]
