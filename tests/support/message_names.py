"""What a message must name, whatever its wording."""
import re


def message_names(*tokens: object) -> str:
    """A pattern for `match=` and `re.search`: every token occurs, in any order, as a whole word or number."""
    return '(?s)' + ''.join(f'(?=.*{_whole(str(token))})' for token in tokens)


def _whole(token: str) -> str:
    before = r'(?<![\w-])(?<!\d\.)' if token[0].isdigit() else r'(?<!\w)' if token[0].isalpha() else ''
    after = r'(?!\w|\.\d)' if token[-1].isdigit() else r'(?!\w)' if token[-1].isalpha() else ''
    return before + re.escape(token) + after
