#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image: Node, bubblewrap and ringlab.
set -euo pipefail
apt-get update
apt-get install -y --no-install-recommends ca-certificates curl bubblewrap util-linux
curl -fsSL https://deb.nodesource.com/setup_22.x | bash -
apt-get install -y --no-install-recommends nodejs
# `npm pack` in ringlab's folder makes ringlab.tgz. It is in the same folder as this file.
npm install --global /autograder/source/ringlab.tgz
