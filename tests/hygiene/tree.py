"""What the rules share: the files of the tree and how a rule reports."""

import pathlib
import subprocess
import sys


def tracked_files(root):
    """The files under version control; without it (a source archive) all that are not build output."""
    listing = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, check=False)
    if listing.returncode == 0:
        names = [name for name in listing.stdout.decode().split("\0") if name]
    else:
        names = [str(path.relative_to(root)) for path in pathlib.Path(root).rglob("*") if path.is_file()]
        names = [name for name in names if not name.startswith(("build", ".git/"))]
    return sorted(name for name in names if (pathlib.Path(root) / name).is_file())


def read(root, name):
    """The text of a file, or None where it is no text."""
    data = (pathlib.Path(root) / name).read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def report(rule, problems, judged):
    """Prints what is wrong and ends the program."""
    for problem in problems:
        print(f"{rule}: {problem}")
    print(f"{judged} judged, {len(problems)} wrong")
    sys.exit(1 if problems else 0)
