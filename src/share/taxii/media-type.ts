/** The media type of TAXII 2.1 (section 1.6.8). */

export const TAXII_TYPE = 'application/taxii+json;version=2.1';

/** Essence and parameters of a media type, lower case but for values. */
const parse = (
  text: string,
): { readonly essence: string; readonly version: string | undefined } => {
  const [essence = '', ...parameters] = text.split(';');
  const version = parameters
    .map((part) => /^\s*version\s*=\s*"?([^"\s]*)"?\s*$/i.exec(part)?.[1])
    .find((value) => value !== undefined);
  return { essence: essence.trim().toLowerCase(), version };
};

/** Whether an answer is TAXII 2.1. Without a version it is taken: the request named the only one. */
export const isTaxiiAnswer = (contentType: string | null): boolean => {
  if (contentType === null || contentType.length > 300) return false;
  const { essence, version } = parse(contentType);
  return essence === 'application/taxii+json' && (version === undefined || version === '2.1');
};

export const isEventStream = (contentType: string | null): boolean =>
  contentType !== null &&
  contentType.length <= 300 &&
  parse(contentType).essence === 'text/event-stream';
