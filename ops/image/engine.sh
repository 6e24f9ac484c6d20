# Sourced by the scripts beside it: which program builds and runs images on this machine.
#
# Docker where it runs; else Debian's buildah, which needs no service, with a storage of its own below $ASKONCE_IMAGE_STORE.
# A container is then started by run.sh, with the same confinement.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
tag=${ASKONCE_IMAGE:-askonce:local}
store=${ASKONCE_IMAGE_STORE:-${TMPDIR:-/tmp}/askonce-image}

if docker info >/dev/null 2>&1; then
  engine=docker
else
  engine=buildah
  for tool in buildah unshare setpriv; do
    if ! command -v "$tool" >/dev/null; then
      echo "Neither a running docker nor $tool is here. On Debian: apt-get install buildah debootstrap" >&2
      exit 1
    fi
  done
  if [ "$(id -u)" != 0 ]; then
    echo "Without docker this needs root." >&2
    exit 1
  fi
fi

# buildah with that storage: overlay where the file system carries it, else vfs, which copies every layer.
storage() {
  mkdir -p "$store"
  if [ ! -s "$store/driver" ]; then
    local driver=vfs
    if buildah --root "$store/probe" --runroot "$store/probe-run" --storage-driver overlay from scratch >/dev/null 2>&1; then
      driver=overlay
    fi
    buildah --root "$store/probe" --runroot "$store/probe-run" --storage-driver overlay rm --all >/dev/null 2>&1 || true
    rm -rf "$store/probe" "$store/probe-run"
    echo "$driver" >"$store/driver"
  fi
  buildah --root "$store/$(cat "$store/driver")" --runroot "$store/run" --storage-driver "$(cat "$store/driver")" "$@"
}
