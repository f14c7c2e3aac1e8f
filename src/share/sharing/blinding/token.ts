/** Tokens: what two labs compare instead of an identifier. */
import { StillwatchError } from '../../../base/errors.ts';
import { fromBase64Url, toBase64Url } from '../signing/base64.ts';
import { type Epoch, type IdentifierKind, isEpoch, isIdentifierKind } from './kind.ts';

/** Bytes of the function's output that a token keeps, out of 64: no two identifiers meet by chance. */
export const TOKEN_BYTES = 32;

export interface Token {
  readonly kind: IdentifierKind;
  readonly epoch: Epoch;
  /** {@link TOKEN_BYTES} bytes. */
  readonly value: Uint8Array;
}

/** `swt1:KIND:EPOCH:BASE64URL`. */
export const formatToken = ({ kind, epoch, value }: Token): string =>
  `swt1:${kind}:${epoch}:${toBase64Url(value)}`;

/** The parts of a token from outside, or undefined when it is none or not in its one spelling. */
export const parseToken = (text: string): Token | undefined => {
  const [label, kind, epoch, value, ...rest] = text.split(':');
  const bytes = fromBase64Url(value ?? '');
  if (label !== 'swt1' || rest.length > 0 || bytes?.length !== TOKEN_BYTES) return undefined;
  return isIdentifierKind(kind) && isEpoch(epoch ?? '')
    ? { kind, epoch: epoch!, value: bytes }
    : undefined;
};

/** @throws StillwatchError `TOKEN_INVALID`: what stands there could be a plain identifier or a hash. */
export const mustBeToken = (text: string): Token => {
  const token = parseToken(text);
  if (token !== undefined) return token;
  throw new StillwatchError(
    'TOKEN_INVALID',
    'An actor identifier is not a blinded token',
    'Blind it first: identifiers and plain hashes of them are never shared.',
  );
};
