# Shared by the scripts beside it; source it, do not run it.
# shellcheck shell=bash

# Every script works from the repository's root, wherever it was called from.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1

# A crash handler that walks a large binary can hold a test run for minutes; a plain crash report is enough.
export SWIFT_BACKTRACE=${SWIFT_BACKTRACE:-enable=no}

# shellcheck disable=SC2034
venv=$root/.venv-thirdline

# An import of a module that a target does not declare works by luck in an incremental build and fails in a
# clean one; this makes it fail at once. The build's last line may still say "complete": trust the exit code.
# shellcheck disable=SC2034
build_flags=(--explicit-target-dependency-import-check error)

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
die() { warn "error: $*"; exit 1; }

# 75 -> 1 min 15 s
spell_seconds() {
    if (($1 >= 60)); then printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# end_tree PID: ends a process and all that it started. SwiftPM gives a test run a process group of its own, so
# ending swift alone would leave the tests running.
end_tree() {
    local tree
    tree=$(process_tree "$1")
    # shellcheck disable=SC2086
    kill $tree 2>/dev/null || true
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        # shellcheck disable=SC2086
        kill -0 $tree 2>/dev/null || return 0
        sleep 0.3
    done
    # shellcheck disable=SC2086
    kill -9 $tree 2>/dev/null || true
}

process_tree() {
    local child
    # shellcheck disable=SC2013
    for child in $(cat "/proc/$1"/task/*/children 2>/dev/null); do process_tree "$child"; done
    printf '%s ' "$1"
}

# heartbeat LABEL LOG PID [LIMIT]: prints a line every 20 s with the time gone and the log's last line, so that a
# long silent step is seen to be alive; ends PID after LIMIT seconds. Runs until killed, or until the script that
# started it is gone.
heartbeat() {
    local label=$1 log=$2 pid=$3 limit=${4:-0} parent=$$ began=$SECONDS beat=$SECONDS last
    while kill -0 "$parent" 2>/dev/null; do
        sleep 1
        if ((limit > 0 && SECONDS - began >= limit)); then
            printf '  %s did not end within %s and is stopped\n' "$label" "$(spell_seconds "$limit")" >&2
            end_tree "$pid"
            return 0
        fi
        ((SECONDS - beat >= 20)) || continue
        beat=$SECONDS
        # SwiftPM rewrites its progress line with carriage returns; only the newest part is of interest.
        last=$(tail -c 400 "$log" 2>/dev/null | tr '\r' '\n' | grep -v '^[[:space:]]*$' | tail -n 1 | cut -c1-100) || last=
        printf '  ... %s, %s: %s\n' "$label" "$(spell_seconds $((SECONDS - began)))" "${last:-starting}"
    done
}

# What with_heartbeat runs just now. It runs beside the shell, since bash answers a signal only between commands:
# a script that is told to stop must not first wait for half an hour of tests.
running_command=''
interrupted() {
    [[ -z $running_command ]] || end_tree "$running_command"
    exit "$1"
}
trap 'interrupted 130' INT
trap 'interrupted 143' TERM

# with_heartbeat LABEL LOG COMMAND...: runs the command with its output in LOG and a heartbeat on the terminal.
# Answers with the command's own exit code. time_limit=SECONDS before it ends a command that takes longer.
with_heartbeat() {
    local label=$1 log=$2 beat code=0
    shift 2
    mkdir -p "$(dirname "$log")"
    : >"$log"
    "$@" >"$log" 2>&1 </dev/null &
    running_command=$!
    heartbeat "$label" "$log" "$running_command" "${time_limit:-0}" &
    beat=$!
    wait "$running_command" || code=$?
    running_command=''
    kill "$beat" 2>/dev/null || true
    wait "$beat" 2>/dev/null || true
    return "$code"
}

# show_failure LOG: the lines of a build log that matter, then its end.
show_failure() {
    grep -E '(error|fatal|warning): ' "$1" | sort -u | head -n 40 >&2 || true
    warn "---- end of $1"
    tail -n 25 "$1" >&2
}

# build LABEL LOG ARGUMENTS...: swift build, with its own progress bar on a terminal and a heartbeat elsewhere.
build() {
    local label=$1 log=$2 began=$SECONDS
    shift 2
    if [[ -t 1 ]]; then
        swift build "$@" || return 1
    elif ! with_heartbeat "$label" "$log" swift build "$@"; then
        show_failure "$log"
        return 1
    fi
    say "$label: done in $(spell_seconds $((SECONDS - began)))."
}

# first_build_notice KIND PRODUCT: says how long the wait will be, if nothing has been built yet.
first_build_notice() {
    [[ -e $2 ]] && return 0
    case $1 in
        debug) say "First debug build: all dependencies are compiled once, about 3 to 5 minutes on two cores, 1 GB of disk." ;;
        release) say "First release build: all dependencies are compiled once, about 5 minutes on two cores, 1 GB of disk." ;;
    esac
    say "Later builds take seconds. Without a terminal a line every 20 s shows that it goes on."
}
