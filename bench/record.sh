#!/bin/sh
# Runs the benchmarks, for about twenty minutes, and puts what they print into README.md between
# the marks, so that no number there is retyped. Arguments go to `ringlab bench`. Do nothing else meanwhile.
set -eu
cd "$(dirname "$0")"
new=$(mktemp)
trap 'rm -f "$new" "$new.md"' EXIT

{
  echo '```text'
  printf '$ ringlab bench --stats%s\n' "${*:+ $*}"
  node ../cli/bin.js bench --stats "$@"
  echo '```'
} > "$new"
awk -v new="$new" '
  /^<!-- end of results -->$/ { inside = 0 }
  !inside { print }
  /^<!-- results -->$/ { inside = 1; print ""; while ((getline line < new) > 0) print line; print "" }
' README.md > "$new.md"
cat "$new.md" > README.md
