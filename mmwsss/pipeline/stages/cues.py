"""The localization cues that SEC and DSRG learn from."""
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call
from mmwsss.registry import STAGES

from .files import FileStage

if TYPE_CHECKING:
    from mmwsss.pipeline.report_images import Panels, ReportImages


@STAGES.register_module()
class Cues(FileStage):
    """Write cues of CAM files with `tools/make_cues.py`.

    Args:
        name: of the stage.
        cams: stage with the CAM files.
        config: segmentor (a stage or a config) whose training data set has the images, and whose `cues` has the grid.
        settings: what to change in the config's `cues`, e.g. `dict(fg_thr=0.3)`.
    """
    tool = 'make_cues.py'
    title = 'Localization cues'
    suffix = '.npz'
    parallel = False

    def __init__(self, name: str, cams: str, config: str, settings: Mapping[str, Any] | None = None) -> None:
        self.cams, self.reader, self.settings = cams, config, dict(settings or {})
        super().__init__(name, [cams])

    def network(self, plan: Plan) -> Network:
        return plan.network(self.reader)

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        own = {f'cues.{key}': value for key, value in self.settings.items()}
        inputs = plan.inputs(network, ('train_dataloader.dataset', 'cues'), (network, 'train'),
                             cams=plan.mark(self.cams), settings=self.settings)
        arguments = [network.path, '--out', str(self.folder(plan)), '--cams', plan.output(self.cams)]
        return Call(arguments, plan.fill({**network.options, **own}), inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.engine.cues import cue_settings
        cfg = self.network(plan).cfg.copy()
        cfg.cues = {**(cfg.get('cues') or {}), **self.settings}
        cue_settings(cfg)
        plan.require_images(self, self.network(plan), 'train', self.cams)

    def panels(self, plan: Plan, images: 'ReportImages') -> 'dict[str, Panels]':
        return {}  # cues are no label maps
