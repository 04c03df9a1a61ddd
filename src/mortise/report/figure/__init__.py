"""The drawn body: exercises as poses, drawn from joint angles as SVG, still or moving."""

from mortise.report.figure.diagram import Diagram, diagram_picture, load_diagrams
from mortise.report.figure.draw import Step, picture, steps, thumbnail
from mortise.report.figure.library import ExerciseFigure, Tempo, load_figures, read_figure
from mortise.report.figure.motion import animation

__all__ = [
    "Diagram",
    "ExerciseFigure",
    "Step",
    "Tempo",
    "animation",
    "diagram_picture",
    "load_diagrams",
    "load_figures",
    "picture",
    "read_figure",
    "steps",
    "thumbnail",
]
