"""The drawn body: exercises as poses, drawn from joint angles as SVG, still or moving."""

from mortise.report.figure.draw import Step, picture, steps, thumbnail
from mortise.report.figure.library import ExerciseFigure, Tempo, load_figures, read_figure
from mortise.report.figure.motion import animation

__all__ = [
    "ExerciseFigure",
    "Step",
    "Tempo",
    "animation",
    "load_figures",
    "picture",
    "read_figure",
    "steps",
    "thumbnail",
]
