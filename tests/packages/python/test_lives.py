"""How long servers live: never longer than what started them, and they leave nothing behind."""

import os
import signal
import subprocess
import sys
import time

import pytest
from conftest import processes

from anthropic_admin_mock import MockServer, find_binary

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")


def gone(pids, seconds=10):
    """Whether the processes end before long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not any(pid in processes([find_binary()]) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def wait_for_lines(path, count):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if path.exists() and len(path.read_text().split()) >= count:
            return path.read_text().split()
        time.sleep(0.02)
    raise AssertionError(f"{path.name} has not got {count} lines")


# Tells the server's number, and then waits to be killed; at the end it calls the mock once more.
SLEEPING = """
import time, pytest
@pytest.fixture(autouse=True)
def torn_down(admin_mock):
    yield
    admin_mock.reset()
    with open("torn-down", "a") as file: print("yes", file=file)
@pytest.mark.parametrize("number", [1, 2])
def test_sleeps(admin_mock_server, number):
    with open("servers", "a") as file: print(admin_mock_server._process.pid, file=file)
    time.sleep(60)
"""


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["pytest", "xdist"])
def test_a_signal_to_pytest_leaves_no_server(tmp_path, options):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "test_sleeps.py"]
    runs = {}
    # All at once, since execnet's workers take some seconds to notice that the controller is gone.
    for name in ["KILL", "TERM", "HUP", "INT"]:
        folder = tmp_path / name
        folder.mkdir()
        (folder / "test_sleeps.py").write_text(SLEEPING)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        runs[name] = subprocess.Popen(command, cwd=folder, start_new_session=True, **quiet)
    servers = {}
    for name in runs:
        servers[name] = [int(pid) for pid in wait_for_lines(tmp_path / name / "servers", 2 if options else 1)]
        assert set(servers[name]) <= set(processes([find_binary()]))

    for name, runner in runs.items():
        runner.send_signal(getattr(signal, f"SIG{name}"))

    for name, runner in runs.items():
        code = runner.wait(30)
        assert gone(servers[name]), f"{name} leaves {servers[name]}"
        if name == "INT":
            assert code == 2
            # A worker of xdist is not torn down by this, so nothing is expected of one.
            if not options:
                assert (tmp_path / name / "torn-down").read_text() == "yes\n"


def test_a_ctrl_c_of_the_terminal_does_not_reach_the_server_before_the_teardown(tmp_path):
    (tmp_path / "test_sleeps.py").write_text(SLEEPING)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_sleeps.py"]
    code, output = in_a_terminal(command, tmp_path, lambda: wait_for_lines(tmp_path / "servers", 1))
    assert code == 2 and (tmp_path / "torn-down").read_text() == "yes\n", output
    assert gone([int(pid) for pid in (tmp_path / "servers").read_text().split()])


def in_a_terminal(command, folder, ready, columns=80):
    """Runs a command on a terminal, presses Ctrl-C when it is ready, and returns its exit code and what the terminal shows."""
    import fcntl
    import pty
    import struct
    import termios

    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(2, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.chdir(folder)
        os.execv(command[0], command)
    ready()
    os.write(terminal, b"\x03")
    shown = b""
    while True:
        try:
            part = os.read(terminal, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


@pytest.mark.parametrize("no_color", ["", "1"])
def test_run_passes_a_ctrl_c_once_and_fits_the_terminal(tmp_path, monkeypatch, no_color):
    monkeypatch.setenv("NO_COLOR", no_color)
    program = tmp_path / "program.py"
    program.write_text(
        "import os, pathlib, signal, sys, time, urllib.error, urllib.request\n"
        "count = 0\n"
        "def interrupted(*_):\n"
        "    global count\n"
        "    count += 1\n"
        "signal.signal(signal.SIGINT, interrupted)\n"
        "try: urllib.request.urlopen(os.environ['MOCK_URL'] + '/v1/organizations/' + 'settings/' * 20)\n"
        "except urllib.error.HTTPError: pass\n"
        "pathlib.Path('ready').write_text('yes')\n"
        "while not count: time.sleep(0.01)\n"
        "time.sleep(0.3)\n"
        "sys.exit(40 + count)\n"
    )
    command = [find_binary(), "run", "--strict", "--", sys.executable, str(program)]
    code, shown = in_a_terminal(command, tmp_path, lambda: wait_for_lines(tmp_path / "ready", 1), columns=40)
    assert code == 41, shown
    said = shown[shown.index("anthropic-admin-mock:") :]
    assert ("\x1b[" in shown) == (no_color == "")
    plain = said.replace("\x1b[1m", "").replace("\x1b[31m", "").replace("\x1b[0m", "")
    assert all(len(line) <= 40 for line in plain.split("\r\n")), plain
    assert "1 × GET /v1/organizations/settings" in plain and "…" in plain


@pytest.mark.parametrize("name", ["KILL", "TERM", "HUP", "INT"])
def test_a_signal_to_run_leaves_no_server(tmp_path, name):
    script = f"echo $MOCK_URL > {tmp_path}/servers; exec sleep 60"
    runner = subprocess.Popen([find_binary(), "run", "--", "sh", "-c", script], stderr=subprocess.DEVNULL, start_new_session=True)
    wait_for_lines(tmp_path / "servers", 1)
    runner.send_signal(getattr(signal, f"SIG{name}"))
    code = runner.wait(30)
    if name != "KILL":
        assert code == 128 + getattr(signal, f"SIG{name}")
    else:
        # The command is not the mock's to end when nobody can be told to end it; the server is in the process that is gone.
        os.killpg(runner.pid, signal.SIGKILL)
    assert gone([runner.pid])


def test_two_hundred_starts_leave_no_process_no_socket_and_no_file(tmp_path):
    MockServer().stop()  # whatever Python itself opens the first time
    before = (set(processes([find_binary()])), open_files(), sorted(os.listdir(tmp_path)))
    started = time.monotonic()
    for _ in range(200):
        MockServer().stop()
    print(f"200 starts and stops took {time.monotonic() - started:.2f} s")
    assert (set(processes([find_binary()])), open_files(), sorted(os.listdir(tmp_path))) == before


def open_files():
    return sorted(os.listdir("/proc/self/fd"))


def test_a_server_that_nobody_stops_ends_with_the_process():
    script = (
        "from anthropic_admin_mock import MockServer\n"
        "server = MockServer()\n"
        "print(server._process.pid)\n"
    )
    output = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, timeout=60)
    assert output.returncode == 0 and output.stderr == "", output.stderr
    assert gone([int(output.stdout)])


def test_a_fork_that_ends_does_not_stop_the_server():
    with MockServer() as server:
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert server.now


def test_a_stop_does_not_wait_for_requests_under_way():
    import socket

    with MockServer() as server:
        host, port = server.url.removeprefix("http://").split(":")
        hanging = socket.create_connection((host, int(port)))
        hanging.sendall(b"DELETE /v1/organizations/inv")
        time.sleep(0.1)
        started = time.monotonic()
    assert time.monotonic() - started < 2
    hanging.close()
