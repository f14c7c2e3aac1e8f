/** Base 64 that has one spelling only: a flipped padding bit must not pass as the same bytes. */

const strict =
  (encoding: 'base64' | 'base64url') =>
  (text: string): Uint8Array | undefined => {
    const bytes = Buffer.from(text, encoding);
    return bytes.toString(encoding) === text ? bytes : undefined;
  };

/** RFC 4648 section 4, padded; undefined for any other spelling. */
export const fromBase64 = strict('base64');

/** RFC 4648 section 5, without padding; undefined for any other spelling. */
export const fromBase64Url = strict('base64url');

export const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

export const toBase64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
