"""Error plots: how errors are spread, never a recording's signal."""

from __future__ import annotations

from pathlib import Path


def error_plot(path: Path, title: str, errors: dict[str, list[float]]) -> None:
    """Write histograms of errors as SVG, one row per kind."""
    import matplotlib as mpl

    mpl.use("svg")
    # the same errors give the same file: no date, no random ids
    mpl.rcParams["svg.hashsalt"] = "mortise"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(len(errors), 1, figsize=(6.4, 1.9 * len(errors) + 0.6), squeeze=False)
    for axis, (name, values) in zip(axes[:, 0], errors.items(), strict=True):
        axis.hist(values, bins=30, color="#2f6f73")
        axis.axvline(0.0, color="#333333", linewidth=0.8)
        axis.set_ylabel("events")
        axis.set_xlabel(f"error: {name}" + ("" if "," in name else ", ms"))
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)
