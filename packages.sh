# shellcheck shell=sh disable=SC2034
# packages.sh -- the Debian 12 packages that this project needs, and the one
# place where they stand. Read by ./try, ./check and the Dockerfile.
#
#     sh packages.sh    installs what it takes to build the two programs, and to
#                       run them as a service

# To build the two programs.
BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config
    libh2o-evloop-dev libssl-dev libcurl4-openssl-dev libcsv-dev libxml2-dev
    libjansson-dev zlib1g-dev"

# To run a service: the certificates by which AWS is known, what makes tokens,
# and what calls the service.
SERVICE_PACKAGES="ca-certificates openssl curl"

# To run the sandbox. Debian's modules belong to /usr/bin/python3.
SANDBOX_PACKAGES="python3 python3-botocore python3-dnspython python3-lxml"

# To show what the outside world would see.
TRY_PACKAGES="curl bind9-dnsutils openssl"

# To test. clang's version is written out because its formatter's is. llvm has
# the symbolizer, without which clang's sanitizers know no function by its name,
# and so suppress nothing. nginx and haproxy stand before the server, as they do at
# its operators'. ddclient, inadyn, curl, wget and busybox call it, as they do
# from their users'; ddclient only recommends what it needs for HTTPS.
# python3-swift is a store that speaks S3, OpenStack Swift, without its services.
# prometheus has promtool, which reads what the server counts as it is read.
# docker-compose reads the Compose file, and needs no Docker for it. jq runs the
# queries of docs/STATE.md. chromium shows the pages, driven by selenium.
CHECK_PACKAGES="clang-14 libclang-rt-14-dev clang-format-14 llvm libcmocka-dev
    python3-pytest mandoc shellcheck binutils git nginx-light caddy haproxy
    curl wget busybox ddclient libio-socket-ssl-perl inadyn systemd zsh
    python3-swift docker-compose python3-yaml prometheus jq
    chromium chromium-driver python3-selenium"

# To build and test the Debian package and the image, in a Debian made for that.
PACKAGE_PACKAGES="build-essential debhelper lintian mmdebstrap buildah"

# To measure, by tests/bench/run alone. CMake looks for cmocka with the tests.
BENCH_PACKAGES="gnuplot-nox libcmocka-dev nginx-light wrk"

# install_missing PACKAGE...: installs those that are not there, and says so.
install_missing() {
    if ! command -v dpkg-query >/dev/null; then
        echo "This is no Debian; these packages, or their like, must be there: $*"
        return 0
    fi
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0

    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "Packages are missing, and there is no sudo. As root, run:" >&2
            echo "  apt-get install --no-install-recommends$missing" >&2
            return 1
        fi
        as_root=sudo
    fi
    echo "Installing with ${as_root:+sudo and }apt-get, which may take a minute:$missing"
    # What is said on the way matters only if it fails. The words of $missing
    # and $as_root are meant to be separate.
    # shellcheck disable=SC2086
    if ! said=$({
        $as_root apt-get -q=2 update &&
            $as_root env DEBIAN_FRONTEND=noninteractive \
                apt-get -q=2 install -y --no-install-recommends $missing
    } 2>&1); then
        printf '%s\n' "$said" >&2
        return 1
    fi
}

# Run, and not read by another script.
case ${0##*/} in
packages.sh)
    # shellcheck disable=SC2086 # lists of words
    install_missing $BUILD_PACKAGES $SERVICE_PACKAGES || exit
    [ -n "${missing-unknown}" ] || echo "All packages are there already."
    ;;
esac
