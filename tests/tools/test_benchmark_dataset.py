"""`benchmark.py dataset`."""
import argparse
import re
import sys
from pathlib import Path

import pytest
from message_names import message_names

from mmwsss.utils.errors import InputError

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'tools' / 'analysis_tools'))
import _benchmark_dataset  # noqa: E402


def test_time_memory_and_disk_are_printed(capsys, monkeypatch):
    class Pool:
        """This process instead of a new one, which takes seconds to start."""
        __init__ = __exit__ = lambda *args: None
        __enter__ = lambda self: self  # noqa: E731
        apply = staticmethod(lambda function, arguments: function(*arguments))
    monkeypatch.setattr(_benchmark_dataset.multiprocessing, 'get_context', lambda name: argparse.Namespace(Pool=Pool))
    _benchmark_dataset.run(argparse.Namespace(images=50, classes=7, per_image=3, cams=None))
    first, second, third = capsys.readouterr().out.splitlines()
    assert re.search(message_names(50, 3, 7), first)
    kilobytes = float(re.search(r'([\d.]+) kB for a map', second)[1])
    assert 20 < kilobytes < 42  # 120 x 160 float16 are 38.4 kB
    assert float(re.search(r'about ([\d.]+) GB', third)[1]) == pytest.approx(kilobytes * 2.9 * 82081 / 1e6, abs=0.06)


def test_a_folder_without_cam_files(tmp_path):
    with pytest.raises(InputError, match=message_names(tmp_path, 'make_cams')):
        _benchmark_dataset.measure_cams(tmp_path)
