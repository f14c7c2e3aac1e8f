/** Forms of strings. Every test is linear in the length of the text. */
import { isIPv4, isIPv6 } from 'node:net';
import type { StringForm } from '../schema/kind.ts';

const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;
// RFC 5646, 2.1, without the grandfathered tags: language, then subtags of 1 to 8 characters.
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const NOT_IN_URI = /[\s<>"{}|\\^`\p{Cc}]/u;
const RELATIONSHIP_TYPE = /^[a-z0-9-]+$/;
// 7.2.3.1: property names, or list indices in brackets, joined by full stops.
const SELECTOR = /^[A-Za-z0-9_-]+(?:\.(?:\[\d+\]|[A-Za-z0-9_-]+))*$/;
const LONGEST_SELECTOR = 2000;

/** An address, with an optional prefix length (6.8 and 6.9 allow CIDR blocks). */
const inPrefix = (text: string, isAddress: (t: string) => boolean, bits: number): boolean => {
  const slash = text.indexOf('/');
  if (slash < 0) return isAddress(text);
  const prefix = text.slice(slash + 1);
  return (
    /^(?:0|[1-9]\d{0,2})$/.test(prefix) && Number(prefix) <= bits && isAddress(text.slice(0, slash))
  );
};

const isDomain = (text: string): boolean => {
  // RFC 1034, 3.1 and RFC 5890: labels of 1 to 63 octets, in all at most 253 characters. Underscores
  // occur in real names; letters outside ASCII are internationalised labels in their Unicode form.
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  return name.length > 0 && name.length <= 253 && name.split('.').every(isLabel);
};

const isLabel = (label: string): boolean =>
  label.length > 0 &&
  label.length <= 63 &&
  /^[\p{L}\p{N}\p{M}_-]+$/u.test(label) &&
  !label.startsWith('-') &&
  !label.endsWith('-');

/** RFC 5322, 3.4.1, reduced to what both halves must have: no space, no control, one host. */
const isEmail = (text: string): boolean => {
  const at = text.lastIndexOf('@');
  return (
    at > 0 &&
    at < text.length - 1 &&
    text.length <= 320 &&
    !/[\p{Cc}]/u.test(text) &&
    !/\s/.test(text.slice(at))
  );
};

export const FORMS: {
  readonly [F in StringForm]: { readonly says: string; readonly test: (text: string) => boolean };
} = {
  ipv4: { says: 'an IPv4 address or CIDR block', test: (t) => inPrefix(t, isIPv4, 32) },
  // A zone (`%eth0`) means something on one machine only.
  ipv6: {
    says: 'an IPv6 address or CIDR block',
    test: (t) => !t.includes('%') && inPrefix(t, isIPv6, 128),
  },
  mac: { says: 'six lower-case pairs of hexadecimal digits with colons', test: (t) => MAC.test(t) },
  domain: { says: 'a domain name', test: isDomain },
  email: { says: 'an e-mail address', test: isEmail },
  uri: { says: 'a URL', test: (t) => SCHEME.test(t) && !NOT_IN_URI.test(t) },
  language: { says: 'an RFC 5646 language code', test: (t) => t.length <= 100 && LANGUAGE.test(t) },
  'relationship-type': {
    says: 'a name of a-z, 0-9 and hyphens',
    test: (t) => t.length <= 250 && RELATIONSHIP_TYPE.test(t),
  },
  selector: { says: 'a selector', test: (t) => t.length <= LONGEST_SELECTOR && SELECTOR.test(t) },
};
