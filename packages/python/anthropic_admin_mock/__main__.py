"""``python -m anthropic_admin_mock``: the command, in place of this process where the system can do that."""

import os
import subprocess
import sys

from ._binary import find_binary


def main() -> None:
    command = [find_binary(), *sys.argv[1:]]
    if os.name == "posix":
        os.execv(command[0], command)
    # Windows has no exec: what replaces the process there returns to the shell too early.
    process = subprocess.Popen(command)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            pass  # the console has told the command as well, which decides how to end


if __name__ == "__main__":
    main()
