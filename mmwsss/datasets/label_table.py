"""The rows of a CSV of image-level labels, whose header and classes are not known yet."""
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmwsss.utils.errors import InputError

from .image_labels import IMAGE_SUFFIXES, is_id_header, split_cell

PRESENT = {'1', '1.0', 'true', 'yes'}
ABSENT = {'0', '0.0', 'false', 'no', '-1', '-1.0', ''}
OF_NAMES = {'label', 'labels', 'class', 'classes', 'category', 'categories', 'tag', 'tags', 'target', 'targets'}


def read_label_table(path: Path, rows: list[list[str]], classes: Sequence[str] = ()) -> Iterator[tuple[str, list[str]]]:
    """Find images and the names of their classes.

    The first row is a header if its first cell is one of images (see :func:`is_id_header`), if it holds no image where
    all other rows do, or if the other rows have nothing but 0 and 1. Under a header with a column a class, cells are 0
    or 1, true or false, yes or no, or -1 for 0. Else cells hold names, parted by `;`; blanks part them, too, if every
    word also occurs in another cell (`cat dog` beside `dog`), and else belong to the name (`traffic light`). Under a
    header with several columns beside that of images, only those called label, class, category, ... hold names, if
    there are some.

    Args:
        path: of the CSV, for messages.
        rows: from :func:`read_csv_rows`.
        classes: names, which tell whether blanks are part of them; not needed.

    Yields:
        An image as the file names it, and names. An image may be in several rows.

    Raises:
        InputError: numbers stand where names, or 0 and 1, are expected; a row has more cells than the header.
    """
    header, rows = _split_header(rows)
    cells = {cell.lower() for row in rows for cell in row[1:]}
    marks = any(cells) and cells <= PRESENT | ABSENT
    if header is None or (len(header) == 2 and header[1].lower() in OF_NAMES):
        if marks:
            read = ', '.join(f'{row[0]}: {" ".join(row[1:])}' for row in rows[:2])
            raise InputError(f'{path} has no names of classes, but {read}{f" under {header[1]}" if header else ""}. '
                             'Write names there, or give each class a column with its name: image,cat,dog in the first '
                             'row.')
    elif marks or _are_numbers(cells):
        yield from _marked(path, header, rows, {'-1', '-1.0'} if {'0', '0.0'} & cells else set())
        return
    rows = _columns_of_names(path, header, rows)
    _refuse_columns_of_numbers(path, header, rows)
    yield from _names(rows, classes)


def _split_header(rows: list[list[str]]) -> tuple[list[str] | None, list[list[str]]]:
    """Header, if any, and the other rows, with the column of images first and without indices before it."""
    first, others = rows[:1], rows[1:]
    width = len(first[0]) if first else 0
    of_images = [place for place in range(width) if others and not _is_image(first[0][place]) and
                 all(place < len(row) and _is_image(row[place]) for row in others)]
    marks = {cell.lower() for row in others for cell in row[1:]}
    if not first or not (of_images or is_id_header(first[0][0]) or (any(marks) and marks <= PRESENT | ABSENT and
                                                                    not marks & {cell.lower() for cell in first[0]})):
        return None, rows
    image = of_images[0] if of_images else 0
    left_out = {place for place in range(image) if is_id_header(first[0][place]) or
                first[0][place].lower() in ('', 'index', 'unnamed: 0')}
    order = [image, *(place for place in range(width) if place != image and place not in left_out)]
    return [first[0][place] for place in order], [[row[place] for place in order if place < len(row)] + row[width:]
                                                  for row in others]


def _is_image(cell: str) -> bool:
    return cell.lower().endswith(IMAGE_SUFFIXES)


def _are_numbers(cells: set[str]) -> bool:
    try:
        return any(cells) and all(float(cell or 0) is not None for cell in cells)
    except ValueError:
        return False


def _columns_of_names(path: Path, header: Sequence[str] | None, rows: list[list[str]]) -> list[list[str]]:
    """The rows with the columns of images and of names only, where a header of more columns tells these."""
    places = [place for place, name in enumerate(header or ()) if place and name.lower() in OF_NAMES]
    if header is None or len(header) < 3 or not places:
        return rows
    _refuse_longer_rows(path, header, rows)
    return [[row[0], *(row[place] for place in places if place < len(row))] for row in rows]


def _refuse_longer_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """In a row with more cells than the header, perhaps by a comma in a name, cells are in wrong columns."""
    for row in rows:
        if any(row[len(header):]):
            raise InputError(f'{path} has a row of {len(row)} cells, {", ".join(row)}, under a header of '
                             f'{len(header)}. Correct it; put a cell that has a comma in quotes.')


def _refuse_columns_of_numbers(path: Path, header: Sequence[str] | None, rows: Sequence[Sequence[str]]) -> None:
    """Beside names, a column of numbers (a size, a confidence) holds no names."""
    columns = [[(row[place], row[0]) for row in rows if place < len(row) and row[place]]
               for place in range(1, max(map(len, rows), default=0))]
    numbers = [place for place, column in enumerate(columns, 1) if _are_numbers({cell for cell, _ in column})]
    if numbers and any(column and place not in numbers for place, column in enumerate(columns, 1)):
        _refuse_longer_rows(path, header or rows[0], rows)
        place = numbers[0]
        cell, image = columns[place - 1][0]
        column = header[place] if header and place < len(header) else place + 1
        raise InputError(f'{path} has the number {cell} for {image} in the column {column}, but names in others. '
                         'Remove the columns that are no names of classes, or call those of names label in the first '
                         'row. Columns of 1 and 0 must not have others beside them.')


def _marked(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]],
            unclear: set[str]) -> Iterator[tuple[str, list[str]]]:
    """A column a class; -1 means absent only where there is no 0, since else it may mean uncertain or ignored."""
    _refuse_longer_rows(path, header, rows)
    for row in rows:
        for name, cell in zip(header[1:], row[1:], strict=False):
            if cell.lower() not in (PRESENT | ABSENT) - unclear:
                remark = ', or rename the column to label if its cells are names of classes' * (len(header) == 2)
                raise InputError(f'{path} has {cell} for {row[0]} in the column {name}. Write 1 if the image shows '
                                 f'{name}, else 0{remark}.')
        yield row[0], [name for name, cell in zip(header[1:], row[1:], strict=False) if cell.lower() in PRESENT]


def _names(rows: Sequence[Sequence[str]], classes: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Names in cells."""
    blanks = _blanks_part_names([cell for row in rows for cell in row[1:]], classes)
    for row in rows:
        names = [name for cell in row[1:] for name in split_cell(cell)]
        yield row[0], [part for name in names for part in (name.split() if blanks else [name])]


def _blanks_part_names(cells: Sequence[str], classes: Sequence[str]) -> bool:
    """Whether blanks stand between names, not within."""
    if classes:
        return not any(' ' in name for name in classes)
    cells = sorted({cell for text in cells for cell in split_cell(text)})
    places: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        for word in cell.split():
            places[word].add(cell)
    return all(len(places[word]) > 1 for cell in cells if ' ' in cell for word in cell.split())
