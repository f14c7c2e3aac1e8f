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
