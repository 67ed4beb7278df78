"""Reads a file from outside in a process of its own, with limits of memory and time. Touches that process only.

A spreadsheet, a Word file or a picture of a few kilobytes can unpack to more than a machine has. Whoever reads one asks
`confined(function, data, …)`: the function runs in a child that is ended when it takes too much, and nothing else suffers.

Takes   a function at the top of a module that imports no application, with arguments that can be pickled.
Gives   what it returns; what it raises is raised here.
Raises  Overrun: it took more than its memory or its time, or ended its process.
"""

import contextlib
import importlib
import io
import os
import pickle
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MEMORY = 1536 * 1024 * 1024  # bytes of address space: the libraries themselves take a third
SECONDS = 60
AT_ONCE = 2  # children of one process: each may take its whole memory
LARGEST_RESULT = 1 << 30
_turn = threading.BoundedSemaphore(AT_ONCE)


class Overrun(Exception):
    """A file whose reading was ended. `reason`: memory, time."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def cause(self, language: str = "zh-CN") -> str:
        if self.reason == "time":
            zh, en = (
                "读这个文件用时过长，已停止；没有写入任何内容。",
                "Reading this file took too long and was stopped; nothing was written.",
            )
        else:
            zh = "这个文件展开后太大，或内容不正常，已停止读取；没有写入任何内容。"
            en = "This file unpacks to too much, or is not made as such files are; reading was stopped and nothing was written."
        return zh if language == "zh-CN" else en

    def remedy(self, language: str = "zh-CN") -> str:
        zh = "请把需要的内容复制到新建的文件里保存，再上传；内容多的分成几个文件。"
        en = "Copy what is needed into a new file, save it and upload that; split what is long into several files."
        return zh if language == "zh-CN" else en


def confined(
    function: Callable[..., Any], *args: Any, seconds: int = SECONDS, memory: int = MEMORY, **more: Any
) -> Any:
    """What `function(*args, **more)` gives, computed in a process with these limits. Raises Overrun, and what it raises."""
    task = pickle.dumps((function.__module__, function.__qualname__, args, more))
    with _turn:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "surveys.confined", str(seconds), str(memory)],
                cwd=ROOT,
                input=task,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=seconds * 2,  # the processor's seconds are counted there, the clock's here
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Overrun("time") from None
    if done.returncode in (-24, -9):  # SIGXCPU, and SIGKILL after it
        raise Overrun("time")
    if done.returncode != 0:
        raise Overrun("memory")
    raised, result = pickle.loads(done.stdout)  # noqa: S301 - our own process wrote it
    if raised:
        raise result
    return result


def main(seconds: int, memory: int) -> None:
    """The child: take the task from standard input, write what came of it to standard output."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_RESULT, LARGEST_RESULT))
    out = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a library prints is no answer
    module, name, args, more = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - our own process wrote it
    function = getattr(importlib.import_module(module), name)
    try:
        answer = (False, function(*args, **more))
    except (MemoryError, RecursionError):
        os._exit(3)
    except Exception as problem:
        problem.__cause__ = problem.__context__ = None
        problem.__traceback__ = None
        answer = (True, problem)
    result = io.BytesIO()
    try:
        pickle.dump(answer, result)
    except (MemoryError, RecursionError):
        os._exit(3)
    with contextlib.suppress(BrokenPipeError), os.fdopen(out, "wb") as file:
        file.write(result.getbuffer())


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
