#!/bin/sh
# Makes the certificates of these tests anew; needs openssl. All have one key. The authorities' keys are not kept.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

# certificate NAME ISSUER FROM TO EXTENSIONS [CALLED]: one by another, or by itself where ISSUER is NAME, from year to year.
certificate() {
  key="$work/$1.key"
  [ -f "$key" ] || key=key.pem
  issuer="$work/$2.key"
  [ -f "$issuer" ] || issuer=key.pem
  : > "$work/index"
  openssl req -new -key "$key" -subj "/O=PEER-MARKER/CN=PEER-MARKER ${6:-$1}" -out "$work/request"
  printf '%s\n' "$5" > "$work/extensions"
  if [ "$1" = "$2" ]; then by=-selfsign; else by="-cert $2.pem"; fi
  # shellcheck disable=SC2086
  openssl ca -batch -notext -md sha256 -config "$work/config" $by -keyfile "$issuer" \
    -startdate "${3}0101000000Z" -enddate "${4}0101000000Z" -extfile "$work/extensions" -in "$work/request" -out "$1.pem"
}

cat > "$work/config" <<EOF
[ca]
default_ca = tests
[tests]
database = $work/index
new_certs_dir = $work
policy = any
unique_subject = no
rand_serial = yes
[any]
organizationName = supplied
commonName = supplied
EOF

authority=$(printf 'basicConstraints = critical, CA:true\nkeyUsage = keyCertSign\nsubjectKeyIdentifier = hash')
server=$(printf 'basicConstraints = CA:false\nsubjectAltName = DNS:localhost, IP:127.0.0.1')

key key.pem
for name in authority stranger impostor intermediate old-intermediate; do key "$work/$name.key"; done

certificate authority authority 2020 2120 "$authority"
certificate stranger stranger 2020 2120 "$authority"
certificate impostor impostor 2020 2120 "$authority" authority
certificate intermediate authority 2020 2120 "$authority"
certificate old-intermediate authority 2020 2021 "$authority"

certificate good authority 2020 2120 "$server"
certificate expired authority 2020 2021 "$server"
certificate not-yet-valid authority 2119 2120 "$server"
certificate other-name authority 2020 2120 'subjectAltName = DNS:PEER-MARKER.example, IP:127.0.0.2'
certificate self-signed self-signed 2020 2120 "$server"
certificate expired-self-signed expired-self-signed 2020 2021 "$server"
certificate of-stranger stranger 2020 2120 "$server"
certificate expired-of-stranger stranger 2020 2021 "$server"
certificate expired-of-impostor impostor 2020 2021 "$server"
certificate of-intermediate intermediate 2020 2120 "$server"
certificate expired-of-intermediate intermediate 2020 2021 "$server"
certificate of-old-intermediate old-intermediate 2020 2120 "$server"
certificate expired-of-old-intermediate old-intermediate 2020 2021 "$server"
certificate of-server good 2020 2120 "$server"
certificate expired-of-server good 2020 2021 "$server"
certificate for-clients authority 2020 2120 "$(printf '%s\nextendedKeyUsage = clientAuth' "$server")"
