# Sourced by the scripts beside it: finds the project and makes sure of its .venv.
#
# The usual case costs a few milliseconds: .venv/made-for-* says from which requirements and with
# which interpreter it was made. Anything else is left to make_environment.py.

# The project's folder, from the script's real place: it may be called through a symbolic link.
root=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd -P) || exit 1
python=$root/.venv/bin/python

# Another program's modules (HEASoft and the like set these) must not come before ours.
unset PYTHONPATH PYTHONHOME
# Without byte code kept beside them, a hundred modules are compiled at every start.
unset PYTHONDONTWRITEBYTECODE

find_python() {
    for name in python3 python3.13 python3.12 python3.11 python3.14; do
        command -v "$name" >/dev/null 2>&1 || continue
        "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        echo "$name"
        return
    done
    echo "vetter: needs Python 3.11 or newer; none of python3, python3.11 ... python3.14 is it" >&2
    exit 1
}

# environment_for run|dev: returns at once when .venv is as the requirements and its python say.
environment_for() {
    case $1 in
        run) set -- run "$root/requirements/run.txt" ;;
        dev) set -- dev "$root/requirements/run.txt" "$root/requirements/dev.txt" ;;
    esac
    kind=$1
    shift
    if [ -x "$python" ] && {
        cat "$root/scripts/make_environment.py" "$root/requirements/pins.txt" "$@"
        readlink -f "$python"
    } | cmp -s - "$root/.venv/made-for-$kind"; then
        return
    fi
    base=$(find_python) || exit 1
    "$base" "$root/scripts/make_environment.py" "$kind" || exit 1
}
