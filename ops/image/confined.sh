#!/usr/bin/env bash
# Runs a command on an image's file system where there is no docker, confined like
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges --network host
# Called in mount and process namespaces of its own: unshare --mount --pid --fork confined.sh USER:GROUP ROOT DATA ACCOUNTS SECRETS COMMAND...
# The caller's environment is the command's.
set -euo pipefail
user=${1%:*} group=${1#*:} root=$2 data=$3 accounts=$4 secrets=$5
shift 5

mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o size=512m,mode=1777 tmpfs "$root/tmp"
mount -t tmpfs -o size=1m,mode=755 tmpfs "$root/run"
mkdir "$root/run/secrets"
mount --bind "$data" "$root/data"
mount --bind "$secrets" "$root/run/secrets"
mount -o remount,bind,ro "$root/run/secrets"
mount --bind "$accounts" "$root/etc/askonce/accounts"
mount -o remount,bind,ro "$root/etc/askonce/accounts"
exec chroot "$root" setpriv --reuid "$user" --regid "$group" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
  env -C /etc/askonce "$@"
