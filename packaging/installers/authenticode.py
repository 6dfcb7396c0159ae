"""Signs Windows programs in their place, where a certificate is named.

makensis calls it as a program too, for the uninstaller that it writes into the set-up.
"""

import os
import subprocess
import sys
from pathlib import Path

CERTIFICATE = "DEEPDESK_SIGN_PKCS12"
"""Path of a .pfx or .p12 file; without it nothing is signed."""
PASSWORD = "DEEPDESK_SIGN_PASSWORD_FILE"
"""Path of a file that holds its password."""
TIMESTAMP = "DEEPDESK_SIGN_TIMESTAMP"
"""Address of a time-stamping server; without one a signature ends with its certificate."""


def can_sign() -> bool:
    """Return whether a certificate is named."""
    return bool(os.environ.get(CERTIFICATE))


def command_for_makensis() -> str:
    """Return the command that makensis runs with the path of the uninstaller behind it."""
    return f'"{sys.executable}" "{Path(__file__).absolute()}"'


def sign(program: Path) -> None:
    """Sign a program in its place with the certificate named; without one, do nothing.

    Raises:
        RuntimeError: It could not be signed; the program is as it was.
    """
    if not can_sign():
        return
    signed = program.with_name(program.name + ".signed")
    signed.unlink(missing_ok=True)
    options = ["-pkcs12", os.environ[CERTIFICATE], "-h", "sha256", "-n", "DeepDesk"]
    for name, option in ((PASSWORD, "-readpass"), (TIMESTAMP, "-ts")):
        if os.environ.get(name):
            options += [option, os.environ[name]]
    command = ["osslsigncode", "sign", *options, "-in", str(program), "-out", str(signed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        signed.unlink(missing_ok=True)
        raise RuntimeError(f"{program.name} could not be signed.\n{done.stdout}{done.stderr}")
    signed.replace(program)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        sign(Path(name))
