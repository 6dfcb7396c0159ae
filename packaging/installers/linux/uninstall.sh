#!/bin/sh
# Takes DeepDesk away again, with the environment that its first start set up. Projects stay, and
# preferences too, unless --purge is said.
set -eu

program=$(dirname -- "$(readlink -f -- "$0")")
prefix=$(dirname -- "$(dirname -- "$program")")

if [ ! -f "$program/installed-files" ]; then
    echo 'This copy came with the archive and removes nothing. Run the one that was installed:' >&2
    echo "  sh ${HOME-}/.local/lib/deepdesk/uninstall.sh" >&2
    echo 'or, after install.sh --prefix FOLDER, FOLDER/lib/deepdesk/uninstall.sh.' >&2
    exit 1
fi

refresh() {
    if command -v "$1" >/dev/null; then
        "$@" 2>/dev/null || true
    fi
}

refresh_menus() {
    refresh update-desktop-database "$prefix/share/applications"
    refresh update-mime-database "$prefix/share/mime"
    refresh gtk-update-icon-cache -q -t "$prefix/share/icons/hicolor"
}

# Only the names that a set-up makes go, and the marker last: what else lies there is the person's.
remove_runtime() {
    runtime=${DEEPDESK_RUNTIME:-${XDG_DATA_HOME:-$HOME/.local/share}/deepdesk/runtime}
    if [ ! -f "$runtime/made-by-deepdesk" ]; then
        return 0
    fi
    (CDPATH='' cd -- "$runtime" && rm -rf -- env-a env-b window cache python current kept-back \
        set-up.log set-up.log.1 discarded-* aside-env-? *.tmp-*-* lock && rm -f -- made-by-deepdesk)
    if rmdir -- "$runtime" 2>/dev/null; then
        case $(dirname -- "$runtime") in
            */[Dd]eep[Dd]esk) rmdir -- "$(dirname -- "$runtime")" 2>/dev/null || true ;;
        esac
    elif [ -n "$(ls -A -- "$runtime")" ]; then
        echo "What is not DeepDesk's stays in $runtime."
    fi
}

remove_settings() {
    rm -rf -- "${XDG_CONFIG_HOME:-$HOME/.config}/DeepDesk" "${XDG_CACHE_HOME:-$HOME/.cache}/DeepDesk" \
        "${XDG_STATE_HOME:-$HOME/.local/state}/DeepDesk"
}

remove_program() {
    while IFS= read -r name; do
        rm -f -- "$prefix/$name"
    done <"$program/installed-files"
    # The list of file types is made anew from this folder, which therefore goes last.
    refresh_menus
    sort -r <"$program/installed-folders" >"$program/folders"
    while IFS= read -r name; do
        rmdir -- "$prefix/$name" 2>/dev/null || true
    done <"$program/folders"
    rm -rf -- "$program"
}

case ${1-} in
    --refresh-menus)
        refresh_menus
        ;;
    --keep-runtime)
        remove_program
        ;;
    '')
        remove_runtime
        remove_program
        ;;
    --purge)
        remove_runtime
        remove_settings
        remove_program
        ;;
    *)
        echo 'Usage: uninstall.sh [--keep-runtime | --purge]' >&2
        exit 2
        ;;
esac
