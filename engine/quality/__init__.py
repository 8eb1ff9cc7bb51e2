"""What became of a table: per column what was asked for against what was got, as figures and as a page."""

from engine.quality.findings import Finding, findings_of
from engine.quality.measure import quality_of
from engine.quality.page import report_html
from engine.quality.report import QualityReport, RunFigures

__all__ = ["Finding", "QualityReport", "RunFigures", "findings_of", "quality_of", "report_html"]
