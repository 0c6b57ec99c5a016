#!/bin/sh
# Serves this folder with Python's own web server, which any program that listens on PORT could replace.
set -eu
echo "hello-shell listens on port $PORT"
exec python3 -m http.server "$PORT"
