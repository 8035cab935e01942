"""Our version, and the versions of the packages that mmwsss needs."""
import re
from importlib import import_module, metadata
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

__version__ = '0.1.0'

# Import name -> the lowest version that works and the first that is not known to.
REQUIRED = {
    'torch': ('2.0', '3'),
    'mmengine': ('0.10.0', '1.0'),
    'mmcv': ('2.0.0rc4', '3.0'),
    'mmseg': ('1.2.0', '2.0'),
    'mmpretrain': ('1.2.0', '2.0'),
}
DISTRIBUTIONS = {'mmseg': 'mmsegmentation'}  # where the name differs from that of the import
ONEDL = "In mmwsss's folder, run: pip install torch torchvision && pip install -e '.[onedl]'"
# mmcv is built from source, against the PyTorch that is installed.
OPENMMLAB = ("OpenMMLab's own releases are installed here. In mmwsss's folder, run in this order: "
             "pip install torch==2.1.2 torchvision==0.16.2 'numpy<2' openmim && "
             "mim install 'mmcv>=2.0.0rc4,<2.2' && pip install -e '.[openmmlab]'")


def check_requirements() -> None:
    """Look for the packages that mmwsss needs and compare their versions, without importing them.

    Raises:
        ImportError: packages are missing, too old or too new. One message names all of them, what was found, what is
            needed and the command that installs it. Its `name` is `'mmwsss'`.
    """
    if problems := requirement_problems():
        raise _requirement_error(problems)


def requirement_problems() -> dict[str, str]:
    """What is wrong with the packages that mmwsss needs, by package, without importing them; empty if nothing is."""
    problems = {package: _problem(package) for package in REQUIRED}
    return {package: problem for package, problem in problems.items() if problem}


def import_required(*modules: str) -> None:
    """Import modules of the packages that mmwsss needs.

    Args:
        modules: dotted names.

    Raises:
        ImportError: the first one that cannot be imported, in a message as of :func:`check_requirements`.
    """
    for module in modules:
        try:
            import_module(module)
        # A system library that cannot be loaded, or a package's own check of its companions.
        except (ImportError, AssertionError, AttributeError, OSError) as error:
            if getattr(error, 'name', None) == 'mmcv._ext':
                raise _requirement_error({'mmcv': 'installed without its compiled operators, mmcv._ext'}) from error
            package = module.partition('.')[0]
            raise _requirement_error({package: f'which cannot be imported: {error}'}) from error


def installed_versions() -> dict[str, str]:
    """The versions of mmwsss and of the packages that it needs, without importing them."""
    found = {package: find_package(package) for package in REQUIRED}
    return dict(mmwsss=__version__, **{
        package: _written_version(list(spec.submodule_search_locations or ())) or _distributed_version(package) or ''
        for package, spec in found.items() if spec})


def find_package(name: str) -> ModuleSpec | None:
    """The import specification of a top-level package, if any; a broken finder counts as none."""
    try:
        return find_spec(name)
    except (ImportError, ValueError):
        return None


def remedy() -> str:
    """The command that installs what is missing, for the distributions that this environment uses."""
    return OPENMMLAB if _installed('mmengine') or _installed('mmsegmentation') else ONEDL


def _requirement_error(problems: dict[str, str]) -> ImportError:
    wanted = [f'{package} >= {REQUIRED[package][0]}, < {REQUIRED[package][1]} ({problem})'
              for package, problem in problems.items()]
    return ImportError(f'mmwsss needs {" and ".join(wanted)}. {remedy()}', name='mmwsss')


def _problem(package: str) -> str:
    """What is wrong with a package; empty if nothing is, or if only importing it can tell."""
    spec = find_package(package)
    if spec is None:
        return 'which is not installed'
    version = _written_version(list(spec.submodule_search_locations or ())) or _distributed_version(package)
    return '' if not version or _between(version, *REQUIRED[package]) else f'found {version}'


def _written_version(folders: list[str]) -> str | None:
    """The version that the source text of a package states."""
    for path in (Path(folder, name) for folder in folders for name in ('version.py', '__init__.py')):
        text = path.read_text(encoding='utf-8') if path.is_file() else ''
        if found := re.search(r'''^__version__\s*=\s*['"]([^'"]+)['"]''', text, re.MULTILINE):
            return found[1]
    return None


def _distributed_version(package: str) -> str | None:
    """The version of an installed distribution: the maintained fork, or OpenMMLab's own."""
    name = DISTRIBUTIONS.get(package, package)
    return _installed(f'onedl-{name}') or _installed(name)


def _installed(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _between(version: str, lowest: str, beyond: str) -> bool:
    """Whether `lowest <= version < beyond`; a local build of the first or a later one counts."""
    from packaging.version import Version  # needed by torch's companions, not by setup.py
    return Version(lowest) <= Version(version) < Version(beyond)
