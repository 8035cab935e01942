"""How many operators a computation dispatches: each is a kernel, or several, on a GPU."""
from torch.utils._python_dispatch import TorchDispatchMode


class CountOperators(TorchDispatchMode):
    """Count what is dispatched within; views are free.

    Attributes:
        count: the number so far, the backward pass included.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        # A view's result is an alias of an argument that it does not write to.
        aliases = [result.alias_info for result in func._schema.returns]
        self.count += not any(alias is not None and not alias.is_write for alias in aliases)
        return func(*args, **(kwargs or {}))
