"""Unpack a published archive, and nothing outside of the folder."""
import shutil
import tarfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from converter_parts.messages import warn
from converter_parts.mmwsss_utils import InputError, atomic_path
from converter_parts.progress import Progress


def unpack(archive: Path, root: Path, target: Callable[[Sequence[str]], Path | None]) -> None:
    """Unpack the files of an archive that `target` wants; files of the same size that exist stay.

    Args:
        archive: .tar, .tar.gz or .tgz.
        root: DATA_ROOT.
        target: parts of a member's path -> path below the root, or `None`.

    Raises:
        InputError: the archive is damaged, or holds a path or a link that could lead out of the folder.
    """
    written = present = 0
    progress = Progress(f'Unpacking {archive.name} (MB)', archive.stat().st_size >> 20)
    try:
        with archive.open('rb') as file, tarfile.open(fileobj=file) as members:
            for member in members:
                path = target(safe_parts(member.name, archive))
                progress.step(file.tell() >> 20)
                if path is None or member.isdir():
                    continue
                if not member.isreg():
                    raise InputError(f'{archive} holds {member.name}, which is no plain file. This is not the '
                                     'published archive; download it again.')
                if (root / path).is_file() and (root / path).stat().st_size == member.size:
                    present += 1
                    continue
                with atomic_path(root / path) as temporary, temporary.open('wb') as out:
                    shutil.copyfileobj(members.extractfile(member), out)
                written += 1
                members.members = []  # tarfile keeps a list of all that it has met
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        reason = f'{error}'.partition('\n')[0].rstrip(':')  # tarfile lists all that it has tried
        raise InputError(f'The archive {archive} is damaged or not complete ({reason}). Download it again; what is '
                         'unpacked already stays.') from error
    print(f'{archive.name}: {written} files unpacked, {present} were there')
    if not written + present:
        warn(f'{archive} holds nothing that is needed; is it the published archive?')


def safe_parts(name: str, archive: Path) -> tuple[str, ...]:
    """The parts of a member's path, which must stay inside of the folder.

    Args:
        name: the path in the archive.
        archive: for the message.

    Raises:
        InputError: it leads out.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or '..' in path.parts or '\\' in name or ':' in name:
        raise InputError(f'{archive} holds the path {name!r}, which leads out of the folder. This is not the '
                         'published archive; download it again.')
    return path.parts
