"""The environment variables of MMEngine's launchers."""
import os

# Each launcher's variables for the rank, the rank on the machine and the number of processes.
VARIABLES = {
    'pytorch': ('RANK', 'LOCAL_RANK', 'WORLD_SIZE'),
    'slurm': ('SLURM_PROCID', 'SLURM_LOCALID', 'SLURM_NTASKS'),
    'mpi': ('OMPI_COMM_WORLD_RANK', 'OMPI_COMM_WORLD_LOCAL_RANK', 'OMPI_COMM_WORLD_SIZE'),
}


def process_rank(launcher: str) -> int:
    """The rank of this process; 0 without a launcher."""
    return int(os.environ.get(VARIABLES[launcher][0], 0)) if launcher in VARIABLES else 0
