# shellcheck shell=bash
# tally.sh -- what passed and what failed, stage by stage, and what to say of it
# in the end. Read by ./check; tests/tree/test_check.py holds it to its words.

tally_stage='' # prepended to the names of what fails
tally_passed=0
tally_failures=()

# tally_failure NAME: something failed that is no test of ctest's.
tally_failure() { tally_failures+=("$tally_stage: $1"); }

# tally_ctest REPORT STATUS: ctest wrote a report in JUnit's form (--output-junit)
# and ended with an exit status. A test has passed if it was run and did not fail:
# one that crashed, took too long, was not found or was not run has failed. ctest
# has failed itself if it reports no test, or fails without a failed one.
tally_ctest() {
    local line passed_before=$tally_passed failed_before=${#tally_failures[@]}
    local testcase='^[[:space:]]*<testcase name="([^"]+)".* status="([a-z]+)"'
    if [ -f "$1" ]; then
        # What a test said stands in it too, but never with a bare "<".
        while read -r line; do
            [[ $line =~ $testcase ]] || continue
            if [ "${BASH_REMATCH[2]}" = run ]; then
                tally_passed=$((tally_passed + 1))
            else
                tally_failure "${BASH_REMATCH[1]}"
            fi
        done <"$1"
    fi
    [ "${#tally_failures[@]}" -eq "$failed_before" ] || return 0
    if [ "$2" -ne 0 ]; then
        tally_failure "ctest ended with exit status $2"
    elif [ "$tally_passed" -eq "$passed_before" ]; then
        tally_failure "ctest reported no test"
    fi
}

# Names what failed; the last line is "N passed, N failed". False if any did.
tally_report() {
    if [ "${#tally_failures[@]}" -gt 0 ]; then
        printf '\n== what failed\n'
        printf '  %s\n' "${tally_failures[@]}"
    fi
    printf '%s passed, %s failed\n' "$tally_passed" "${#tally_failures[@]}"
    [ "${#tally_failures[@]}" -eq 0 ]
}
