/** What can go wrong between a TAXII client and a server it does not trust, in coded errors. */
import { StillwatchError } from '../../base/errors.ts';
import { visible } from '../../base/safe-text.ts';

/** What a server says of itself is shown, but short and escaped. */
const shown = (text: unknown): string => (typeof text === 'string' ? visible(text, 200) : '');

export const urlInvalid = (why: string): StillwatchError =>
  new StillwatchError(
    'TAXII_URL_INVALID',
    `The URL ${why}`,
    'Give the https URL of a TAXII 2.1 server, without user name, password and fragment.',
  );

export const credentialInvalid = (why: string): StillwatchError =>
  new StillwatchError(
    'TAXII_CREDENTIAL_INVALID',
    `The credential ${why}`,
    'Give a token as the server issued it, or a user name and its password.',
  );

export const unreachable = (method: string, why: string, cause?: unknown): StillwatchError =>
  new StillwatchError(
    'TAXII_UNREACHABLE',
    `${method}: ${why}`,
    'Check the address and that the server runs; nothing needs to be undone, ask again.',
    cause === undefined ? undefined : { cause },
  );

export const otherOrigin = (origin: string): StillwatchError =>
  new StillwatchError(
    'TAXII_OTHER_ORIGIN',
    `The server points to another origin: ${visible(origin, 200)}`,
    'The credential is not sent there. If you trust it, name that URL itself.',
  );

export const answerInvalid = (why: string): StillwatchError =>
  new StillwatchError(
    'TAXII_ANSWER_INVALID',
    `The server ${why}`,
    'Check that the URL is one of a TAXII 2.1 server, and tell its operator.',
  );

/** An answer of 400 and above. `body` is the error message of section 3.6.1, if it is one. */
export const refused = (method: string, status: number, body: unknown): StillwatchError => {
  const said = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const words = [shown(said.title), shown(said.description)].filter((text) => text !== '');
  return new StillwatchError(
    'TAXII_REFUSED',
    `${method}: the server answers ${status}${words.length > 0 ? `: ${words.join('. ')}` : ''}`,
    status === 401 || status === 403
      ? 'Check the credential and what it may do in this collection.'
      : status === 404
        ? 'Check the names; what you may not see looks the same as what is not there.'
        : 'Change the request as the server says.',
  );
};
