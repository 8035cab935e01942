"""Runs of the converters and their files."""
import subprocess
import sys
from pathlib import Path

CONVERTERS = Path(__file__).resolve().parents[3] / 'tools' / 'dataset_converters'


def run(script: str, *arguments, cwd: Path | None = None) -> subprocess.CompletedProcess:
    """Run a converter in a separate process."""
    return subprocess.run([sys.executable, str(CONVERTERS / script), *map(str, arguments)], capture_output=True,
                          text=True, cwd=cwd)


def contents(folder: Path) -> dict[str, bytes]:
    """Content of every file."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob('*')) if path.is_file()}


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Time and content of every file."""
    return {name: ((folder / name).stat().st_mtime_ns, content) for name, content in contents(folder).items()}
