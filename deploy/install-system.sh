#!/usr/bin/env bash
# install-system.sh run|test: install what the machine lacks, and only that.
#   run   a Python that can make environments, the libraries WeasyPrint loads, the Noto CJK fonts
#   test  also Chromium, WebKitGTK's driver with a screen for it, PostgreSQL, nginx, Swift with memcached (an S3-compatible store), and
#         LibreOffice's writer
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/say.sh

libraries=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)

has_library() {
    if [ "$(uname)" = Darwin ]; then
        ls /opt/homebrew/lib/"$1".* /usr/local/lib/"$1".* >/dev/null 2>&1
    else
        [[ $libraries == *"$1.so"* ]]
    fi
}

has_noto() {
    [ -n "$(find /usr/share/fonts /usr/local/share/fonts /Library/Fonts ~/Library/Fonts ~/.local/share/fonts ~/.fonts \
        -name 'NotoSerifCJK*' -print -quit 2>/dev/null)" ]
}

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null 2>&1

# Chromium without a screen is a package of its own where Debian has it; journeys take it before the other.
has_headless_shell() {
    command -v chromium-headless-shell >/dev/null 2>&1 || ! apt-cache show chromium-headless-shell >/dev/null 2>&1
}

has_webkit() { command -v WebKitWebDriver && command -v Xvfb; } >/dev/null 2>&1

has_postgresql() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

has_swift() { command -v swift-proxy-server && command -v swift-object-server && command -v memcached; } >/dev/null 2>&1

# The proxy of deploy/nginx.conf, tried by the tests on ports of their own.
has_nginx() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v nginx || ! command -v apt-get; } >/dev/null 2>&1

# Word files go through it and back in the tests.
has_writer() { command -v soffice || ! command -v apt-get; } >/dev/null 2>&1

packages=()
if ! deploy/find-python.sh >/dev/null; then
    [ -z "${PYTHON:-}" ] || stop \
        "PYTHON=$PYTHON 不可用：需要 Python 3.11 或更新版本，并带有 venv 和 ensurepip。" \
        "PYTHON=$PYTHON will not do: Python 3.11 or newer with venv and ensurepip is needed."
    packages+=(python3 python3-venv)
fi
has_library libpango-1.0 || packages+=(libpango-1.0-0)
has_library libpangoft2-1.0 || packages+=(libpangoft2-1.0-0)
has_library libharfbuzz-subset || packages+=(libharfbuzz-subset0)
has_library libfontconfig || packages+=(libfontconfig1)
has_noto || packages+=(fonts-noto-cjk)
if [ "${1:-run}" = test ]; then
    has_chromium || packages+=(chromium)
    has_headless_shell || packages+=(chromium-headless-shell)
    has_webkit || ! command -v apt-get >/dev/null 2>&1 || packages+=(webkit2gtk-driver xvfb)
    has_postgresql || packages+=(postgresql)
    has_nginx || packages+=(nginx-light)
    has_writer || packages+=(libreoffice-writer-nogui)
    has_swift || packages+=(swift-proxy swift-account swift-container swift-object memcached)
fi

[ ${#packages[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    stop "本机没有 apt-get，请用系统自带的软件管理器安装下列各项（此处为 Debian 的名称，README 有对照）：" \
        "there is no apt-get here; install these with the system's own package manager (Debian's names; README has the others):" \
        "${packages[*]}"
fi

say "安装系统软件包：${packages[*]}" "Installing system packages"
as_root_by_hand="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
apt=(env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -q -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold)
install=("${apt[@]}" install -y --no-install-recommends "${packages[@]}")

if [[ " ${packages[*]} " == *" postgresql "* ]] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    # Tests start a server of their own; without this line the package would make one that runs for ever.
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
fi

fresh_lists() { [ -n "$(find /var/lib/apt/lists -name '*_Packages*' -mtime -1 -print -quit 2>/dev/null)" ]; }
updated=no
if ! fresh_lists; then
    as_root "${apt[@]}" update
    updated=yes
fi
if ! as_root "${install[@]}"; then
    [ $updated = no ] || exit 3
    as_root "${apt[@]}" update
    as_root "${install[@]}" || exit 3
fi
