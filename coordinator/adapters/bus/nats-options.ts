import { readFileSync } from 'node:fs';
import { type ConnectionOptions, credsAuthenticator } from 'nats';
import { Refusal } from '../../../shared/refusal.ts';

/** How to reach a broker. Files are read again at each connection, so that they can be renewed in place. */
export interface NatsAddress {
  /** `nats://` or `tls://`, with user and password or a token before the host if need be; several with commas between. */
  readonly url: string;
  /** NATS credentials file (user JWT and seed). */
  readonly credentialsFile?: string | undefined;
  /** PEM file: the CA that the broker's certificate must come from. Default: those of Node. Any of the three asks for TLS. */
  readonly caFile?: string | undefined;
  /** PEM files: client certificate and key, for brokers that verify clients. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** Two pings unanswered and the connection counts as lost. */
const PING_INTERVAL_MS = 5_000;

/**
 * Options of one connection, without reconnection: `NatsBus` connects anew by itself and so always knows from which
 * entry on to publish. Refuses `config_invalid`.
 */
export function natsOptions(address: NatsAddress, name: string): ConnectionOptions {
  const urls = address.url.split(',').map((text) => parseUrl(text.trim()));
  const tls = tlsOptions(address, urls);
  return {
    name,
    servers: urls.map(({ host }) => host),
    reconnect: false,
    timeout: CONNECT_TIMEOUT_MS,
    pingInterval: PING_INTERVAL_MS,
    ...loginOptions(urls[0]),
    ...(tls === undefined ? {} : { tls }),
    ...(address.credentialsFile === undefined
      ? {}
      : { authenticator: credsAuthenticator(readFileSync(address.credentialsFile)) }),
  };
}

function parseUrl(text: string): URL {
  // The text is not repeated in the message: it may hold a password.
  if (!URL.canParse(text))
    throw new Refusal('config_invalid', 'nats.url is not a URL; expected nats://host:4222');
  const url = new URL(text);
  if (url.protocol === 'nats:' || url.protocol === 'tls:') return url;
  throw new Refusal('config_invalid', `nats.url has the scheme ${url.protocol}; expected nats: or tls:`);
}

function loginOptions(url: URL | undefined): Pick<ConnectionOptions, 'user' | 'pass' | 'token'> {
  if (url === undefined || url.username === '') return {};
  const user = decodeURIComponent(url.username);
  return url.password === '' ? { token: user } : { user, pass: decodeURIComponent(url.password) };
}

function tlsOptions(
  { caFile, certificateFile, keyFile }: NatsAddress,
  urls: readonly URL[],
): ConnectionOptions['tls'] | undefined {
  const wanted = urls.some(({ protocol }) => protocol === 'tls:') || caFile || certificateFile || keyFile;
  if (!wanted) return undefined;
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certificateFile === undefined ? {} : { certFile: certificateFile }),
    ...(keyFile === undefined ? {} : { keyFile }),
  };
}
