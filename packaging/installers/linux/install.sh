#!/bin/sh
# Installs DeepDesk for this person, without administrator's rights; or for everybody, with
# --prefix /usr/local as root.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
prefix=$HOME/.local
case ${1-} in
    '') ;;
    --prefix)
        prefix=${2:?Say where: --prefix FOLDER}
        ;;
    *)
        echo 'Usage: ./install.sh [--prefix FOLDER]   (without it: ~/.local)' >&2
        exit 2
        ;;
esac
case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
esac
case $prefix in
    *[\"\`\$\\%\|\&]*)
        echo "A menu entry cannot name $prefix; choose a folder without signs such as \" or \$." >&2
        exit 1
        ;;
esac
program=$prefix/lib/deepdesk

if [ -e "$program/uninstall.sh" ]; then
    # What is set up in the person's own folder stays: an update takes from it what did not change.
    sh "$program/uninstall.sh" --keep-runtime
fi

# What is put there is written down, folders too, so that just that goes away again.
mkdir -p -- "$program"
files=$program/installed-files
folders=$program/installed-folders
: >"$folders"
(cd -- "$here/files" && find . -mindepth 1 -type d | sort) | while IFS= read -r name; do
    if [ ! -d "$prefix/$name" ]; then
        mkdir -- "$prefix/$name"
        echo "$name" >>"$folders"
    fi
done
(cd -- "$here/files" && find . ! -type d | sort) >"$files"
(cd -- "$here/files" && tar -cf - -T "$files") | tar -xf - -C "$prefix" --no-same-owner
cp -- "$here/uninstall.sh" "$program/uninstall.sh"

# Menus do not look for programs in ~/.local/bin, so they get the whole path.
for entry in applications/deepdesk.desktop kio/servicemenus/deepdesk.desktop; do
    sed "s|^Exec=deepdesk|Exec=\"$prefix/bin/deepdesk\"|" "$prefix/share/$entry" >"$program/entry"
    mv -- "$program/entry" "$prefix/share/$entry"
done
sh "$program/uninstall.sh" --refresh-menus

if command -v python3 >/dev/null; then
    python3 "$here/check/check.py"
fi
echo "DeepDesk is installed in $program."
echo 'Start it from the menu, or with:'
echo "  $prefix/bin/deepdesk"
