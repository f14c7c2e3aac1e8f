/** Address blocks for ISSUBSET and ISSUPERSET (STIX 2.1, section 9.6.1). */
import { isIPv4, isIPv6 } from 'node:net';

export interface AddressBlock {
  /** 4 or 16 octets. */
  readonly bytes: Uint8Array;
  /** Length of the prefix in bits. */
  readonly bits: number;
}

const v4 = (text: string): number[] => text.split('.').map(Number);

/** The octets of an address that is known to be IPv6. */
const v6 = (text: string): number[] => {
  // RFC 4291, 2.2: the last 32 bits may be written as IPv4.
  const dotted = text.lastIndexOf('.') < 0 ? undefined : v4(text.slice(text.lastIndexOf(':') + 1));
  const head = dotted === undefined ? text : `${text.slice(0, text.lastIndexOf(':') + 1)}0:0`;
  const [before = '', after] = head.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((g) => parseInt(g, 16)));
  const left = groups(before);
  const right = after === undefined ? [] : groups(after);
  const all = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  const bytes = all.flatMap((group) => [group >> 8, group & 0xff]);
  if (dotted !== undefined) bytes.splice(12, 4, ...dotted);
  return bytes;
};

/** An address or CIDR block, or undefined when the text is neither. */
export const addressBlock = (text: string): AddressBlock | undefined => {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  if (address.includes('%')) return undefined;
  const bytes = isIPv4(address) ? v4(address) : isIPv6(address) ? v6(address) : undefined;
  if (bytes === undefined) return undefined;
  const most = bytes.length * 8;
  if (slash < 0) return { bytes: Uint8Array.from(bytes), bits: most };
  const prefix = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || Number(prefix) > most) return undefined;
  return { bytes: Uint8Array.from(bytes), bits: Number(prefix) };
};

/** Whether every address of `inner` is in `outer`. Bits after a prefix do not count. */
export const contains = (outer: AddressBlock, inner: AddressBlock): boolean => {
  if (outer.bytes.length !== inner.bytes.length || inner.bits < outer.bits) return false;
  const whole = outer.bits >> 3;
  for (let i = 0; i < whole; i += 1) if (outer.bytes[i] !== inner.bytes[i]) return false;
  const rest = outer.bits & 7;
  if (rest === 0) return true;
  const mask = (0xff << (8 - rest)) & 0xff;
  return (outer.bytes[whole]! & mask) === (inner.bytes[whole]! & mask);
};
