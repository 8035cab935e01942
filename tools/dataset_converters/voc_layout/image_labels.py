"""Image-level labels as JSON."""
import json
from pathlib import Path

from converter_parts.text_file import write_text


def read_labels(path: Path) -> dict[str, list[str]]:
    """Image-level labels from JSON; none where the file is damaged."""
    try:
        labels = json.loads(path.read_text(encoding='utf-8'))
    except ValueError:
        return {}
    return labels if isinstance(labels, dict) else {}


def write_labels(path: Path, labels: dict[str, list[str]]) -> None:
    """Write image-level labels as JSON, an image a line."""
    lines = [f'{json.dumps(name)}: {json.dumps(classes)}' for name, classes in sorted(labels.items())]
    write_text(path, '{\n' + ',\n'.join(lines) + '\n}\n')
