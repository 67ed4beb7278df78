# shellcheck shell=bash
# Sourced by the other scripts here: what they say, and how they become root.

say() { printf '\n==> %s\n    %s\n' "$1" "$2" >&2; } # say ZH EN

stop() { # stop ZH EN [COMMAND]: something is missing on this machine
    printf '\n缺少：%s\nMissing: %s\n' "$1" "$2" >&2
    [ $# -lt 3 ] || printf '\n    %s\n' "$3" >&2
    exit 3
}

# `as_root COMMAND …`: as it is for root, through sudo for others. Ends with 3, and what to type, when neither works.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        sudo "$@"
    else
        stop "需要管理员权限，但这里没有可用的 sudo。请以 root 身份执行：" \
            "this needs root, and there is no usable sudo. As root, run:" "${as_root_by_hand:-$*}"
    fi
}
