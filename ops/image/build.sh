#!/usr/bin/env bash
# Builds the image: `ops/image/build.sh`, with docker, or with buildah where there is none (see engine.sh).
# ASKONCE_IMAGE names it (askonce:local), ASKONCE_IMAGE_STORE says where buildah keeps it.
set -euo pipefail
. "$(dirname "$0")/engine.sh"

version=$(node -p "require('$root/package.json').version")
revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)
about=(--build-arg "VERSION=$version" --build-arg "REVISION=$revision" --tag "$tag")

if [ "$engine" = docker ]; then
  DOCKER_BUILDKIT=1 docker build "${about[@]}" "$root"
  exit
fi

"$here/base.sh"
secrets=$(mktemp -d)
trap 'rm -rf "$secrets"' EXIT
# This machine's ways to Debian and npm. They are there while a step runs, and in no layer.
apt-get indextargets --format 'deb $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Component: main' |
  grep -E ' bookworm[^ ]* main$' | sort -u >"$secrets/apt-sources"
{
  npm config get registry --loglevel=error | sed 's/^/registry=/'
  grep '^//' "$(npm config get userconfig --loglevel=error)" || true
} >"$secrets/npmrc"
cat "${NODE_EXTRA_CA_CERTS:-/dev/null}" >"$secrets/certificates"
# vfs would copy everything once more for each layer.
layers=true
if [ "$(cat "$store/driver")" = vfs ]; then layers=false; fi
storage bud --quiet --isolation chroot --pull-never --layers=$layers --format docker \
  --secret "id=apt-sources,src=$secrets/apt-sources" --secret "id=npmrc,src=$secrets/npmrc" \
  --secret "id=certificates,src=$secrets/certificates" "${about[@]}" --file "$root/Dockerfile" "$root" >/dev/null
