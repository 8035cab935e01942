"""What every tool does first: find mmwsss, and say plainly what is missing."""
import argparse
import importlib.util
import os
import sys
from pathlib import Path


def import_mmwsss() -> None:
    """Import mmwsss, from this repository where it is not installed.

    The program ends with one message where the packages are missing that mmwsss needs.
    """
    if importlib.util.find_spec('mmwsss') is None:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    try:
        import mmwsss  # noqa: F401
    except ImportError as error:
        if not str(error).startswith('mmwsss needs'):
            raise
        sys.exit(f'error: {error}')
    except KeyboardInterrupt:
        sys.exit(130)


def make_parser(description: str, examples: str) -> argparse.ArgumentParser:
    """A parser for a tool that runs a config; its help closes with examples."""
    return argparse.ArgumentParser(
        description=description,
        epilog=f'examples:\n{examples}',
        formatter_class=argparse.RawDescriptionHelpFormatter)


def add_config_options(parser: argparse.ArgumentParser, what: str = (
        'change settings of the config, e.g. train_dataloader.batch_size=8 or model.head.num_classes=6')) -> None:
    """Add --cfg-options; `what` is the first part of its help."""
    parser.add_argument(
        '--cfg-options', nargs='+', action=options_action(), metavar='KEY=VALUE',
        help=f'{what}; lists: key="[a,b]" or key=a,b, without spaces')


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that MMSegmentation's tools share."""
    add_config_options(parser)
    parser.add_argument(
        '--launcher', choices=('none', 'pytorch', 'slurm', 'mpi'), default='none',
        help='what started this process; the dist_ and slurm_ scripts set it')
    parser.add_argument(
        '--local_rank', '--local-rank', type=int, default=0, help='set by old PyTorch launchers')


def parse_run_arguments(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Read the command line."""
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def options_action() -> type[argparse.Action]:
    """MMEngine's reader of KEY=VALUE for a parser, with an error message in place of a traceback, and for paths."""
    try:
        from mmengine.config import DictAction
    except ImportError:
        import_mmwsss()  # says what is missing
        raise

    class OptionsAction(DictAction):
        """KEY=VALUE ... -> dictionary."""

        def __call__(self,
                     parser: argparse.ArgumentParser,
                     namespace: argparse.Namespace,
                     values: list[str],
                     option_string: str | None = None) -> None:
            import_mmwsss()
            from mmwsss.engine.options import parse_option
            without = [value for value in values if '=' not in value]
            if without:
                parser.error(f'{option_string} takes KEY=VALUE, not {without[0]}')
            pairs = (value.split('=', maxsplit=1) for value in values)
            setattr(namespace, self.dest, {key: parse_option(text) for key, text in pairs})

    return OptionsAction
