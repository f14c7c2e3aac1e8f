/**
 * The second line: what must never leave is looked for in every text, whatever the allow-list says of
 * its place. A detector alone would be a poor firewall (it knows only what it knows); behind closed
 * forms it catches mistakes in those forms, and tells a person what was in the refused text.
 */
import { isPlainHash } from '../blinding/plain-hash.ts';
import type { FirewallCode } from './fault.ts';

export interface Detector {
  readonly code: FirewallCode;
  readonly sentence: string;
  readonly finds: (text: string) => boolean;
}

/** ISO/IEC 7812-1, annex B. */
const passesLuhn = (digits: string): boolean => {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
};

/** ISO 13616: the first four characters at the end, letters as 10 to 35, remainder 1 by 97. */
const isIban = (text: string): boolean => {
  let remainder = 0;
  for (const char of text.slice(4) + text.slice(0, 4)) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
};

const hasAccountNumber = (text: string): boolean => {
  for (const [run] of text.matchAll(/\d(?:[ -]?\d){12,18}/g))
    if (passesLuhn(run.replaceAll(/[ -]/g, ''))) return true;
  for (const [run] of text.matchAll(/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b/gi))
    if (isIban(run.replaceAll(' ', '').toUpperCase())) return true;
  return false;
};

/** Amounts begin where a run of digits does: looked for from each digit, long runs would cost their square. */
const CURRENCY =
  /(?:[$€£¥₹₽₩฿₺]|\b(?:usd|eur|gbp|jpy|cny|rmb|chf|inr|krw|dollars?|euros?|pounds?|yuan|yen))\s?\d|(?<![\d.,])\d(?:[.,]?\d)*\s?(?:[kmb]n?\s?)?(?:[$€£¥₹₽₩฿₺]|(?:usd|eur|gbp|jpy|cny|rmb|chf|inr|krw|dollars?|euros?|pounds?|yuan|yen)\b)/iu;

const SECRET = [
  // Prefixes that issuers chose so that scanners find them.
  /\b(?:sk|pk|rk|ghp|gho|ghs|github_pat|xox[abprs]|swt|glpat|hf|npm|AIza|ya29|shpat|dop_v1)[-_][A-Za-z0-9_-]{10,}/,
  /\bAIza[A-Za-z0-9_-]{20,}/,
  /\bA(?:KIA|SIA)[A-Z0-9]{16}\b/,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/,
  /-----BEGIN [A-Z ]{3,40}-----/,
  /\b(?:bearer|basic|password|passwd|secret|api[_ -]?key|token)\s*[:= ]\s*\S{8,}/i,
];

const isBlob = (run: string): boolean => {
  if (/^(?:[0-9a-f]{24,}|[0-9A-F]{24,})$/.test(run)) return true;
  const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(run)).length;
  // Words have no capitals inside and no digits; 40 characters without a space are no word at all.
  return kinds === 3 || run.length >= 40;
};

const hasBlob = (text: string): boolean => {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)) if (isBlob(run)) return true;
  return false;
};

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Letters of two look-alike alphabets in one word, or of forms that are only drawn differently. */
const isLookalike = (text: string): boolean => {
  for (const [word] of text.matchAll(/[\p{L}\p{M}]{2,}/gu))
    if (SCRIPTS.filter((script) => script.test(word)).length > 1) return true;
  // Mathematical, full-width and circled letters: NFKC makes plain ones of them.
  return /[\u{1d400}-\u{1d7ff}\uff21-\uff3a\uff41-\uff5a\uff10-\uff19\u24b6-\u24e9\u{1f110}-\u{1f189}]/u.test(
    text,
  );
};

const INVISIBLE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]/u;

const hasPhone = (text: string): boolean => {
  for (const [run] of text.matchAll(/(?:\+|\b00|\()?\d[\d\s().\-/]{6,22}\d/g)) {
    const digits = run.replaceAll(/\D/g, '').length;
    if (digits >= 7 && digits <= 15) return true;
  }
  return false;
};

/** Eight numbers in a row, whatever stands between them. */
const hasNumbers = (text: string): boolean => {
  let row = 0;
  for (const part of text.split(/[\s,;|[\](){}]+/)) {
    row = /^[-+]?\d*\.?\d+(?:e[-+]?\d+)?$/i.test(part) ? row + 1 : 0;
    if (row >= 8) return true;
  }
  return false;
};

export const DETECTORS: readonly Detector[] = [
  {
    code: 'FIREWALL_EMAIL',
    sentence: 'It contains what looks like an e-mail address.',
    finds: (text) =>
      /[^\s@<>"']{1,64}\s?(?:@|\(at\)|\[at\]|＠)\s?[\p{L}\p{N}-]{1,63}\s?(?:\.|\(dot\)|\[dot\])\s?\p{L}{2,}/iu.test(
        text,
      ),
  },
  {
    code: 'FIREWALL_ACCOUNT_NUMBER',
    sentence: 'It contains what looks like the number of a card or a bank account.',
    finds: hasAccountNumber,
  },
  {
    code: 'FIREWALL_PHONE',
    sentence: 'It contains what looks like a telephone number, or a number as long as one.',
    finds: hasPhone,
  },
  {
    code: 'FIREWALL_MONEY',
    sentence: 'It contains what looks like an amount of money.',
    finds: (text) => CURRENCY.test(text),
  },
  {
    code: 'FIREWALL_SECRET',
    sentence: 'It contains what looks like a key, a token or a password.',
    finds: (text) => SECRET.some((pattern) => pattern.test(text)),
  },
  {
    code: 'FIREWALL_HASH',
    sentence:
      'It is what looks like a plain hash; identifiers of low entropy are found from those.',
    finds: isPlainHash,
  },
  {
    code: 'FIREWALL_BLOB',
    sentence: 'It contains encoded bytes of unknown content.',
    finds: hasBlob,
  },
  {
    code: 'FIREWALL_NUMBERS',
    sentence: 'It contains a list of numbers written as text.',
    finds: hasNumbers,
  },
  {
    code: 'FIREWALL_URL',
    sentence: 'It contains a web address.',
    finds: (text) => /\b(?:https?|ftp|file|data|javascript):\S|\bwww\.\S/i.test(text),
  },
  {
    code: 'FIREWALL_LOOKALIKE',
    sentence: 'It mixes alphabets within a word, or uses letters that only look like others.',
    finds: isLookalike,
  },
  {
    code: 'FIREWALL_INVISIBLE',
    sentence: 'It contains characters that nobody sees.',
    finds: (text) => INVISIBLE.test(text),
  },
];

/** What is looked at of one text. Some detectors take quadratic time, and no longer text may leave. */
export const LONGEST_SCANNED = 2000;
