/** How a client says who it is: a Bearer token (RFC 6750) or a user and password (RFC 7617). */
import { credentialInvalid } from './fault.ts';

export type Credential =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string };

// RFC 6750, 2.1: b64token.
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7617, 2: control characters are not allowed.
const CONTROL = /[\x00-\x1f\x7f]/;
const MOST_LENGTH = 4000;

/** The Authorization header. @throws StillwatchError `TAXII_CREDENTIAL_INVALID`. */
export const authorizationOf = (credential: Credential): string => {
  if (credential.kind === 'bearer') {
    if (!TOKEN.test(credential.token) || credential.token.length > MOST_LENGTH)
      throw credentialInvalid('is not a Bearer token');
    return `Bearer ${credential.token}`;
  }
  const { user, password } = credential;
  // RFC 7617, 2: the first colon ends the user name.
  if (user === '' || user.includes(':'))
    throw credentialInvalid('has an empty user or one with a colon');
  if (CONTROL.test(user + password) || user.length + password.length > MOST_LENGTH)
    throw credentialInvalid('has control characters or is too long');
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
};
