"""A process that has imported everything: it forks, and the fork becomes a stage without seconds of imports.

Not used beside an accelerator, whose drivers do not survive a fork.
"""
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from mmwsss.utils.errors import InputError
from mmwsss.utils.system import peak_megabytes

MODULES = ('mmwsss.upstream', 'mmwsss.models', 'mmwsss.datasets', 'mmwsss.evaluation', 'mmwsss.visualization',
           'mmwsss.engine.hooks', 'mmwsss.engine.mixed_precision', 'mmwsss.engine.runner')
PATIENCE = 10  # seconds for the process to end
PROGRAM = 'import sys; sys.path[:] = {path!r}; from mmwsss.pipeline.warm import serve; serve({socket})'


class WarmPython:
    """The client: starts one stage after the other in forks of one process, which starts with the first stage."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._pid, self._received = 0, b''

    def start(self, script: str, arguments: Sequence[str], output: int, lock: int) -> int:
        """Start a script; it leads a process group of its own.

        Args:
            script: path of the script.
            arguments: of the script.
            output: file descriptor for what it writes.
            lock: file descriptor that it keeps open.

        Returns:
            The number of its process.
        """
        if self._socket is None:
            self._socket, other = socket.socketpair()
            with other:
                program = PROGRAM.format(path=sys.path, socket=other.fileno())
                self._server = subprocess.Popen(
                    [sys.executable, '-c', program], pass_fds=[other.fileno()], stdin=subprocess.DEVNULL,
                    stdout=output, stderr=output, start_new_session=True)
        socket.send_fds(self._socket, [json.dumps([script, *arguments]).encode() + b'\n'], [output, lock])
        self._socket.setblocking(True)
        try:
            self._pid = self._read()['pid']
        except BaseException:  # Ctrl-C while it imports, too
            self._abandon()
            raise
        self._socket.setblocking(False)
        return self._pid

    def poll(self) -> tuple[int, float] | None:
        """The wait status and the peak memory in MB of the stage, or `None` while it runs."""
        if self._socket is None:  # the server was killed, which was told already
            return None if _is_alive(self._pid) else (0, 0.0)
        with suppress(BlockingIOError):
            found = self._read()
            return found['status'], found['peak']
        return None

    def close(self) -> None:
        """End the process that forks; a stage that still runs goes on."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
            with suppress(subprocess.TimeoutExpired):
                self._server.wait(PATIENCE)

    def _abandon(self) -> None:
        """Kill the process that forks, and a stage that it has just forked: nobody would know of it."""
        if self._socket is not None:
            self._server.kill()
            with suppress(InputError, ProcessLookupError):  # the first: it forked none
                os.killpg(self._read()['pid'], signal.SIGKILL)
            self.close()

    def _read(self) -> dict:
        assert self._socket is not None
        with suppress(ConnectionResetError):
            while b'\n' not in self._received:
                message = self._socket.recv(1 << 16)
                if not message:
                    break
                self._received += message
            else:
                line, _, self._received = self._received.partition(b'\n')
                return json.loads(line)
        self.close()
        raise InputError('The process that starts the stages was killed, probably because memory ran out. Run the same '
                         'command again to resume.')


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def serve(handle: int) -> None:
    """The server: import everything, then fork for each request until the client is gone.

    Args:
        handle: file descriptor of the socket to the client.
    """
    for name in MODULES:
        import_module(name)
    with socket.socket(fileno=handle) as client:
        while True:
            request, handles, _, _ = socket.recv_fds(client, 1 << 20, 2)
            if not request:
                return
            pid = os.fork()
            if not pid:
                os.setsid()
                _send(client, pid=os.getpid())  # now that it leads its group
                client.close()
                _become(json.loads(request), *handles)
            for one in handles:
                os.close(one)
            _, status, usage = os.wait4(pid, 0)
            with suppress(BrokenPipeError):
                _send(client, status=status, peak=peak_megabytes(usage))


def _send(client: socket.socket, **message: float) -> None:
    client.sendall(json.dumps(message).encode() + b'\n')


def _become(command: list[str], output: int, lock: int) -> None:
    """Run a script in this process as `python SCRIPT ...` does, and exit."""
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.set_inheritable(lock, True)  # workers keep it, too
    sys.argv[:] = command
    sys.path.insert(0, os.path.dirname(os.path.abspath(command[0])))
    runpy.run_path(command[0], run_name='__main__')
    sys.exit()
