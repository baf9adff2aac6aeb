#!/bin/sh
# Runs the benchmarks, for ten minutes a run of each, and puts what they print into README.md between
# the marks, so that no number there is retyped. Arguments go to `ringlab bench`; with --snapshots, --short or
# --nano it is those that are run, for some minutes, with --monitors or
# --programs for a quarter of an hour. Do nothing else meanwhile.
set -eu
cd "$(dirname "$0")"
new=$(mktemp)
trap 'rm -f "$new" "$new.md"' EXIT

case " $* " in
  *' --snapshots '*) marks=snapshots ;;
  *' --nano '*) marks=nano ;;
  *' --short '*) marks=short ;;
  *' --monitors '*) marks=monitors ;;
  *' --programs '*) marks=programs; set -- --stats "$@" ;;
  *) marks=results; set -- --stats "$@" ;;
esac
{
  echo '```text'
  printf '$ ringlab bench %s\n' "$*"
  node ../cli/bin.js bench "$@"
  echo '```'
} > "$new"
awk -v new="$new" -v marks="$marks" '
  $0 == "<!-- end of " marks " -->" { inside = 0 }
  !inside { print }
  $0 == "<!-- " marks " -->" { inside = 1; print ""; while ((getline line < new) > 0) print line; print "" }
' README.md > "$new.md"
cat "$new.md" > README.md
