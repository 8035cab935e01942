"""Converting checkpoints released by other projects."""
from .irn import convert_irn
from .vwe import convert_vwe

__all__ = ['convert_irn', 'convert_vwe']
