"""What became of a table: per column what was asked for against what was got, as figures and as a page."""

from engine.quality.measure import quality_of
from engine.quality.report import QualityReport, RunFigures

__all__ = ["QualityReport", "RunFigures", "quality_of"]
