"""What stages share that measure every background threshold."""
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Stage

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class CurveStage(Stage):
    """A stage whose output is a curve of `CAMIoUMetric`."""
    label = ''  # of what is measured, in the report
    measured = ''  # what is measured, in a comparison

    @abstractmethod
    def reader(self, plan: Plan) -> Network:
        """The network whose test data set has the masks."""

    def figures(self, plan: Plan) -> dict[str, float]:
        curve = self._curve(plan)
        if 'best' not in curve:
            return dict(auto_thr=curve['auto']['thr'], foreground=curve['auto']['foreground'])
        return dict(mIoU=curve['best']['mIoU'], best_thr=curve['best']['thr'], mIoU_auto=curve['auto']['mIoU'],
                    auto_thr=curve['auto']['thr'])

    def compared(self, plan: Plan, figures: Mapping[str, float]) -> tuple[str, str] | None:
        return None if 'mIoU' not in figures else (self.measured, self.reader(plan).list_name('test'))

    def plots(self, plan: Plan) -> Iterator[tuple[str, str, 'Figure']]:
        from mmwsss.visualization.figures import curve_figure
        curve = self._curve(plan)
        if 'best' not in curve:
            auto = curve['auto']
            point = {f"label-free (Otsu): {auto['thr']:.2f}": (auto['thr'], auto['foreground'])}
            yield 'Background threshold', self.label, curve_figure(
                {'foreground': (curve['thresholds'], curve['foreground'])}, 'background threshold',
                'pixels above it (%)', point)
            return
        marks = {f"{title}: {curve[key]['mIoU']:.1f} at {curve[key]['thr']:.2f}":
                 (curve[key]['thr'], curve[key]['mIoU']) for key, title in (
                     ('best', 'best'), ('auto', 'label-free (Otsu)'))}
        figure = curve_figure({'mIoU': (curve['thresholds'], curve['mIoU'])}, 'background threshold', 'mIoU (%)', marks)
        yield 'Background threshold', self.label, figure

    def class_scores(self, plan: Plan, classes: Sequence[str]) -> tuple[str, list[float | None]] | None:
        curve = self._curve(plan)
        if 'best' not in curve:
            return None
        best = curve['thresholds'].index(curve['best']['thr'])
        return self.label, [curve['IoU'][label][best] for label in classes]

    def _curve(self, plan: Plan) -> dict[str, Any]:
        return json.loads(self.output(plan).path.read_text(encoding='utf-8'))
