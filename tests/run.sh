#!/usr/bin/env bash
# Builds everything, runs every test project against real servers, and closes with "N passed, N failed, N skipped".
# Works from any directory. Arguments go to `dotnet test`:  tests/run.sh --filter FullyQualifiedName~Ring
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

results=$(mktemp -d)
policy=/usr/sbin/policy-rc.d
made_policy=false
as_root=()

clean_up() {
    rm -rf "$results"
    if $made_policy; then "${as_root[@]}" rm -f "$policy"; fi
}
trap clean_up EXIT

# --- The servers -----------------------------------------------------------------------------------------------------------------

has() { command -v "$1" > /dev/null || [[ -x /usr/local/bin/$1 || -x /usr/bin/$1 || -x /usr/sbin/$1 ]]; }

missing_servers() {
    local server
    for server in redis-server memcached; do
        has "$server" || echo "$server"
    done
}

# Debian names the packages as the programs. They would also start a service each, on the default ports: a policy that says no prevents it.
install_packages() {
    command -v apt-get > /dev/null || return 1
    if [[ $EUID -ne 0 ]]; then
        sudo -n true 2> /dev/null || return 1
        as_root=(sudo -n)
    fi

    if [[ ! -e $policy ]]; then
        made_policy=true
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
        "${as_root[@]}" chmod 755 "$policy"
    fi

    # A list that cannot be refreshed may still be good enough.
    "${as_root[@]}" apt-get update -qq || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

docker_answers() {
    local socket=/var/run/docker.sock
    case ${DOCKER_HOST:-} in
        '') ;;
        unix://*) socket=${DOCKER_HOST#unix://} ;;
        *) return 0 ;; # Somebody set it on purpose.
    esac
    [[ -S $socket ]] || return 1
    ! command -v curl > /dev/null || curl -fsS --max-time 5 --unix-socket "$socket" http://localhost/_ping > /dev/null 2>&1
}

mapfile -t missing < <(missing_servers)
if [[ ${#missing[@]} -gt 0 ]]; then
    echo "Not installed: ${missing[*]}. Installing."
    install_packages "${missing[@]}" || true
    mapfile -t missing < <(missing_servers)
fi

if [[ ${#missing[@]} -gt 0 ]]; then
    if docker_answers; then
        echo "Not installed: ${missing[*]}. Docker will be used for Redis; without memcached its tests are skipped."
    else
        echo "The tests need these servers, and there is neither a Docker engine nor a way to install them from here: ${missing[*]}" >&2
        echo "On Debian and Ubuntu: sudo apt-get install ${missing[*]}" >&2
        exit 1
    fi
fi

# Other clients of the same servers. Without them the tests of sharing keys with them are skipped.
has_pylibmc() { /usr/bin/python3 -c 'import pylibmc' 2> /dev/null || python3 -c 'import pylibmc' 2> /dev/null; }

others=()
has_pylibmc || others+=(python3-pylibmc)
has nutcracker || others+=(nutcracker)
if [[ ${#others[@]} -gt 0 ]]; then
    echo "Not installed: ${others[*]}. Installing."
    install_packages "${others[@]}" || echo "They could not be installed; the tests of sharing keys with them are skipped."
fi

# --- The tests -------------------------------------------------------------------------------------------------------------------

if ! dotnet build CacheRing.sln -c Release; then
    echo "The build failed; no test was run." >&2
    exit 1
fi

# Prints a counter of a results file, such as "passed".
counter() { sed -n "s/.*<Counters .*\b$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1; }

# Prints "fixture.test" of every result with an outcome.
names() {
    local file=$1 outcome=$2 result id class
    while read -r result; do
        id=$(sed 's/.* testId="\([^"]*\)".*/\1/' <<< "$result")
        class=$(grep -A 10 "<UnitTest .*id=\"$id\"" "$file" | sed -n 's/.* className="\([^"]*\)".*/\1/p' | head -n 1)
        sed "s/.* testName=\"\([^\"]*\)\".*/    ${class##*.}: \1/" <<< "$result" |
            sed 's/&quot;/"/g; s/&apos;/'\''/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
    done < <(grep "<UnitTestResult .* outcome=\"$outcome\"" "$file" || true)
}

passed=0 failed=0 skipped=0
summary='' failures='' skips=''
for project in tests/*Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    file=$results/$name.trx
    code=0
    dotnet test "$project" -c Release --no-build --results-directory "$results" --logger "trx;LogFileName=$name.trx" \
        --blame-hang-timeout 10m --blame-hang-dump-type none "$@" || code=$?

    project_total=0 project_passed=0 project_failed=0
    if [[ -f $file ]] && grep -q '<Counters ' "$file"; then
        project_total=$(counter "$file" total)
        project_passed=$(counter "$file" passed)
        project_failed=$(counter "$file" failed)
        failures+=$(names "$file" Failed)$'\n'
        skips+=$(names "$file" NotExecuted)$'\n'$(names "$file" Inconclusive)$'\n'
    fi

    project_skipped=$((project_total - project_passed - project_failed))
    if [[ $code -ne 0 && $project_failed -eq 0 ]]; then
        # It crashed, hung or never began. That is no test's result, but it must not read like success.
        project_failed=1
        failures+="    $name: the run itself, exit code $code"$'\n'
    fi

    summary+="$name: $project_passed passed, $project_failed failed, $project_skipped skipped"$'\n'
    passed=$((passed + project_passed)) failed=$((failed + project_failed)) skipped=$((skipped + project_skipped))
done

# --- The outcome -----------------------------------------------------------------------------------------------------------------

list() { if [[ -n ${2//[$'\n']/} ]]; then printf '%s\n' "$1"; grep -v '^$' <<< "$2"; fi; }

outcome=0
echo
printf '%s' "$summary"
list 'Failed:' "$failures"
list 'Skipped:' "$skips"
if [[ $failed -gt 0 ]]; then
    outcome=1
elif [[ $passed -eq 0 ]]; then
    echo 'No test was run.'
    outcome=1
elif [[ ${CI:-} == true && $skipped -gt 0 ]]; then
    echo 'On a CI machine no test may be skipped.'
    outcome=1
fi

echo "$passed passed, $failed failed, $skipped skipped"
exit $outcome
