/**
 * The address block that stands for one subscriber or one small network: /24 of IPv4, /48 of IPv6
 * (RFC 6177 §2: an end site is given between /48 and /64). Returns null for anything else.
 */
export const addressBlock = (ip: string): string | null => {
  if (ip.length > 45) return null;
  if (ip.includes(':')) return ipv6Block(ip);
  const last = ip.lastIndexOf('.');
  if (last < 5) return null;
  return /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(ip) ? `${ip.slice(0, last)}.0/24` : null;
};

const ipv6Block = (ip: string): string | null => {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(ip);
  if (mapped) return addressBlock(mapped[1]!);
  if (!/^[0-9a-f:]+$/i.test(ip)) return null;
  const [head = '', tail] = ip.toLowerCase().split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (missing < 0 || (tail === undefined && missing !== 0)) return null;
  const groups = [...left, ...Array<string>(missing).fill('0'), ...right];
  return `${groups
    .slice(0, 3)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/48`;
};
