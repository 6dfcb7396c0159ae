#!/bin/sh
# Sets DeepDesk up where that is needed, then starts it. Also the program of the bundle itself where
# that was made without a compiler; then the Dock shows the icon of Python.

here=$(cd -P -- "$(dirname -- "$0")" && pwd) || exit 1
case $here in
    */Contents/MacOS) here=${here%/MacOS}/Resources ;;
esac
runtime=${DEEPDESK_RUNTIME:-$HOME/Library/Application Support/DeepDesk/runtime}
export DEEPDESK_PAYLOAD="$here"

say() {
    printf '%s\n' "$1" >&2
    # The text is given as an argument, so nothing in it is read as a script.
    osascript -e 'on run words' -e 'display notification (item 1 of words) with title "DeepDesk"' \
        -e 'end run' "$1" >/dev/null 2>&1
}

complain() {
    printf '%s\n' "$1" >&2
    osascript -e 'on run words' -e 'display alert "DeepDesk" message (item 1 of words)' \
        -e 'end run' "$1" >/dev/null 2>&1
    exit 1
}

if [ "$(uname -s)" = Darwin ] && [ "$(uname -m)" != arm64 ]; then
    complain "DeepDesk needs a Mac with Apple silicon: PyTorch no longer exists for Intel Macs."
fi

# The marker says that what a set-up makes there may be deleted: the folder must have been empty.
if ! (umask 077 && mkdir -p -- "$runtime") || ! inside=$(ls -A -- "$runtime"); then
    complain "The folder $runtime cannot be made or read."
fi
if [ -z "$inside" ]; then
    (umask 077 && echo DeepDesk >"$runtime/made-by-deepdesk") ||
        complain "The folder $runtime cannot be written."
elif [ ! -f "$runtime/made-by-deepdesk" ]; then
    complain "$runtime holds files that DeepDesk did not make. Move them away, or set \
DEEPDESK_RUNTIME to another folder."
fi
export UV_PYTHON_INSTALL_DIR="$runtime/python" UV_CACHE_DIR="${UV_CACHE_DIR:-$runtime/cache}"
export UV_HTTP_TIMEOUT=300 UV_SYSTEM_CERTS=1

# Python's own archives may have come along: in the folder of wheels named, or with the payload.
wheels=
is_wheels=
for argument do
    if [ -n "$is_wheels" ]; then
        wheels=$argument
    fi
    is_wheels=
    case $argument in
        --wheels) is_wheels=yes ;;
        --wheels=*) wheels=${argument#--wheels=} ;;
    esac
done
for folder in "$wheels" "$here"; do
    if [ -z "${UV_PYTHON_INSTALL_MIRROR:-}" ] && [ -n "$folder" ] && [ -d "$folder/python" ]; then
        folder=$(cd -P -- "$folder/python" && pwd | sed 's/%/%25/g; s/ /%20/g')
        export UV_PYTHON_INSTALL_MIRROR="file://$folder"
    fi
done

find_python() {
    "$here/uv" python find --no-config --managed-python @PYTHON@ 2>/dev/null
}
if ! python=$(find_python); then
    say "DeepDesk fetches a Python first, about 25 MB."
    "$here/uv" python install --no-config --no-bin @PYTHON@ ||
        complain "A Python could not be fetched. Connect to the network, then start DeepDesk again."
    python=$(find_python) || complain "The Python that was fetched is not found. Start DeepDesk again."
fi
exec "$python" -P "$here/launcher.py" "$@"
