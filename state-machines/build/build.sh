#!/usr/bin/env bash
# Builds one image on a machine that ends with the build. The repository's code runs only inside the image build.
# Takes: JOB_URL, a pre-signed address of the job's file, which is good for one use.
# Ends with: 0, or one of the codes below, by which src/adapters/aws/build/build-failure.ts tells why.
set -euo pipefail
umask 022

readonly EXIT_BUILD_FAILED=20 EXIT_TIMEOUT=21 EXIT_OUT_OF_MEMORY=22 EXIT_STORAGE_FULL=23
readonly EXIT_NO_DOCKERFILE=24 EXIT_IMAGE_TOO_LARGE=25 EXIT_INTERNAL=70
readonly FREE_BYTES_AT_LEAST=67108864 SAVE_LIMIT_S=600 TRANSFER_LIMIT_S=900
# Only tests and stand-ins set these.
readonly PROTOCOLS="${HANDOVER_PROTOCOLS:-=https}" NETWORK="${BUILD_NETWORK:-default}"
readonly VMSTAT="${VMSTAT_FILE:-/proc/vmstat}"

work="$(mktemp -d)"
readonly work
# For what runs in a shell of its own: docker keeps its settings there.
export work
outcome=''

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$2"
  outcome="$1"
  exit "$1"
}

# A program's own exit code must never be taken for one of ours: curl, too, ends with 22.
finish() {
  local status=$?
  rm -rf "$work"
  if ((status == 0)) || [[ -n "$outcome" ]]; then return; fi
  say "Something went wrong on our side."
  exit "$EXIT_INTERNAL"
}
trap finish EXIT

# Usage: transfer URL [curl's arguments]. The address is a credential, so it is no argument: other processes see those.
transfer() {
  local url="$1"
  shift
  printf 'url = "%s"\n' "$url" | curl --config - --proto "$PROTOCOLS" --max-redirs 0 --fail --silent --show-error \
    --connect-timeout 10 --max-time "$TRANSFER_LIMIT_S" --retry 3 "$@"
}

declare -A job=()
given=()

# By a file, as an argument can be seen; its name is part of the argument, where a comma would begin another option.
add_secret() {
  [[ "$1" =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]
  mkdir -p "$work/secrets"
  printf '%s' "$2" >"$work/secrets/$1"
  given+=(--secret "id=$1,src=$work/secrets/$1")
}

# Lines of NAME=BASE64: nothing in a value can end it, and nothing is evaluated.
read_job() {
  local line name value
  while IFS= read -r line; do
    name="${line%%=*}"
    value="$(base64 --decode <<<"${line#*=}")"
    case "$name" in
      build_argument) given+=(--build-arg "$value") ;;
      build_secret) add_secret "${value%%=*}" "${value#*=}" ;;
      *) job["$name"]="$value" ;;
    esac
  done <"$work/job"
}

take_job() {
  local url="${JOB_URL:?is not set}"
  unset JOB_URL
  transfer "$url" --output "$work/job"
  read_job
  rm "$work/job"
  # From here on the address in the build's record is worth nothing.
  transfer "${job[discard_url]:?}" --request DELETE --output /dev/null
}

unpack_source() {
  mkdir "$work/source"
  transfer "${job[source_url]:?}" --output "$work/source.tar.gz"
  # GNU tar drops a leading slash, refuses `..`, and makes links last, so nothing is written outside the folder.
  tar --extract --gzip --file "$work/source.tar.gz" --directory "$work/source" --no-same-owner --no-same-permissions
  rm "$work/source.tar.gz"
}

# The platform's Dockerfile lies beside the source, so that it can't collide with a file of the repository.
choose_dockerfile() {
  if [[ -n "${job[dockerfile]:-}" ]]; then
    dockerfile="$work/Dockerfile"
    printf '%s\n' "${job[dockerfile]}" >"$dockerfile"
    # Read in place of the repository's own, which is for its own Dockerfile.
    printf '%s\n' "${job[dockerignore]:-}" >"$dockerfile.dockerignore"
    return
  fi
  local path="${job[dockerfile_path]:?}"
  dockerfile="$(realpath --quiet --canonicalize-existing "$work/source/$path" || true)"
  if [[ "$dockerfile" != "$work/source/"* || ! -f "$dockerfile" ]]; then
    fail "$EXIT_NO_DOCKERFILE" "There is no file $path in the repository."
  fi
}

# The role behind these addresses has no rights but to write this log; the image build needs neither all the same.
close_metadata() {
  local address
  for address in 169.254.169.254 169.254.170.2; do
    iptables --insert DOCKER-USER --destination "$address" --jump REJECT 2>/dev/null \
      || say "Note: $address stays open to the image build."
  done
}

oom_kills() { sed --quiet 's/^oom_kill //p' "$VMSTAT" 2>/dev/null || true; }

free_bytes() { df --output=avail --block-size=1 "$work" | tail -n 1; }

# Docker gets an environment of its own: neither this shell's nor the job's part of it reaches the build.
run_docker() {
  env -i PATH="$PATH" HOME="$work" DOCKER_BUILDKIT=1 ${DOCKER_HOST:+DOCKER_HOST="$DOCKER_HOST"} docker "$@"
}
export -f run_docker

build_image() {
  local limit_s="${job[time_limit_s]:?}" kills_before status
  kills_before="$(oom_kills)"
  SECONDS=0
  set +e
  timeout --kill-after=30 "$limit_s" bash -c 'run_docker "$@"' build build --progress plain --network "$NETWORK" \
    --file "$dockerfile" --tag app:latest "${given[@]}" "$work/source" 2>&1 | tee "$work/log"
  status="${PIPESTATUS[0]}"
  set -e
  if ((status == 0)); then return; fi
  if ((SECONDS >= limit_s)); then fail "$EXIT_TIMEOUT" "The build was stopped after $limit_s s."; fi
  tail -n 50 "$work/log" >"$work/last"
  if (($(free_bytes) < FREE_BYTES_AT_LEAST)) || grep --quiet --ignore-case 'no space left on device' "$work/last"; then
    fail "$EXIT_STORAGE_FULL" "The build filled its disk."
  fi
  if [[ "$(oom_kills)" != "$kills_before" ]] || grep --quiet ': exit code: 137' "$work/last"; then
    fail "$EXIT_OUT_OF_MEMORY" "The build was stopped for the memory that it used."
  fi
  fail "$EXIT_BUILD_FAILED" "The image build failed."
}

hand_over_image() {
  local size_bytes max_bytes="${job[max_image_bytes]:?}"
  timeout "$SAVE_LIMIT_S" bash -c 'run_docker "$@"' save save --output "$work/image.tar" app:latest
  size_bytes="$(stat --format %s "$work/image.tar")"
  if ((size_bytes > max_bytes)); then
    fail "$EXIT_IMAGE_TOO_LARGE" "The image takes $size_bytes bytes, and may take $max_bytes."
  fi
  transfer "${job[image_url]:?}" --upload-file "$work/image.tar" --output /dev/null
  say "Handed over an image of $size_bytes bytes."
}

take_job
unpack_source
choose_dockerfile
close_metadata
build_image
hand_over_image
