"""The tool of `stub_kind.py`: FILE CONTENT ORDERS."""
import pathlib
import sys

out, content, orders = sys.argv[1:]
if orders:
    exec(pathlib.Path(orders).read_text())
pathlib.Path(out).parent.mkdir(exist_ok=True)
pathlib.Path(out).write_text(content)
