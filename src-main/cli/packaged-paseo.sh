#!/bin/sh
# The command line of an installed Paseo, in resources/bin, run by the Node that comes with it. May be linked to from anywhere.
set -eu
self=$0
while [ -h "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
resources=$(cd "${self%/*}/.." && pwd -P)
exec "$resources/node/bin/node" "$resources/dist/main/paseo.js" "$@"
