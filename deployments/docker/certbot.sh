#!/bin/sh
# Gets a certificate and renews it twice a day's time before it would be too late; nginx takes up what is new.
set -eu

put_where_nginx_looks() {
    from=/etc/letsencrypt/live/parlour
    # The key first and by another name: nginx must never find one half of a pair.
    cp -L "$from/privkey.pem" /tls/privkey.pem.new
    cp -L "$from/fullchain.pem" /tls/fullchain.pem.new
    chmod 0644 /tls/privkey.pem.new /tls/fullchain.pem.new
    mv /tls/privkey.pem.new /tls/privkey.pem
    mv /tls/fullchain.pem.new /tls/fullchain.pem
}

if [ -n "$PARLOUR_ACME_EMAIL" ]; then
    contact="--email $PARLOUR_ACME_EMAIL"
else
    contact="--register-unsafely-without-email"
fi

while :; do
    # shellcheck disable=SC2086 # two words on purpose
    if certbot certonly --non-interactive --agree-tos $contact --cert-name parlour \
        --webroot --webroot-path /var/lib/acme --domain "$PARLOUR_HOST" --keep-until-expiring; then
        put_where_nginx_looks
        sleep 43200
    else
        sleep 600
    fi
done
