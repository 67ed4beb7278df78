"""A worker process for the tests of jobs: a job of kind `tally` leaves one file, named after its number, in a folder.

Run as `python -m tests.surveys.job_worker DATABASE_URL INSTANCE FOLDER`.
"""

import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import create_app
from surveys import jobs


def main(url: str, instance: str, folder: str) -> None:
    jobs.STALE_AFTER, jobs.BEAT_EVERY, jobs.LOOK_EVERY = timedelta(seconds=1.5), 0.3, 0.05

    @jobs.handler("tally")
    def tally(job: jobs.Job, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
        number = job.arguments["number"]
        progress("half", 1, 2)
        time.sleep(0.15)
        (Path(folder) / str(number)).touch()
        return {"number": number}

    app = create_app({"INSTANCE": instance, "SQLALCHEMY_DATABASE_URI": url})
    with app.app_context():
        jobs.work_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
