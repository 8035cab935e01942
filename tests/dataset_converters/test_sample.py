"""The command line that draws the sample."""
import re

import pytest
import sample
from converter_runs import contents, run
from message_names import message_names
from small_sample import SIZE


def test_another_process_draws_the_same_bytes(drawn, tmp_path):
    arguments = [part for name, value in SIZE.items() for part in (f'--{name}', value)]
    result = run('sample.py', tmp_path / 'again', *arguments)
    assert result.returncode == 0, result.stderr
    assert re.search(message_names(tmp_path / 'again', 8), result.stdout)
    assert contents(tmp_path / 'again') == contents(drawn)


@pytest.mark.parametrize('arguments', [('--train', '0'), ('--val', '0'), ('--size', '20'), ('--seed', '-1')])
def test_bad_numbers_are_refused(tmp_path, arguments):
    with pytest.raises(SystemExit, match='2'):
        sample.main([str(tmp_path / 'out'), *arguments])
    assert not (tmp_path / 'out').exists()
