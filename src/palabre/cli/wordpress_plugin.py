"""``palabre wordpress-plugin``: what leads WordPress's Akismet plug-in to this house."""

from pathlib import Path
from urllib.parse import urlsplit

import click

from palabre.application.issue_key import is_secret
from palabre.cli.configuration import read_settings

# The plug-in's host is a constant, and so is the Host header that it sends; WordPress itself asks
# this filter before each call that it makes.
_PLUGIN = """\
<?php
/**
 * Plugin Name: Palabre answers Akismet
 * Description: Leads Akismet's calls to the newsroom's own server: no comment leaves for elsewhere.
 *
 * Made by `palabre wordpress-plugin`. It belongs into wp-content/mu-plugins/.
 */
{key}define( 'PALABRE_AKISMET', '{address}' );

add_filter( 'pre_http_request', function ( $answer, $args, $url ) {{
	$host = $args['headers']['Host'] ?? parse_url( $url, PHP_URL_HOST );
	$theirs = '~^(?:([a-z0-9]{{12}})\\.)?rest\\.akismet\\.com$~i';
	if ( ! preg_match( $theirs, (string) $host, $found ) ) {{
		return $answer;
	}}
	unset( $args['headers']['Host'] );
	$args['reject_unsafe_urls'] = false; // this house may stand beside, on a private address
	$path = parse_url( $url, PHP_URL_PATH ) . '?' . parse_url( $url, PHP_URL_QUERY );
	$key  = empty( $found[1] ) ? '' : '/' . $found[1];
	return wp_remote_request( PALABRE_AKISMET . $key . $path, $args );
}}, 10, 3 );
"""


@click.command("wordpress-plugin")
@click.option("--address", help="Where WordPress reaches this server; default: its base_url.")
@click.option("--key", "secret", help="A key, so that nobody need enter it in WordPress.")
@click.pass_obj
def wordpress_plugin(config: Path | None, address: str | None, secret: str | None) -> None:
    """Print the must-use plug-in that leads WordPress's Akismet plug-in here."""
    settings, _ = read_settings(config)
    address = (address or settings.base_url).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.netloc or set("'\\\n") & set(address):
        raise click.UsageError("--address must look like https://comments.example")
    if secret is not None and not is_secret(secret):
        raise click.UsageError("--key must be a key as `palabre key add` prints it")
    key = f"define( 'WPCOM_API_KEY', '{secret}' );\n" if secret else ""
    click.echo(_PLUGIN.format(key=key, address=f"{address}/akismet"), nl=False)
