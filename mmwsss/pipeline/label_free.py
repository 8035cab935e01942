"""Thresholds around the label-free threshold of CAM files."""
from .plan import Plan

MARGIN = 0.15  # on both sides of the label-free threshold


def thresholds_around(plan: Plan, stage: str) -> list[float] | list[str]:
    """The label-free threshold that a stage measured, plus and minus 0.15; in a dry run their names.

    Args:
        plan: of the pipeline.
        stage: that measured the CAM files.

    Returns:
        The high and the low threshold, within [0.01, 0.99].

    Raises:
        InputError: the stage measures no threshold.
    """
    auto = plan.figure(stage, 'auto_thr')
    if isinstance(auto, str):
        return [f'<{auto} {sign} {MARGIN}>' for sign in '+-']
    return [round(min(max(auto + margin, 0.01), 0.99), 2) for margin in (MARGIN, -MARGIN)]
