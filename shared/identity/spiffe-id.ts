/**
 * The name in a client certificate, in the form of SPIFFE:
 * `spiffe://<federation>/member/<id>/node/<n>` or `spiffe://<federation>/operator/<id>`.
 * Source: SPIFFE-ID section 2 (trust domain and path characters).
 */

export type SpiffeId =
  | { readonly role: 'member'; readonly federation: string; readonly id: string; readonly node: number }
  | { readonly role: 'operator'; readonly federation: string; readonly id: string };

const TRUST_DOMAIN = '[a-z0-9][a-z0-9._-]{0,62}';
/** 64 characters, because the id is also the certificate's common name. */
const SEGMENT = '(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]{1,64}';
const NODE = '0|[1-9][0-9]{0,8}';
const MEMBER = new RegExp(`^spiffe://(${TRUST_DOMAIN})/member/(${SEGMENT})/node/(${NODE})$`);
const OPERATOR = new RegExp(`^spiffe://(${TRUST_DOMAIN})/operator/(${SEGMENT})$`);

export function spiffeUri(name: SpiffeId): string {
  return name.role === 'member'
    ? `spiffe://${name.federation}/member/${name.id}/node/${name.node}`
    : `spiffe://${name.federation}/operator/${name.id}`;
}

/** Undefined when the text is of neither form. */
export function parseSpiffeUri(uri: string): SpiffeId | undefined {
  const [, federation, id, node] = MEMBER.exec(uri) ?? OPERATOR.exec(uri) ?? [];
  if (federation === undefined || id === undefined) return undefined;
  return node === undefined
    ? { role: 'operator', federation, id }
    : { role: 'member', federation, id, node: Number(node) };
}
