/** Media types of TAXII 2.1 (section 1.6.8) and their negotiation (RFC 9110, section 12.5.1). */

interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** One media type or range; undefined when it is none. Linear in its length. */
const parse = (text: string): MediaRange | undefined => {
  const [type = '', ...rest] = text.split(';');
  const name = type.trim().toLowerCase();
  if (!/^[a-z0-9!#$&^_.+*-]+\/[a-z0-9!#$&^_.+*-]+$/.test(name)) return undefined;
  const parameters = new Map<string, string>();
  for (const part of rest) {
    if (part.trim() === '') continue;
    const equals = part.indexOf('=');
    if (equals < 1) return undefined;
    const value = part
      .slice(equals + 1)
      .trim()
      .replace(/^"([^"]*)"$/, '$1');
    parameters.set(part.slice(0, equals).trim().toLowerCase(), value);
  }
  return { type: name, parameters };
};

const VERSION = '2.1';
const TAXII = 'application/taxii+json';

const isAcceptable = (accept: string): boolean =>
  accept.split(',').some((text) => {
    const range = parse(text);
    if (range === undefined || Number(range.parameters.get('q') ?? 1) === 0) return false;
    if (range.type === '*/*' || range.type === 'application/*') return true;
    // 1.6.8.2: without a version, the latest that the server has.
    const version = range.parameters.get('version');
    return range.type === TAXII && (version === undefined || version === VERSION);
  });

/** Clients send few headers and each again and again; one that varies does not fill the memory. */
const MOST_KNOWN = 100;
const LONGEST_KNOWN = 200;
const known = new Map<string, boolean>();

/** Whether a TAXII 2.1 answer is acceptable. No Accept header means that anything is. */
export const acceptsTaxii = (accept: string | undefined): boolean => {
  if (accept === undefined) return true;
  const remembered = known.get(accept);
  if (remembered !== undefined) return remembered;
  const acceptable = isAcceptable(accept);
  if (accept.length <= LONGEST_KNOWN && known.size < MOST_KNOWN) known.set(accept, acceptable);
  return acceptable;
};

/** Whether the body of a request is TAXII 2.1. */
export const isTaxii = (contentType: string | undefined): boolean => {
  const type = contentType === undefined ? undefined : parse(contentType);
  const version = type?.parameters.get('version');
  return type?.type === TAXII && (version === undefined || version === VERSION);
};
