"""Run a page in headless Chromium, where it is installed (Debian: `apt install chromium`)."""
import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ('chromium', 'chromium-browser', 'google-chrome'))), None)
SCRIPT = """
<script>
(async () => {
  for (let turn = 0; turn < 1000 && document.documentElement.dataset.ready !== 'yes'; turn++) {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  const find = id => document.getElementById(id), text = id => find(id).textContent;
  const set = (id, value, kind) => {
    find(id).value = value;
    for (const event of [].concat(kind)) find(id).dispatchEvent(new Event(event));
  };
  const move = step => set('threshold', step, ['input', 'change']);
  const names = () => [...document.querySelectorAll('tbody.image:not([hidden]) .name')].map(
    cell => cell.firstChild.textContent.trim());
  let found;
  try { found = await (async () => { BODY })(); } catch (error) { found = { error: String(error) }; }
  const result = document.createElement('pre');
  result.id = 'found';
  result.textContent = JSON.stringify(found);
  document.body.append(result);
})();
</script>
</body>"""


def run_in_page(page: Path, body: str, address: str = '') -> Any:
    """Run a script in a copy of a report, and return what it returns; the test is skipped without Chromium.

    Args:
        page: the HTML file.
        body: of a function in JavaScript, with `find(id)`, `text(id)`, `set(id, value, events)`, `move(step)` of the
            slider and `names()` of the images that are shown.
        address: the part after the page, e.g. '#threshold=0.4'.
    """
    if CHROMIUM is None:
        pytest.skip('no Chromium to run the page in: apt install chromium')
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder, 'tried.html')
        copy.write_text(page.read_text().replace('</body>', SCRIPT.replace('BODY', body)))
        command = [CHROMIUM, '--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=20000',
                   f'--user-data-dir={folder}/profile', '--dump-dom', copy.as_uri() + address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    result = re.search('<pre id="found">(.*?)</pre>', done.stdout, re.DOTALL)
    assert result, done.stderr[-2000:]
    found = json.loads(html.unescape(result[1]))
    assert not (isinstance(found, dict) and 'error' in found), found
    return found
