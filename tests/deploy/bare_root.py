"""Run the steps of the Containerfile in bare Debian roots.

    python -m tests.deploy.bare_root FOLDER [--run COMMAND]

Needs root, mmdebstrap and a network. A stage begins as a copy of Debian trixie with its own Python
3.13, which is what the image `python:3.13-slim-trixie` has of its own. RUN, COPY, ENV, WORKDIR and
USER are done as an engine does them; layers, VOLUME and ENTRYPOINT are not. With --run, a command
runs at the end in the last stage, as its user and in its environment.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tests.deploy.containerfile import DEPLOY, Stage, copied, stages

ROOT = DEPLOY.parent
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
BASE = {"python:3.13-slim-trixie": ("trixie", "ca-certificates,python3,python3-venv")}


def base(folder: Path, image: str) -> Path:
    """The bare root that an image is, made once."""
    suite, packages = BASE[image]
    root = folder / suite
    if not root.exists():
        command = ["mmdebstrap", "--variant=minbase", f"--include={packages}", suite, str(root)]
        subprocess.run(command, check=True)
    # The names and the certificates of this machine's network, which may have a proxy of its own.
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    shutil.copy(CERTIFICATES, root / CERTIFICATES.lstrip("/"))
    return root


class Chroot:
    """A stage that is being made."""

    def __init__(self, root: Path, earlier: dict[str, Path]) -> None:
        self.root, self.earlier = root, earlier
        self.user, self.folder = "root", "/"
        self.env = {"PATH": "/usr/local/bin:/usr/bin:/usr/sbin:/bin", "HOME": "/root"}
        self.env |= dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT"), CERTIFICATES)

    def step(self, instruction: str, text: str) -> None:
        """Do one step; raises CalledProcessError where it fails."""
        if instruction == "RUN":
            self.run(text)
        elif instruction == "COPY":
            self.copy(text)
        elif instruction == "ENV":
            pairs = (word.split("=", 1) for word in shlex.split(text))
            for name, value in pairs:
                self.env[name] = re.sub(r"\$(\w+)", lambda match: self.env[match[1]], value)
        elif instruction == "USER":
            self.user = text
        elif instruction == "WORKDIR":
            self.folder = text
            self.inside(text).mkdir(parents=True, exist_ok=True)

    def run(self, text: str) -> None:
        """Run a line of shell in the root, as its user."""
        command = ["chroot", f"--userspec={self.user}:{self.user}", str(self.root), "/bin/sh", "-c"]
        line = f"cd {shlex.quote(self.folder)} && {text}"
        subprocess.run([*command, line], env=self.env, check=True)

    def copy(self, text: str) -> None:
        """Copy from the checkout, or from an earlier stage."""
        options, sources, target = copied(text)
        origin = self.earlier[options["from"]] if "from" in options else ROOT
        for source in sources:
            path, goal = origin / source.lstrip("/"), self.inside(target)
            if target.endswith("/"):
                goal = goal / path.name
            goal.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, goal, symlinks=True, dirs_exist_ok=True)
            else:
                shutil.copy(path, goal)
            if "chmod" in options:
                goal.chmod(int(options["chmod"], 8))

    def inside(self, path: str) -> Path:
        """A path of the stage, on this machine."""
        return self.root / os.path.join(self.folder, path).lstrip("/")


def make(folder: Path, stage: Stage, earlier: dict[str, Path]) -> Chroot:
    """Make a stage anew."""
    root = folder / stage.name
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", str(base(folder, stage.image)), str(root)], check=True)
    chroot = Chroot(root, earlier)
    for instruction, text in stage.steps:
        print(f"{stage.name}: {instruction} {text[:100]}", flush=True)
        chroot.step(instruction, text)
    earlier[stage.name] = root
    return chroot


def main() -> int:
    """Make every stage, then run the command."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--run", metavar="COMMAND", default="silentcrash --version")
    arguments = parser.parse_args()
    earlier: dict[str, Path] = {}
    for stage in stages():
        chroot = make(arguments.folder.absolute(), stage, earlier)
    chroot.run(arguments.run)
    return 0


if __name__ == "__main__":
    sys.exit(main())
