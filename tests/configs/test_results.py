"""The tables on the pages of the configs are those of the results that are kept beside them."""
import json
import re
from pathlib import Path

import pytest
from reference_network import REPO

from mmwsss.pipeline.comparison import read_comparison
from mmwsss.pipeline.comparison.differences import difference_texts, differences_of
from mmwsss.pipeline.comparison.results import read_results
from mmwsss.pipeline.comparison.table import rows_of, texts_of
from mmwsss.utils.table import markdown_table

RESULTS = sorted((REPO / 'configs').rglob('compare_*.json'))


@pytest.mark.parametrize('path', RESULTS, ids=lambda path: path.name)
def test_the_table_is_on_the_page(path):
    entries = [entry['name'] for entry in json.loads(path.read_text())['entries']]
    table = markdown_table(*texts_of(rows_of(read_results(path), entries)))
    lines = table.splitlines()
    assert len(lines) > 2
    page = (path.parent / 'README.md').read_text(encoding='utf-8').splitlines()
    assert [line for line in lines if line not in page] == []


def test_the_shares_of_the_upper_bound_are_of_the_table():
    kept = json.loads((REPO / 'configs/voc20/compare_segmentors.json').read_text())
    figures = {f"{column['mean']:.2f}" for row in kept['rows'] if row['list'] == 'val'
               for name, column in row['columns'].items() if name in ('Segmentor mIoU', 'Second segmentor mIoU')}
    page = (REPO / 'configs/voc20/README.md').read_text(encoding='utf-8')
    found = re.findall(r'^\| .* \| (\d\d\.\d\d) \|(?: (\d\d) %)? \|$', page.partition('## Segmentors')[2], re.M)
    bound, *others = found
    assert bound[1] == '' and len(others) >= 12
    for figure, share in others:
        assert figure in figures and share == f'{100 * float(figure) / float(bound[0]):.0f}'
    assert bound[0] == max(figures) and others == sorted(others, key=lambda row: -float(row[0]))


def test_the_differences_are_on_the_page():
    folder = REPO / 'configs/voc20'
    cells = [cell for name in ('compare_voc20', 'compare_words') for cell in read_results(folder / f'{name}.json')]
    entries = read_comparison([str(folder / 'compare_words.py')]).entries
    found = differences_of(cells, {entry.name: entry.against for entry in entries if entry.against})
    page = (folder / 'README.md').read_text(encoding='utf-8')
    _, begin, rest = page.partition('<!-- differences of compare_words.py -->\n\n')
    assert len(found) >= 20 and begin and rest.partition('\n<!--')[0] == markdown_table(*difference_texts(found))


def test_what_is_published_stands_beside_the_differences_here():
    folder = REPO / 'configs/voc20'
    entries = read_comparison([str(folder / 'compare_voc20.py')]).entries
    page = (folder / 'README.md').read_text(encoding='utf-8')
    lines = page.partition('<!-- published and here -->\n\n')[2].partition('\n\n')[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in lines]
    against = {entry.name: entry.against for entry in entries if entry.against}
    assert {entry: other for entry, other, *_ in rows} == against and len(against) == len(entries) - 1 >= 13
    _, found = difference_texts(differences_of(read_results(folder / 'compare_voc20.json'), against))
    wanted = {(entry, listed): text for entry, _, listed, _, text in found}
    for entry, _, published, *here in rows:
        assert here == [wanted[entry, listed] for listed in ('train', 'val')]
        gain = re.match(r'\+([\d.]+) \(([\d.]+), ([\d.]+)\)$', published)
        if gain:
            before, after = float(gain[2]), float(gain[3])
            assert f'{after - before:.1f}' == gain[1]


def test_the_statistics_of_the_words_name_the_figures_of_the_table():
    results = json.loads((REPO / 'configs/voc20/compare_words.json').read_text())
    with_words = {cell['entry'] for cell in results['cells'] if '/vwe_' in cell['config']}
    kept = {row['entry']: row['columns']['CAM mIoU']['values'][0] for row in results['rows']
            if row['list'] == 'train' and row['entry'] in with_words}
    page = (REPO / 'configs/voc20/README.md').read_text(encoding='utf-8')
    lines = page.partition('\n| VWE, seed 0 |')[2].partition('\n\n')[0].splitlines()[2:]
    found = {entry: figure for _, entry, figure, *_ in (re.split(r' *\| *', line) for line in lines)}
    assert found.pop('temperature 1') == '35.61'  # with the words of today; the rest of its row is of that training
    assert found == {entry: f'{value:.2f}' for entry, value in kept.items()}


@pytest.mark.parametrize('path', RESULTS, ids=lambda path: path.name)
def test_results_name_no_place_of_a_machine(path):
    text = path.read_text()
    assert '/tmp/' not in text and '/work/' not in text and str(Path.home()) not in text
