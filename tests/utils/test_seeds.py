"""Seeds that NumPy takes."""
import numpy as np
import pytest
from message_names import message_names

from mmwsss.utils.errors import InputError
from mmwsss.utils.seeds import LARGEST, require_seed


@pytest.mark.parametrize('seed', [0, 7, LARGEST])
def test_seeds_of_numpy(seed):
    require_seed(seed)
    np.random.RandomState(seed)


@pytest.mark.parametrize('seed', [-1, LARGEST + 1, 0.5, '3', None])
def test_others(seed):
    with pytest.raises(InputError, match=message_names('--seed', repr(seed), LARGEST)):
        require_seed(seed, '--seed')
