"""Start of every tool: mmwsss on the path, an error message if packages are missing, common arguments.

Importing this module is fast: only `import_mmwsss` loads PyTorch and MMSegmentation, after the arguments are checked.
"""
import argparse
import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _importing() -> Iterator[None]:
    """Exit with one message if packages are missing or broken."""
    try:
        yield
    except ImportError as error:
        if error.name != 'mmwsss':
            raise
        sys.exit(f'error: {error}')
    except KeyboardInterrupt:
        sys.exit(130)


if importlib.util.find_spec('mmwsss') is None:  # not installed: use this repository
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
with _importing():
    from mmwsss.engine.error_messages import plain_errors
    from mmwsss.engine.options import OptionsAction, require_config
    from mmwsss.package_files import resolve_config


def import_mmwsss() -> None:
    """Load PyTorch, MMSegmentation and MMPretrain, or exit with one message that says what is missing."""
    with _importing():
        import mmwsss.upstream  # noqa: F401


def require_unix() -> None:
    """Exit with one message on Windows, where a pipeline can neither lock its work dir nor end its processes."""
    try:
        import fcntl  # noqa: F401
    except ImportError:
        sys.exit('error: Pipelines need Linux or macOS. On Windows, use WSL, or run the tools of a pipeline one by '
                 'one: train.py, make_cams.py, make_ir_labels.py, make_pseudo_labels.py.')


def tools_folder() -> Path:
    """The folder of the tools, relative to the current folder if it is below, to print short commands."""
    folder = Path(__file__).resolve().parent
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def make_parser(description: str, examples: str) -> argparse.ArgumentParser:
    """Create a parser whose help ends with examples."""
    return argparse.ArgumentParser(
        description=description,
        epilog=f'examples:\n{examples}',
        formatter_class=argparse.RawDescriptionHelpFormatter)


def at_least_one(text: str) -> int:
    """An argument that counts something.

    Raises:
        argparse.ArgumentTypeError: it is something else.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'must be an integer of at least 1, got {text}')
    return int(text)


def add_config_options(parser: argparse.ArgumentParser, what: str = (
        'change settings of the config, e.g. train_dataloader.batch_size=8 or model.head.num_classes=6')) -> None:
    """Add --cfg-options; its help starts with `what`."""
    parser.add_argument(
        '--cfg-options', nargs='+', action=OptionsAction, metavar='KEY=VALUE',
        help=f'{what}; lists: key="[a,b]" or key=a,b, without spaces')


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that MMSegmentation's tools share."""
    add_config_options(parser)
    parser.add_argument(
        '--launcher', choices=('none', 'pytorch', 'slurm', 'mpi'), default='none',
        help='launcher of this process, set by the dist_ and slurm_ scripts')
    parser.add_argument(
        '--local_rank', '--local-rank', type=int, default=0, help='set by old PyTorch launchers')


def add_list(parser: argparse.ArgumentParser, network: str) -> None:
    """Add --list; by default it is the training list of `network`."""
    parser.add_argument('--list', metavar='NAME', help="a list file, or the name of a list in the folder of the "
                        f"config's list, e.g. train (default: the training list of the {network})")


def add_overwrite(parser: argparse.ArgumentParser) -> None:
    """Add --overwrite."""
    parser.add_argument('--overwrite', action='store_true', help='delete the files that earlier runs wrote, and start '
                        'again')


def add_vis(parser: argparse.ArgumentParser) -> None:
    """Add --vis."""
    parser.add_argument(
        '--vis', nargs='+', default=[], metavar='NAME',
        help='also log losses and metrics of trainings to tensorboard, wandb, mlflow or another backend of MMEngine; '
        'files go into the work dir; set accounts and projects as the package expects (e.g. WANDB_PROJECT)')


def parse_arguments(parser: argparse.ArgumentParser, arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; exit with one message if its config does not exist.

    A config `mmwsss::NAME` is one of ours, from any folder.
    """
    args = parser.parse_args(arguments)
    if 'local_rank' in args:
        os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    if getattr(args, 'config', None):
        with plain_errors(getattr(args, 'launcher', 'none')):
            args.config = resolve_config(args.config)
            require_config(args.config)
    return args
