/**
 * Recognises plain hashes of identifiers. There are so few cards, phone numbers and addresses that a
 * plain hash of one is found by trying them all, so a hash must never stand where a token belongs.
 */

/** Bytes of MD5, SHA-1 and RIPEMD-160, SHA-224, SHA-256, SHA-384, SHA-512 and the SHA-3 of those lengths. */
const DIGEST_BYTES = [16, 20, 28, 32, 48, 64];

/** What often stands before a hash: `sha256:`, `SHA-512=`, `{MD5}`, `$sha1$`. */
const LABEL =
  /^(?:\{|\$)?(?:md5|ripemd-?160|sha-?[123]?(?:[-_/]?(?:1|224|256|384|512))?)[}$:=\s-]+/i;

const isHex = (text: string): boolean =>
  /^[0-9a-f]+$/i.test(text) && DIGEST_BYTES.includes(text.length / 2);

/** Hexadecimal in groups: `ab:cd:…`, or with spaces. */
const isGroupedHex = (text: string): boolean =>
  /^[0-9a-f]{2}([: -])[0-9a-f]{2}(?:\1[0-9a-f]{2})+$/i.test(text) &&
  DIGEST_BYTES.includes(text.replaceAll(/[: -]/g, '').length / 2);

const isBase64 = (text: string): boolean => {
  if (!/^[\w+/-]+={0,2}$/.test(text)) return false;
  const letters = text.replace(/=+$/, '');
  // A digest of random bits has all three sorts of character but for one in thousands; words have not.
  const looksRandom = /[a-z]/.test(letters) && /[A-Z]/.test(letters) && /\d/.test(letters);
  return looksRandom && DIGEST_BYTES.some((n) => letters.length === Math.ceil((n * 4) / 3));
};

/** Whether a text has the form of a hash, bare or labelled, in hexadecimal or base 64. */
export const isPlainHash = (text: string): boolean => {
  const trimmed = text.trim();
  const bare = trimmed.replace(LABEL, '');
  if (isHex(bare) || isGroupedHex(bare) || isBase64(bare)) return true;
  // A label alone says what it is, whatever the length: a truncated hash is no better.
  return bare.length < trimmed.length && /^[0-9a-f]{8,}$/i.test(bare);
};
