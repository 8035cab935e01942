import os
import subprocess
import sys

import pytest

HIDE, SHOW = b'\x1b[?25l', b'\x1b[?25h'  # of a terminal's cursor


@pytest.mark.skipif(sys.platform == 'win32', reason='needs a pseudo-terminal')
@pytest.mark.parametrize('work', [
    "next(track(range(3), 'images')); sys.exit('failed')",
    "bar = ProgressBar('test', 3).__enter__(); bar.advance(); sys.exit('failed')",
    "list(track(range(3), 'images'))",
])
def test_the_cursor_is_shown_again(work):
    """Also after a failure, e.g. of a test, whose hooks are not called again then."""
    import pty
    master, terminal = pty.openpty()
    program = f'import sys; from mmwsss.utils.progress import ProgressBar, track; {work}'
    subprocess.run([sys.executable, '-c', program], stderr=terminal, env={**os.environ, 'TERM': 'xterm'})
    os.close(terminal)
    written = os.read(master, 1 << 16)
    os.close(master)
    assert written.count(HIDE) == written.count(SHOW) == 1
