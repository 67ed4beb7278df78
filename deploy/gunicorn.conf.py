"""Settings of the web server; `flask serve` starts it and hands it the socket."""

import gc
import os
from pathlib import Path
from typing import Any

from sqlalchemy.orm import configure_mappers

from reports.running.web_worker import WebWorker

chdir = str(Path(__file__).resolve().parents[1])
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, given to a request when all of it is here: a phone on a slow network, or who means harm, holds none.
worker_class = WebWorker
threads = int(os.environ.get("WEB_THREADS", "8"))
worker_connections = 2000
timeout = 120
graceful_timeout = 20
preload_app = True  # one process reads the program, the workers share what it read
keepalive = 5
umask = 0o077  # what the program writes is for its own account only
accesslog = None  # addresses hold slip tokens; the proxy logs with those masked
loglevel = os.environ.get("WEB_LOG_LEVEL", "warning")
control_socket_disable = True


def when_ready(server: Any) -> None:
    """Pages are opened and tables tied together before there are workers. What was loaded stays where it is: the collector need
    not look through it again while somebody waits for an answer, nor write to what the workers share."""
    wsgi = server.app.wsgi()
    if hasattr(wsgi, "open_pages"):
        wsgi.open_pages()
    configure_mappers()
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    from surveys import event_log

    event_log.show()
    gc.set_threshold(10_000, 20, 50)
