#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image: Node, bubblewrap and ringlab.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends ca-certificates curl bubblewrap util-linux
curl -fsSL https://deb.nodesource.com/setup_22.x | bash -
apt-get install -y --no-install-recommends nodejs
# ringlab.tgz is made by `npm pack` in ringlab's folder, and lies beside this file.
npm install --global /autograder/source/ringlab.tgz
