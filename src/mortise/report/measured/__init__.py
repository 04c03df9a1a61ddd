"""A measured recording to look at: one page, or one picture, that says at a glance whether to believe it."""

from mortise.report.measured.page import report_page
from mortise.report.measured.panels import panels_of
from mortise.report.measured.picture import report_picture
from mortise.report.measured.verdict import Verdict, verdict_of

__all__ = ["Verdict", "panels_of", "report_page", "report_picture", "verdict_of"]
