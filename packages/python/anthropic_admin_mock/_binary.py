"""Where the installed package has put the binary."""

import os
import shutil
import sysconfig
from pathlib import Path
from typing import Iterator

NAME = "anthropic-admin-mock.exe" if os.name == "nt" else "anthropic-admin-mock"
OVERRIDE = "ANTHROPIC_ADMIN_MOCK_BINARY"


def find_binary() -> str:
    """The path of the binary. ``ANTHROPIC_ADMIN_MOCK_BINARY`` overrides what the package brought.

    Raises FileNotFoundError with the places that were looked at.
    """
    override = os.environ.get(OVERRIDE)
    if override:
        if not _is_executable(Path(override)):
            raise FileNotFoundError(f"{OVERRIDE} is {override!r}, which is no file that can be run")
        return str(Path(override).absolute())
    looked_at = []
    for candidate in _candidates():
        if _is_executable(candidate):
            return str(candidate)
        looked_at.append(str(candidate))
    on_path = shutil.which(NAME)
    if on_path:
        return on_path
    places = ", ".join(dict.fromkeys(looked_at))
    raise FileNotFoundError(
        f"the binary {NAME} is neither at {places} nor on the PATH; reinstall anthropic-admin-mock, "
        f"or set {OVERRIDE} to a binary of yours"
    )


def _candidates() -> Iterator[Path]:
    from importlib import metadata

    # What the installer wrote down. It does not hold after `pip install --target`, which moves the files afterwards.
    try:
        files = metadata.files("anthropic-admin-mock") or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == NAME:
            yield Path(str(file.locate())).resolve()
    folder = "Scripts" if os.name == "nt" else "bin"
    yield Path(sysconfig.get_path("scripts")) / NAME
    # Beside the package, where `pip install --target` puts it.
    yield Path(__file__).resolve().parent.parent / folder / NAME
    # Under `pip install --prefix` the package lies in lib/pythonX.Y/site-packages.
    parents = Path(__file__).resolve().parents
    if len(parents) > 4:
        yield parents[4] / folder / NAME
    yield Path(sysconfig.get_path("scripts", f"{os.name}_user")) / NAME


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)
