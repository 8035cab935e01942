"""The report of a pipeline."""
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, Stage
from mmwsss.registry import STAGES


@STAGES.register_module()
class Report(Stage):
    """Write a page of tables, curves and images of the stages before it with `tools/make_report.py`.

    Args:
        name: of the stage.
    """
    tool = 'make_report.py'
    title = 'A page of tables, curves and images'
    parallel = False

    def __init__(self, name: str = 'report') -> None:
        super().__init__(name)

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'report.html')

    def call(self, plan: Plan) -> Call:
        outcomes = {name: [record['output'], record['metrics']] for name, record in plan.records.items()}
        return Call([plan.path, '--work-dir', str(plan.work_dir), '--out', str(self.output(plan).path)],
                    plan.fill(plan.options), outcomes)
