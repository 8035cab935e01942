"""The page is complete and self-contained, and its text is escaped."""
from html.parser import HTMLParser

from mmwsss.visualization.report_page import SCRIPT, Page, Row, Section, write_page


class Reader(HTMLParser):
    """Collects texts, images and all other URLs."""

    def __init__(self):
        super().__init__()
        self.texts, self.images, self.links, self.tags = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        attributes = dict(attributes)
        if tag == 'img':
            self.images.append((attributes['src'], attributes['alt']))
        elif 'src' in attributes or 'href' in attributes:
            self.links.append((tag, attributes))

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())


def read(path):
    reader = Reader()
    reader.feed(path.read_text(encoding='utf-8'))
    return reader


def test_all_is_on_the_page(tmp_path):
    page = Page('Title', 'what', ['stage', 'result', 'time'], [('cams', 'mIoU 47.00', '3 s')],
                [Section('Training', [('IRNet', 'data:image/svg+xml;base64,AAAA')], 'a note')],
                ['image', 'truth'], [Row('cat & <dog>', ['data:image/png;base64,BBBB', None])], 'some',
                [('cat', '#400000')])
    write_page(page, tmp_path / 'report' / 'report.html')
    reader = read(tmp_path / 'report' / 'report.html')
    for text in ('Title', 'what', 'stage', 'cams', 'mIoU 47.00', '3 s', 'Training', 'IRNet', 'a note', 'image',
                 'truth', 'cat & <dog>', 'cat'):
        assert text in reader.texts
    assert reader.images == [('data:image/svg+xml;base64,AAAA', 'Training: IRNet'),
                             ('data:image/png;base64,BBBB', 'image of cat & <dog>')]
    assert reader.links == [] and 'script' not in reader.tags and 'dog' not in reader.tags


def test_without_images(tmp_path):
    write_page(Page('Title', 'what', ['stage'], [('cams', )]), tmp_path / 'page.html')
    reader = read(tmp_path / 'page.html')
    assert reader.images == [] and 'Images' not in reader.texts


def test_the_script_is_inside_and_its_content_is_escaped(tmp_path):
    explorer = dict(layers=[dict(title='</script><b>')], images=[])
    write_page(Page('Title', 'what', ['stage'], [], panels=['image'], images=[Row('cat', [None])], explorer=explorer),
               tmp_path / 'page.html')
    page = (tmp_path / 'page.html').read_text(encoding='utf-8')
    reader = read(tmp_path / 'page.html')
    assert reader.links == [] and reader.tags.count('script') == 2 and 'b' not in reader.tags and 'http' not in page
    assert SCRIPT.read_text(encoding='utf-8') in page and r'\u003c/script\u003e\u003cb\u003e' in page
