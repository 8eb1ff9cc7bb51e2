"""How evenly categories are spread, in bits."""

import math
from collections.abc import Iterable


def entropy_bits(weights: Iterable[float]) -> float:
    """The Shannon entropy of weights or counts; 0 for none or one."""
    positive = [weight for weight in weights if weight > 0]
    total = math.fsum(positive)
    bits = -math.fsum(weight / total * math.log2(weight / total) for weight in positive)
    return max(0.0, bits)
