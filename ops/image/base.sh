#!/usr/bin/env bash
# Makes a stand-in for docker.io/library/node:24-bookworm-slim, for machines that reach Debian's packages and npm's but no
# registry of images: Debian 12 without its documents, Node 24, npm, and the user node (1000). Needs debootstrap, root, buildah.
set -euo pipefail
. "$(dirname "$0")/engine.sh"

base=docker.io/library/node:24-bookworm-slim
if storage inspect --type image "$base" >/dev/null 2>&1; then exit 0; fi
if ! command -v debootstrap >/dev/null; then
  echo "debootstrap is not here. On Debian: apt-get install debootstrap" >&2
  exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' | grep -v security | head -n 1)
debootstrap --variant=minbase bookworm "$work/root" "$mirror" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }

# As Debian's slim images: no documents but the licences, no caches, no package lists, and here no mirror either.
(
  cd "$work/root"
  rm -rf var/cache/apt/* var/lib/apt/lists/* var/log/* tmp/* usr/share/{man,info,groff,lintian,linda,locale}/*
  find usr/share/doc -type f ! -name copyright -delete
  find usr/share/doc -depth -type d -empty -delete
  : >etc/apt/sources.list
  echo "node:x:1000:" >>etc/group
  echo "node:x:1000:1000::/home/node:/bin/bash" >>etc/passwd
  install -d -o 1000 -g 1000 home/node
)

(cd "$work" && npm pack --silent --loglevel=error "node-$(node -p 'process.platform + "-" + process.arch')@24" >/dev/null && tar -xzf node-*.tgz)
install -m 755 "$work/package/bin/node" "$work/root/usr/local/bin/node"
mkdir -p "$work/root/usr/local/lib/node_modules"
cp -R "$(npm root --global)/npm" "$work/root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$work/root/usr/local/bin/npx"

container=$(storage from scratch)
storage add --quiet "$container" "$work/root" / >/dev/null
storage config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin --cmd '["node"]' "$container"
storage commit --quiet --rm "$container" "$base" >/dev/null
