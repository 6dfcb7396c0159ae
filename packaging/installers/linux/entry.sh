#!/bin/sh
# Starts DeepDesk. Where an environment of this release is whole, this is all that runs before the
# program's own Python; everything else is left to launcher.py.

here=$(dirname -- "$(readlink -f -- "$0")")
runtime=${DEEPDESK_RUNTIME:-${XDG_DATA_HOME:-$HOME/.local/share}/deepdesk/runtime}
fingerprint=@FINGERPRINT@

# What would lead a Python away from what it is to run, and a torch.py that lies beside the person.
unset PYTHONPATH PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV CONDA_PREFIX
export PYTHONSAFEPATH=1 PYTHONNOUSERSITE=1
export DEEPDESK_PAYLOAD="$here" DEEPDESK_RUNTIME="$runtime"

is_of_this_release() {
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in *"\"$fingerprint\""*) return 0 ;; esac
    done
    return 1
}

start_at_once() {
    [ -r "$runtime/current" ] || return 0
    name=
    read -r name <"$runtime/current" || true
    environment=$runtime/env-$name
    if [ -x "$environment/bin/python" ] && [ -r "$environment/deepdesk-ready.json" ] &&
        is_of_this_release <"$environment/deepdesk-ready.json"; then
        exec "$environment/bin/python" -m deepdesk "$@"
    fi
}

case ${1-} in
    --set-up | --repair | --rollback | --status | --remove) ;;
    --wheels | --wheels=* | --backend | --backend=* | --terminal | --) ;;
    *) start_at_once "$@" ;;
esac

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

for python in /usr/bin/python3 python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$python" >/dev/null && is_new_enough "$python"; then
        exec "$python" "$here/launcher.py" "$@"
    fi
done

# No Python that is new enough: uv, which came with the program, fetches one.
say() {
    printf '%s\n' "$1" >&2
    if command -v notify-send >/dev/null; then
        notify-send --icon=deepdesk DeepDesk "$1" 2>/dev/null
    fi
}

complain() {
    say "$1"
    exit 1
}

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
        folder=$(CDPATH='' cd -P -- "$folder/python" && pwd | sed 's/%/%25/g; s/ /%20/g')
        export UV_PYTHON_INSTALL_MIRROR="file://$folder"
    fi
done

if ! python=$("$here/uv" python find --no-config --managed-python 3.12 2>/dev/null); then
    say "DeepDesk fetches a Python first, about 35 MB."
    "$here/uv" python install --no-config --no-bin 3.12 || complain \
        "A Python could not be fetched. Install Python 3.11 or newer, then start DeepDesk again."
    python=$("$here/uv" python find --no-config --managed-python 3.12) || exit 1
fi
exec "$python" "$here/launcher.py" "$@"
