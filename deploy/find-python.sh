#!/bin/sh
# Print the path of a Python that can run the program: 3.11 or newer, able to make a virtual environment with pip.
# $PYTHON first, then `python3`, then what Debian installs. Prints nothing and ends with 1 when there is none.
fit() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    fit "$PYTHON" && command -v "$PYTHON" && exit 0
    exit 1
fi
for candidate in python3 /usr/bin/python3; do
    fit "$candidate" && command -v "$candidate" && exit 0
done
exit 1
