#!/usr/bin/env bash
# install-python.sh run|dev: the virtual environment .venv/ with exactly the pinned packages.
# Does nothing when that has been done for these very pins. $PYTHON chooses the interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/say.sh

kind=${1:-run}
python=$(deploy/find-python.sh) || stop "Python 3.11 或更新版本（带 venv）" "Python 3.11 or newer, with venv" "apt-get install python3-venv"
version_of() { "$1" -c 'import sys, pip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo none; }

if [ -e .venv ]; then
    has=$(version_of .venv/bin/python)
    # An environment that works stays, unless another Python was asked for by name. One without pip was cut off in the making.
    asked=$([ -z "${PYTHON:-}" ] || "$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    # Its commands name the folder they were made in, so one that was moved is of no use.
    place=$(cat .venv/.place 2>/dev/null || pwd)
    if [ "$has" = none ] || [ "$place" != "$(pwd)" ] || { [ -n "$asked" ] && [ "$has" != "$asked" ]; }; then
        rm -rf .venv
    fi
fi

stamp_of() { cat deploy/requirements-build.txt "deploy/requirements$1.txt" | cksum; }
run_stamp=$(stamp_of "") dev_stamp=$(stamp_of -dev)
done_for() { [ "$(cat ".venv/.ready-$1" 2>/dev/null)" = "$2" ]; }
done_for dev "$dev_stamp" && exit 0
[ "$kind" = dev ] || { done_for run "$run_stamp" && exit 0; }

if [ ! -e .venv ]; then
    say "用 $python 建立虚拟环境 .venv" "Making the virtual environment .venv with $python"
    "$python" -m venv .venv
fi

if [ "$kind" = dev ]; then requirements=deploy/requirements-dev.txt stamp=$dev_stamp; else requirements=deploy/requirements.txt stamp=$run_stamp; fi
say "安装 Python 软件包（$requirements，按哈希核对）" "Installing Python packages ($requirements, checked by hash)"
pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install --require-hashes --progress-bar off)
"${pip[@]}" -q -r deploy/requirements-build.txt
# Without isolation, so that the one package that is built is built with the pinned tools.
"${pip[@]}" --no-build-isolation -r "$requirements" |
    while read -r word name _; do # a line at a time, which the awk of a bare Debian does not do
        case $word in
        Collecting) echo "    $name" ;;
        Installing) echo "    正在安装 installing …" ;;
        esac
    done >&2
pwd >.venv/.place
echo "$stamp" >".venv/.ready-$kind"
