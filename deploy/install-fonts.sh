#!/usr/bin/env bash
# Fandol, the free 仿宋, 黑体, 楷体 and 宋体 of the printed page, into .fonts/: six files out of Debian's
# texlive-lang-chinese, without installing TeX.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/say.sh

names=(FandolFang-Regular FandolHei-Bold FandolHei-Regular FandolKai-Regular FandolSong-Bold FandolSong-Regular)
complete() {
    for name in "${names[@]}"; do [ -e ".fonts/$name.otf" ] || return 1; done
}
complete && exit 0
mkdir -p .fonts

for folder in /usr/share/texlive/texmf-dist/fonts/opentype/public/fandol \
    /usr/local/texlive/*/texmf-dist/fonts/opentype/public/fandol /usr/share/fonts/opentype/fandol; do
    if [ -e "$folder/FandolFang-Regular.otf" ]; then
        for name in "${names[@]}"; do cp "$folder/$name.otf" .fonts/; done
        exit 0
    fi
done

command -v apt-get >/dev/null 2>&1 && command -v dpkg-deb >/dev/null 2>&1 || stop \
    "Fandol 字体。请把 FandolFang、FandolHei、FandolKai、FandolSong 的六个 .otf 文件放进 .fonts/（TeX Live 的 fandol 包里有）。" \
    "the Fandol fonts. Put the six .otf files FandolFang, FandolHei, FandolKai, FandolSong into .fonts/ (TeX Live's package “fandol” has them)."

say "取 Fandol 字体（下载约 54 MB，只留六个文件）" "Taking the Fandol fonts out of their package (54 MB to download, six files kept)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
download() { (cd "$work" && apt-get -q -o APT::Sandbox::User=root download texlive-lang-chinese >&2); }
if ! download; then
    as_root_by_hand='apt-get update'
    as_root apt-get -q update
    download || stop "软件包 texlive-lang-chinese 无法下载" "the package texlive-lang-chinese could not be downloaded"
fi
dpkg-deb --fsys-tarfile "$work"/texlive-lang-chinese_*.deb |
    tar -x -C "$work" --wildcards '*/opentype/public/fandol/*.otf'
for name in "${names[@]}"; do find "$work" -name "$name.otf" -exec mv {} .fonts/ \;; done
complete || stop "texlive-lang-chinese 里没有找到六个 Fandol 字体" "the six Fandol fonts were not in texlive-lang-chinese"
