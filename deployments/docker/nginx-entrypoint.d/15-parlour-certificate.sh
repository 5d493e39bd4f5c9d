#!/bin/sh
# Where no certificate is yet, one that we sign ourselves: nginx can start, and certbot gets an answer on port 80.
# A certificate that is renewed later is taken up within an hour.
set -eu

folder=/etc/nginx/tls
if [ ! -s "$folder/fullchain.pem" ]; then
    echo "No certificate in $folder: browsers will warn of the one that is made now" >&2
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \
        -subj "/CN=${PARLOUR_HOST:-localhost}" -addext "subjectAltName=DNS:${PARLOUR_HOST:-localhost}" \
        -keyout "$folder/privkey.pem" -out "$folder/fullchain.pem" 2>/dev/null
fi

(
    known=$(cksum "$folder/fullchain.pem")
    while sleep 3600; do
        now=$(cksum "$folder/fullchain.pem" 2>/dev/null || echo "$known")
        if [ "$now" != "$known" ]; then
            known=$now
            nginx -s reload
        fi
    done
) &
