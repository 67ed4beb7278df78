#!/bin/sh
# The program's commands as the service runs them: `diaoyan doctor` is `flask doctor` with the service's account and settings.
# As root: install -m 755 deploy/diaoyan.sh /usr/local/bin/diaoyan
set -eu
set -a
. /etc/diaoyan/settings.env
[ ! -r /etc/diaoyan/backup.env ] || . /etc/diaoyan/backup.env
HOME=/var/lib/diaoyan
FLASK_APP=/opt/diaoyan/app.py
set +a
exec runuser -u diaoyan -- /opt/diaoyan/.venv/bin/flask "$@"
