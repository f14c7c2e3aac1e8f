import { isIPv4, isIPv6 } from 'node:net';

/**
 * The address block that stands for one subscriber or one small network: /24 of IPv4, /48 of IPv6
 * (RFC 6177 §2: an end site is given between /48 and /64). Returns null for anything that is no
 * address, and for an address with a zone, which means something on one machine only.
 */
export const addressBlock = (ip: string): string | null => {
  if (isIPv4(ip)) return `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`;
  return isIPv6(ip) && !ip.includes('%') ? ipv6Block(ip) : null;
};

const DOT = 46;
const ZERO = 48;

/**
 * Whether two addresses lie in one block of IPv4, seen from the first of which that is known: they
 * differ in the last number only, and the other's is one too (0 … 255, no leading zero).
 */
export const isNeighbourV4 = (known: string, ip: string): boolean => {
  let p = 0;
  const { length } = ip;
  if (length > 15) return false;
  let dot = -1;
  while (p < length && p < known.length && ip.charCodeAt(p) === known.charCodeAt(p)) {
    if (ip.charCodeAt(p) === DOT) dot = p;
    p++;
  }
  // All that differs has to come after the last dot of both.
  const rest = length - dot - 1;
  if (dot < 0 || rest < 1 || rest > 3 || known.indexOf('.', dot + 1) >= 0) return false;
  let value = 0;
  for (let i = dot + 1; i < length; i++) {
    const digit = ip.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return false;
    value = value * 10 + digit;
  }
  return value <= 255 && (rest === 1 || ip.charCodeAt(dot + 1) !== ZERO);
};

const ipv6Block = (ip: string): string => {
  const groups = groupsOf(ip);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, high = 0, low = 0] = groups;
  // An IPv4 address seen through an IPv6 socket (RFC 4291 §2.5.5.2) is that IPv4 address.
  if ((a | b | c | d | e) === 0 && f === 0xffff)
    return `${high >>> 8}.${high & 255}.${low >>> 8}.0/24`;
  return `${[a, b, c].map((group) => group.toString(16)).join(':')}::/48`;
};

/** The eight groups of a valid IPv6 address (RFC 4291 §2.2). */
const groupsOf = (ip: string): number[] => {
  const [head = '', tail] = ip.split('::');
  const left = partsOf(head);
  const right = partsOf(tail ?? '');
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
};

const partsOf = (text: string): number[] =>
  text === ''
    ? []
    : text.split(':').flatMap((group) => {
        if (!group.includes('.')) return Number.parseInt(group, 16);
        const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
        return [a * 256 + b, c * 256 + d];
      });
