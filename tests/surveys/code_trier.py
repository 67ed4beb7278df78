"""A web process of some host that tries wrong codes, for the tests of what several hosts share.

Its work takes a fifth of a second, so that two of them look at the count before either has written.
Run as `python -m tests.surveys.code_trier DATABASE_URL INSTANCE TOKEN TIMES`: says that it is ready, waits for a line, tries, and
gives what it was told as one line of JSON.
"""

import json
import sys
import time

from app import create_app
from surveys.planning.people import enrolments
from surveys.planning.people.enrolments import NotEnrolled, Proof, enrol


def _slow(slip: str, code: str) -> str:
    time.sleep(0.2)
    return "the code of no slip"


def main(url: str, instance: str, token: str, times: str) -> None:
    app = create_app({"TESTING": True, "INSTANCE": instance, "SQLALCHEMY_DATABASE_URI": url})
    enrolments.code_hash = _slow
    told = []
    with app.app_context():
        print("ready", flush=True)
        sys.stdin.readline()
        for _ in range(int(times)):
            try:
                enrol(token, "000000", Proof(once="a browser"))
            except NotEnrolled as refused:
                told.append(refused.code)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
