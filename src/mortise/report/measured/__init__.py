"""A measured recording to look at: one page, or one picture, that says at a glance whether to believe it."""

from mortise.report.measured.norms import Norms, Person, norm_chart, norms_of
from mortise.report.measured.page import report_page
from mortise.report.measured.panels import panels_of
from mortise.report.measured.picture import report_picture
from mortise.report.measured.tables import trial_table
from mortise.report.measured.verdict import Verdict, verdict_of

__all__ = [
    "Norms",
    "Person",
    "Verdict",
    "norm_chart",
    "norms_of",
    "panels_of",
    "report_page",
    "report_picture",
    "trial_table",
    "verdict_of",
]
