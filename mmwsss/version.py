"""Our version, and the versions of the packages we stand on."""
from importlib import import_module

__version__ = '0.1.0'

# Import name -> the lowest version that works and the first that is not known to.
REQUIRED = {
    'torch': ('2.0', '3'),
    'mmengine': ('0.10.0', '1.0'),
    'mmcv': ('2.0.0rc4', '3.0'),
    'mmseg': ('1.2.0', '2.0'),
    'mmpretrain': ('1.2.0', '2.0'),
}
REMEDY = ("In mmwsss's folder, run: pip install torch torchvision && pip install -e '.[onedl]' "
          "('.[openmmlab]' for OpenMMLab's own releases).")


def check_requirements() -> None:
    """Import what mmwsss needs, and compare the versions.

    Raises:
        ImportError: packages are missing, cannot be imported, or are too old or too new; one message
            names all of them, what was found, what is wanted and the command that installs it.
    """
    problems: dict[str, str] = {}
    for package, (lowest, beyond) in REQUIRED.items():
        found = _find(package, problems)
        if found:
            problems[package] = f'{package} >= {lowest}, < {beyond} ({found})'
    wanted = [problem for problem in problems.values() if problem]
    if wanted:
        raise ImportError(f'mmwsss needs {" and ".join(wanted)}. {REMEDY}', name='mmwsss')


def _find(package: str, problems: dict[str, str]) -> str:
    """What is wrong with a package; empty where nothing is, or where an earlier package is to blame."""
    try:
        version = import_module(package).__version__
    except ModuleNotFoundError as error:
        missing = (error.name or '').partition('.')[0]
        if missing == package:
            return 'which is not installed'
        return '' if missing in problems else f'which cannot be imported without {missing}'
    except (ImportError, AssertionError, AttributeError) as error:
        # A system library that cannot be loaded, or the package's own check of its companions.
        return f'which cannot be imported: {error}'
    lowest, beyond = REQUIRED[package]
    return '' if _between(version, lowest, beyond) else f'found {version}'


def _between(version: str, lowest: str, beyond: str) -> bool:
    """Whether `lowest <= version < beyond`; a local build of the first or a later one counts."""
    from packaging.version import Version  # needed by torch's companions, not by setup.py
    return Version(lowest) <= Version(version) < Version(beyond)
