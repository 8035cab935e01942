"""How the tools of stages are started: in one process, by torchrun, or by Slurm."""
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from mmwsss.utils.errors import InputError

from .plan import Plan
from .stage import Call, Stage


class Launcher:
    """How a tool is started.

    Args:
        tools: folder of the tools.
        launcher: 'none', 'pytorch' or 'slurm'.
        gpus: processes; without a launcher more than one means 'pytorch'.
        partition: of slurm.
        warm: start the stages that run in one process on a CPU as forks of a process that has imported everything.
        vis: backends in which trainings are watched, see :func:`mmwsss.engine.watching.add_backends`.

    Raises:
        InputError: `gpus` is below 1, or slurm has no partition.
    """

    def __init__(self, tools: Path, launcher: str = 'none', gpus: int = 1, partition: str = '',
                 warm: bool = False, vis: Sequence[str] = ()) -> None:
        if gpus < 1:
            raise InputError(f'--gpus must be at least 1, got {gpus}.')
        if launcher == 'slurm' and not partition:
            raise InputError('--launcher slurm needs --partition, the name of one of its partitions.')
        self.launcher = 'pytorch' if launcher == 'none' and gpus > 1 else launcher
        self.tools, self.gpus, self.partition, self.warm, self.vis = tools, gpus, partition, warm, tuple(vis)

    def processes(self, call: Call) -> int:
        """As many as there are GPUs, or the most among which the batches of a stage can be divided."""
        return max(count for count in range(1, self.gpus + 1)
                   if all(batch % count == 0 for batch in call.batches.values()))

    def note(self, call: Call) -> str:
        """Tells if a stage runs in fewer processes than there are GPUs."""
        few = self.processes(call)
        return f' in {few} processes, among which its batch can be divided' if few < self.gpus else ''

    def command(self, stage: Stage, call: Call, resume: bool = False) -> list[str]:
        """The command line of a stage; the batch of a training is divided among the processes."""
        call = stage.resumed(call) if resume else call
        arguments = list(call.arguments)
        if self.vis and stage.trains:
            arguments += ['--vis', *self.vis]
        several = stage.parallel and self.launcher != 'none'
        processes = self.processes(call)
        options = dict(call.options)
        options.update({key: batch // processes for key, batch in call.batches.items() if several})
        if options:
            arguments += ['--cfg-options', *(f'{key}={value}' for key, value in options.items())]
        if not several:
            return [sys.executable, str(self.tools / stage.tool), *arguments]
        if self.launcher == 'slurm':
            return ['env', f'GPUS={processes}', 'bash', str(self.tools / '_srun.sh'), stage.tool, self.partition,
                    stage.name, *arguments]
        return ['bash', str(self.tools / 'dist_run.sh'), str(processes), stage.tool, *arguments]


def print_commands(plan: Plan, launcher: Launcher, stages: Sequence[Stage]) -> None:
    """Print commands that can be copied into a shell.

    Args:
        plan: of the pipeline, for a dry run.
        launcher: of the tools.
        stages: of the plan.
    """
    shell = shutil.which('python')
    # The scripts among the commands start the shell's python, or the one that this variable names.
    foreign = shell is None or Path(shell).absolute().parent != Path(sys.executable).parent
    export = f'export PYTHON={shlex.quote(sys.executable)}\n' if foreign and launcher.launcher != 'none' else ''
    for stage in stages:
        call = stage.call(plan)
        if not stage.tool:
            print(f'# {stage.name}: {stage.title} in {stage.output(plan).path}.\n')
            continue
        print(f'# {stage.name}: {stage.title}{launcher.note(call)}.\n{export}'
              f'{shlex.join(launcher.command(stage, call))}\n')
        export = ''
