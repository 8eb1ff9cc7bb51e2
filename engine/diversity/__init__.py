"""Whether a generated table repeats itself: near-duplicates found, variety measured while it grows."""

from engine.diversity.meter import Diversity, DiversityMeter
from engine.diversity.text_index import Duplicate, TextIndex

__all__ = ["Diversity", "DiversityMeter", "Duplicate", "TextIndex"]
