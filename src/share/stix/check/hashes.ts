/** Hashes (STIX 2.1, sections 2.7 and 10.7): the form of each algorithm's value. */

const hexDigits = (digits: number) => new RegExp(`^[0-9a-fA-F]{${digits}}$`);

const FORM: { readonly [algorithm: string]: RegExp } = {
  MD5: hexDigits(32),
  'SHA-1': hexDigits(40),
  'SHA-256': hexDigits(64),
  'SHA-512': hexDigits(128),
  'SHA3-256': hexDigits(64),
  'SHA3-512': hexDigits(128),
  SSDEEP: /^\d{1,10}:[A-Za-z0-9/+]{0,64}:[A-Za-z0-9/+]{0,64}$/,
  TLSH: /^(?:T1)?[0-9a-fA-F]{70}$/,
};

/** 2.7: names of algorithms that are not in the vocabulary: ASCII letters, digits, `-`, `_`, 3 to 250. */
export const isAlgorithmName = (name: string): boolean =>
  name.length >= 3 && name.length <= 250 && /^[A-Za-z0-9_-]+$/.test(name);

export const isKnownAlgorithm = (name: string): boolean => Object.hasOwn(FORM, name);

/** Whether a value has the form of its algorithm. Values of unknown algorithms have no known form. */
export const isHashValue = (algorithm: string, value: string): boolean =>
  !isKnownAlgorithm(algorithm) || FORM[algorithm]!.test(value);
