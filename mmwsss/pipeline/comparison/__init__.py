"""Several networks or pipelines, several seeds, one table: what `tools/compare.py` does."""
from .compare import compare, done_cells, print_commands
from .entries import Comparison, Entry, read_comparison
from .report import print_table, write_report

__all__ = ['Comparison', 'Entry', 'compare', 'done_cells', 'print_commands', 'print_table', 'read_comparison',
           'write_report']
