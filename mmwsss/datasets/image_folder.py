"""The images of a folder, by their ids."""
import os.path as osp
from collections import Counter
from collections.abc import Sequence

import mmengine

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.image_ids import id_below

from .file_listing import files_in


class ImageFolder:
    """A folder of images. An id is a path below the folder, without the suffix.

    Args:
        folder: a path, or a URI of one of MMEngine's file backends.
        suffixes: of the images, in lower case; the case of files is ignored.
        backend_args: of MMEngine's file backend.
    """

    def __init__(self, folder: str, suffixes: Sequence[str], backend_args: dict | None = None) -> None:
        self.folder, self.suffixes, self.backend_args = folder, tuple(suffixes), backend_args

    def all(self) -> dict[str, str]:
        """The suffixes of all images by id, in the order of their ids.

        Raises:
            InputError: there are none, or two share an id.
        """
        present = self._below('', recursive=True)
        if not present:
            raise InputError(f'{self.folder} contains no images ({", ".join(self.suffixes)}). Set '
                             'data_prefix.img_path and img_suffix to match your images.')
        return dict(sorted(present.items()))

    def listed(self, list_file: str) -> dict[str, str]:
        """The suffixes of some images by id, in the order of a list.

        Args:
            list_file: an id, a file name or a path in each line.

        Raises:
            InputError: the list cannot be read, is empty, or names an image twice, outside of the folder or absent.
        """
        names = self._read_list(list_file)
        present: dict[str, str] = {}
        for below in dict.fromkeys(osp.dirname(name) for name in names):
            present.update(self._below(below))
        ids = [name if name in present else self._id_of(name) or name for name in names]
        absent = [name for name in ids if name not in present]
        if absent:
            raise InputError(f'{len(absent)} of {len(ids)} images of {list_file} are not in {self.folder} '
                             f'({", ".join(self.suffixes)}), e.g. {first_names(absent)}. Add them, or remove them '
                             'from the list.')
        found = {name: present[name] for name in ids}
        if len(found) < len(ids):
            twice = [name for name, count in Counter(ids).items() if count > 1]
            raise InputError(f'{list_file} lists {len(twice)} images twice, e.g. {first_names(twice)}. List each '
                             'image once.')
        return found

    def _read_list(self, list_file: str) -> list[str]:
        try:
            lines = mmengine.list_from_file(list_file, encoding='utf-8-sig', backend_args=self.backend_args)
        except UnicodeDecodeError as error:
            raise InputError(f'The list {list_file} is not UTF-8 text: {error}. Write one id per line.') from error
        names = [line.strip() for line in lines if line.strip()]
        if not names:
            raise InputError(f'The list {list_file} is empty. Write one id per line.')
        try:
            return [id_below(name, self.folder) for name in names]
        except InputError as error:
            raise InputError(f'The list {list_file}: {error}') from error

    def _below(self, below: str, recursive: bool = False) -> dict[str, str]:
        """Suffixes, as written, by id of the images in a subfolder."""
        present: dict[str, str] = {}
        for file in files_in(osp.join(self.folder, below), recursive, self.backend_args):
            img_id = self._id_of(file)
            if img_id is None:
                continue
            suffix, img_id = file[len(img_id):], osp.join(below, img_id)
            if present.setdefault(img_id, suffix) != suffix:
                first, second = (osp.join(self.folder, img_id + end) for end in (present[img_id], suffix))
                choice = ('' if present[img_id].lower() == suffix.lower() else
                          f", or set img_suffix='{suffix}' in the dataset of your config to leave the other kind out")
                raise InputError(f'{first} and {second} have the same id {img_id}, by which labels, masks and results '
                                 f'are found. Rename or remove one{choice}.')
        return present

    def _id_of(self, name: str) -> str | None:
        """The id in an image's file name; `None` for other files."""
        lower = name.lower()
        for suffix in self.suffixes:
            if lower.endswith(suffix):
                return name[:len(name) - len(suffix)]
        return None
