"""Says what the system lacks for DeepDesk, and the line that installs it."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - uv fetches a newer one; an older one ends here
    sys.exit(0)

from bootstrap import system
from bootstrap.console import say

lacking = system.missing(["window", "sound"])
if lacking:
    line = system.install_line(lacking)
    say("This system lacks what DeepDesk's window or sound needs:")
    say("  " + ", ".join(need.probe for need in lacking))
    say("Type: sudo " + " ".join(line) if line else "Install what provides these.")
if reason := system.unsupported_platform():
    say(reason)
