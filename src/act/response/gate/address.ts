/**
 * Addresses and blocks as 32-bit words, read from text that any gateway may send. Nothing throws: what
 * is no address is no address, and then only the other subjects of a question count.
 */

/** 32 for IPv4, 128 for IPv6, 0 for neither. */
export type AddressBits = 0 | 32 | 128;

/** Words of one address: `words[0]` of IPv4, all four of IPv6, most significant first. */
export const addressWords = (): Uint32Array => new Uint32Array(4);

/** Longest text of an address (45), brackets, a zone and a port. */
const LONGEST = 128;
const DOT = 46;
const COLON = 58;
const PERCENT = 37;
const ZERO = 48;
const OPEN = 91;
const CLOSE = 93;

/** Value of a hexadecimal digit, or -1. */
const hexDigit = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48;
  const letter = code | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

const onlyDigits = (text: string, from: number, end: number): boolean => {
  if (from >= end || end - from > 5) return false;
  for (let i = from; i < end; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
};

/** Dotted IPv4 in [from, end), or -1. RFC 6943 §3.1.1: an octet with a leading zero has two readings. */
const dotted = (text: string, from: number, end: number): number => {
  let value = 0;
  let octets = 0;
  let at = from;
  while (octets < 4) {
    let octet = 0;
    const first = at;
    while (at < end && at - first < 3) {
      const digit = text.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      octet = octet * 10 + digit;
      at += 1;
    }
    if (at === first || octet > 255) return -1;
    if (at - first > 1 && text.charCodeAt(first) === ZERO) return -1;
    value = value * 256 + octet;
    octets += 1;
    if (octets < 4) {
      if (at >= end || text.charCodeAt(at) !== DOT) return -1;
      at += 1;
    }
  }
  return at === end ? value : -1;
};

/** The usual case, four octets and nothing else, in one pass; -1 for whatever has to be looked at closely. */
const plainDotted = (text: string): number => {
  if (text.length > 15) return -1;
  let value = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (digits === 0) return -1;
      value = (value << 8) | octet;
      dots += 1;
      octet = 0;
      digits = 0;
      continue;
    }
    const digit = code - ZERO;
    // A digit after a leading zero, too: see RFC 6943 below.
    if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return -1;
    octet = octet * 10 + digit;
    digits += 1;
    if (octet > 255) return -1;
  }
  return dots === 3 && digits > 0 ? ((value << 8) | octet) >>> 0 : -1;
};

const groups = new Uint16Array(8);

/** IPv6 in [from, end) (RFC 4291 §2.2); an IPv4 address inside it (§2.5.5.2) becomes that address. */
const colons = (text: string, from: number, end: number, words: Uint32Array): AddressBits => {
  let count = 0;
  /** Group at which `::` stands, or -1. */
  let gap = -1;
  let at = from;
  if (text.charCodeAt(at) === COLON) {
    if (text.charCodeAt(at + 1) !== COLON) return 0;
    gap = 0;
    at += 2;
  }
  while (at < end) {
    if (count === 8) return 0;
    const first = at;
    let group = 0;
    while (at < end && at - first < 4) {
      const digit = hexDigit(text.charCodeAt(at));
      if (digit < 0) break;
      group = group * 16 + digit;
      at += 1;
    }
    if (at === first) return 0;
    if (at < end && text.charCodeAt(at) === DOT) {
      if (count > 6) return 0;
      const tail = dotted(text, first, end);
      if (tail < 0) return 0;
      groups[count] = tail >>> 16;
      groups[count + 1] = tail & 0xffff;
      count += 2;
      at = end;
      break;
    }
    groups[count] = group;
    count += 1;
    if (at === end) break;
    if (text.charCodeAt(at) !== COLON) return 0;
    at += 1;
    if (at < end && text.charCodeAt(at) === COLON) {
      if (gap >= 0) return 0;
      gap = count;
      at += 1;
    } else if (at === end) return 0;
  }
  if (gap < 0 ? count !== 8 : count > 7) return 0;
  if (gap >= 0) {
    const moved = count - gap;
    // By hand: for eight numbers a call costs more than the work.
    for (let g = 1; g <= moved; g++) groups[8 - g] = groups[count - g]!;
    for (let g = gap; g < 8 - moved; g++) groups[g] = 0;
  }
  for (let w = 0; w < 4; w++) words[w] = (groups[2 * w]! << 16) | groups[2 * w + 1]!;
  if (words[0] === 0 && words[1] === 0 && words[2] === 0xffff) {
    words[0] = words[3]!;
    return 32;
  }
  return 128;
};

/**
 * Reads an address into `words`. A zone (RFC 4007 §11) is left out, for it names an interface of the
 * machine that wrote it; brackets and a port are, too.
 */
export const parseAddress = (text: string, words: Uint32Array): AddressBits => {
  const plain = plainDotted(text);
  if (plain >= 0) {
    words[0] = plain;
    return 32;
  }
  let end = text.length;
  if (end < 2 || end > LONGEST) return 0;
  let from = 0;
  if (text.charCodeAt(0) === OPEN) {
    const close = text.indexOf(']');
    if (close < 0) return 0;
    if (close + 1 < end) {
      if (text.charCodeAt(close + 1) !== COLON || !onlyDigits(text, close + 2, end)) return 0;
    }
    from = 1;
    end = close;
  }
  for (let i = from; i < end && i < from + 5; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) break;
    if (code === DOT) {
      const port = text.indexOf(':', i);
      if (port >= 0 && !onlyDigits(text, port + 1, end)) return 0;
      const value = dotted(text, from, port < 0 ? end : port);
      words[0] = value;
      return value < 0 ? 0 : 32;
    }
  }
  for (let i = from; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === CLOSE) return 0;
    if (code === PERCENT) {
      if (i + 1 === end) return 0;
      end = i;
    }
  }
  return end - from < 2 ? 0 : colons(text, from, end, words);
};

export interface Block {
  readonly bits: 32 | 128;
  readonly words: Uint32Array;
  readonly prefix: number;
}

/** One address, or a block in CIDR notation (RFC 4632 §3.1); the bits after the prefix are cleared. */
export const parseBlock = (text: string): Block | null => {
  const slash = text.indexOf('/');
  const words = addressWords();
  const address = slash < 0 ? text : text.slice(0, slash);
  const bits = parseAddress(address, words);
  if (bits === 0) return null;
  let prefix: number = bits;
  if (slash >= 0) {
    if (!onlyDigits(text, slash + 1, text.length) || text.length - slash > 4) return null;
    prefix = Number(text.slice(slash + 1));
    // ::ffff:0:0/96 is all of IPv4: a mapped block counts its prefix from there.
    if (bits === 32 && address.includes(':')) prefix -= 96;
    if (prefix < 0 || prefix > bits) return null;
  }
  for (let w = 0; w < 4; w++) words[w] = 32 * w < bits ? words[w]! & maskOf(prefix - 32 * w) : 0;
  return { bits, words, prefix };
};

/** The first `length` bits of a word; 0 or less for none, 32 or more for all. */
export const maskOf = (length: number): number =>
  length <= 0 ? 0 : length >= 32 ? 0xffffffff : ~(0xffffffff >>> length) >>> 0;
