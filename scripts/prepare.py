"""Make `.venv` and install the pins of one lock into it; called by make, with whatever Python the machine has.

`prepare.py run` installs what the server needs, `prepare.py dev` what tests and checks need on top. The stamp
it leaves behind lets make skip all of this next time. Written so that every Python 3 can read it and reach the
message that says which one is needed.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST = (3, 11)
NEWEST_WITH_WHEELS = (3, 13)
STAMPS = {"run": ("run",), "dev": ("dev", "run")}


def why_not(version: "tuple[int, ...]", has_venv: bool) -> str:
    """Say in a sentence why this Python cannot be used, or return an empty string."""
    if tuple(version[:2]) < OLDEST:
        return (
            "Mortise needs Python 3.11 or newer; this is %d.%d. "
            "Install a newer one, or name it: make PYTHON=/path/to/python3.11 ..." % tuple(version[:2])
        )
    if not has_venv:
        return (
            "This Python cannot make virtual environments. Install its venv package "
            "(Debian and Ubuntu: apt-get install python3-venv), then repeat the command."
        )
    return ""


def can_make_venv() -> bool:
    """Tell whether this Python brings both halves of a virtual environment."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return False
    return True


def venv_python(root: str) -> str:
    """Return the path of the environment's own Python."""
    return os.path.join(root, ".venv", "bin", "python")


def is_usable(python: str) -> bool:
    """Tell whether an environment is there, runs, is new enough and has pip."""
    probe = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        with open(os.devnull, "w") as nowhere:
            return subprocess.call([python, "-c", probe], stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


def install(root: str, lock: str) -> None:
    """Make the environment if need be, then install one lock and the package itself."""
    python = venv_python(root)
    if not is_usable(python):
        print("Making .venv with Python %d.%d." % tuple(sys.version_info[:2]))
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", os.path.join(root, ".venv")])
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    print("Installing the pins of requirements/%s.lock; the first time this takes a minute." % lock)
    sys.stdout.flush()
    lock_file = os.path.join(root, "requirements", lock + ".lock")
    subprocess.check_call([*pip, "--require-hashes", "--prefer-binary", "-r", lock_file])
    subprocess.check_call([*pip, "--no-build-isolation", "--no-deps", "--editable", root])
    for stamp in STAMPS[lock]:
        with open(os.path.join(root, ".venv", ".installed-" + stamp), "w") as file:
            file.write("written by scripts/prepare.py; remove it to install again\n")


def main(arguments: "list[str]", root: str = ROOT) -> int:
    """Install the lock named; return an exit status."""
    if len(arguments) != 1 or arguments[0] not in STAMPS:
        sys.stderr.write("usage: prepare.py run|dev\n")
        return 2
    reason = "" if is_usable(venv_python(root)) else why_not(tuple(sys.version_info[:2]), can_make_venv())
    if reason:
        sys.stderr.write(reason + "\n")
        return 1
    try:
        install(root, arguments[0])
    except subprocess.CalledProcessError as error:
        sys.stderr.write("Could not finish: %s\n" % " ".join(str(part) for part in error.cmd))
        if tuple(sys.version_info[:2]) > NEWEST_WITH_WHEELS:
            sys.stderr.write(
                "Ready-made packages exist for Python 3.11 to 3.13; a newer Python needs a C++ compiler.\n"
            )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
