"""Tokens that a message must contain, whatever its wording."""
import re


def message_names(*tokens: object) -> str:
    """A pattern for `match=` and `re.search`: all tokens in any order, as whole words or numbers."""
    return '(?s)' + ''.join(f'(?=.*{_whole(str(token))})' for token in tokens)


def _whole(token: str) -> str:
    before = r'(?<![\w-])(?<!\d\.)' if token[0].isdigit() else r'(?<!\w)' if token[0].isalpha() else ''
    after = r'(?!\w|\.\d)' if token[-1].isdigit() else r'(?!\w)' if token[-1].isalpha() else ''
    return before + re.escape(token) + after
