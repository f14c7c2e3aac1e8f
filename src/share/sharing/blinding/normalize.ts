/** One spelling for one identifier, so that two labs that know the same one get the same token. */
import { domainToASCII } from 'node:url';
import { StillwatchError } from '../../../base/errors.ts';
import type { IdentifierKind } from './kind.ts';
import { isPlainHash } from './plain-hash.ts';

export const MAX_IDENTIFIER_LENGTH = 512;

const invalid = (kind: IdentifierKind, why: string): StillwatchError =>
  // The identifier itself is never part of the message: messages are logged.
  new StillwatchError(
    'IDENTIFIER_INVALID',
    `An identifier of kind ${kind} ${why}`,
    'docs/concepts/blinding.md says how each kind is written.',
  );

const email = (text: string): string => {
  const at = text.lastIndexOf('@');
  const domain = domainToASCII(text.slice(at + 1).replace(/\.$/, '')).toLowerCase();
  // RFC 5233: what follows the plus sign is chosen by the user; one mailbox has any number of them.
  let local = text.slice(0, Math.max(at, 0)).toLowerCase().replace(/\+.*$/s, '');
  if (local === '' || /[\s@]/.test(local) || !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain))
    throw invalid('email', 'is no address of the form name@domain');
  if (domain !== 'gmail.com' && domain !== 'googlemail.com') return `${local}@${domain}`;
  local = local.replaceAll('.', '');
  return `${local}@gmail.com`;
};

const phone = (text: string): string => {
  const digits = text.replaceAll(/\(0\)|[\s().\-/\u2010-\u2015]/g, '').replace(/^00/, '+');
  // E.164: a plus sign, the country code, 15 digits at most. A national number would match abroad.
  if (!/^\+[1-9]\d{6,14}$/.test(digits))
    throw invalid('phone', 'is no international number (+ and 7 to 15 digits)');
  return digits;
};

/** Legal forms, which one lab writes and another leaves out. */
const LEGAL_FORM =
  /(?:\s(?:inc|incorporated|llc|llp|lp|ltd|limited|plc|corp|corporation|co|company|gmbh|ag|kg|ug|se|sa|sas|sarl|srl|spa|bv|nv|ab|as|aps|oy|oyj|pty|pte|kk|sl|sro|doo|ltda|eirl))+$/u;

const organization = (text: string): string => {
  const words = text
    .toLowerCase()
    .replaceAll(/(?<=\p{L})\.(?=\p{L}\b)/gu, '')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim();
  const name = words.replace(LEGAL_FORM, '');
  if (name.replaceAll(' ', '').length < 2) throw invalid('organization', 'has no name in it');
  return name;
};

/** ISO/IEC 7812-1, annex B: the check digit of card numbers. */
const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

const payment = (text: string): string => {
  const bare = text.replaceAll(/[\s-]/g, '');
  // Nobody should hold a card number here at all (PCI DSS): take the processor's fingerprint of it.
  if (/^\d{12,19}$/.test(bare) && passesLuhn(bare)) throw invalid('payment', 'is a card number');
  return opaque('payment', text);
};

const opaque = (kind: IdentifierKind, text: string): string => {
  if (/[\s\p{C}]/u.test(text)) throw invalid(kind, 'holds a space or a control character');
  return text;
};

const RULES: Record<IdentifierKind, (text: string) => string> = {
  email,
  phone,
  organization,
  payment,
  account: (text) => opaque('account', text),
};

/** Kinds whose identifiers are never of the form of a hash; processors' and providers' own ids may be. */
const NEVER_HASHES: readonly IdentifierKind[] = ['email', 'phone', 'organization'];

/**
 * The one spelling of an identifier (idempotent).
 *
 * @throws StillwatchError `IDENTIFIER_INVALID`, `IDENTIFIER_HASHED`; neither repeats the identifier.
 */
export const normalizeIdentifier = (kind: IdentifierKind, identifier: string): string => {
  const text = identifier.normalize('NFKC').trim();
  if (text === '' || text.length > MAX_IDENTIFIER_LENGTH || !text.isWellFormed())
    throw invalid(kind, `is empty or longer than ${MAX_IDENTIFIER_LENGTH} characters`);
  if (NEVER_HASHES.includes(kind) && isPlainHash(text))
    throw new StillwatchError(
      'IDENTIFIER_HASHED',
      `An identifier of kind ${kind} is a plain hash`,
      'Blind the identifier itself: a plain hash of it can be reversed by trying, and matches nobody.',
    );
  return RULES[kind](text);
};

/** What goes into the oblivious function: the kind too, so that equal texts of two kinds differ. */
export const identifierInput = (kind: IdentifierKind, identifier: string): Uint8Array =>
  Buffer.from(`${kind}\0${normalizeIdentifier(kind, identifier)}`);
