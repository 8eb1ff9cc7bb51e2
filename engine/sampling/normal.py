"""The normal distribution's inverse from + − × ÷ and √ alone, which give the same bits on every processor.

numpy's own logarithm differs in the last bit between processors, and a seed must give one table everywhere.
"""

import math

import numpy as np

from engine.sampling.words import Units

# Wichura's algorithm AS 241 (PPND16), Applied Statistics 37 (1988): numerator and denominator by falling power.
_MIDDLE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080),
    (5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867,
     5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1.0),
)  # fmt: skip
_NEAR = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258,
     3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip
_SMALLEST = 2.0**-1000
_LN2 = 0.6931471805599453


def normal_of(chance: Units) -> Units:
    """The standard normal values below which these shares lie."""
    chance = np.clip(chance, _SMALLEST, 1 - 2.0**-53)
    offset = chance - 0.5
    values = offset * _ratio(_MIDDLE, 0.180625 - offset * offset)
    tail = np.abs(offset) > 0.425
    if tail.any():
        below = offset[tail] < 0
        depth = np.sqrt(-_log(np.where(below, chance[tail], 1 - chance[tail])))
        outer = np.where(depth <= 5, _ratio(_NEAR, depth - 1.6), _ratio(_FAR, depth - 5))
        values[tail] = np.where(below, -outer, outer)
    return values


def share_below(value: float) -> float:
    """The share of a standard normal that lies below `value`."""
    return 0.5 * math.erfc(-value / math.sqrt(2))


def _ratio(powers: tuple[tuple[float, ...], tuple[float, ...]], at: Units) -> Units:
    top = np.polyval(powers[0], at)
    bottom = np.polyval(powers[1], at)
    ratio: Units = np.asarray(top / bottom, np.float64)
    return ratio


def _log(values: Units) -> Units:
    """Natural logarithm by the series of artanh around 1."""
    fraction, power = np.frexp(values)
    small = fraction < 0.7071067811865476
    fraction = np.where(small, fraction * 2, fraction)
    power = power - small
    part = (fraction - 1) / (fraction + 1)
    series = np.polyval([2.0 / odd for odd in range(23, 0, -2)], part * part) * part
    logarithm: Units = np.asarray(power * _LN2 + series, np.float64)
    return logarithm
