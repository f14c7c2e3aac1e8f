/**
 * The head of a request as gateways write it, and nothing else: whatever is unusual in it is not read here
 * but left to Node's own parser, so that no two readings of one request can differ.
 */
export interface PlainHead {
  /** The whole head, empty line included: the next request of a gateway mostly begins with the same. */
  readonly text: string;
  /** Method and path. */
  readonly target: string;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bytes of the body. */
  readonly length: number;
}

/** RFC 9112 §3: nothing but single spaces, and the version that has persistent connections. */
const REQUEST_LINE = /((?:GET|POST) \/[!-~]{0,200}) HTTP\/1\.1\r\n/y;
/** RFC 9110 §5.1 and §5.5, without obs-fold and obs-text; linear, for nothing is repeated inside a repeat. */
const FIELD_LINE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~]*)\r\n/y;
const MOST_FIELDS = 100;
/** RFC 9112 §6.1 and §7, RFC 9110 §7.6.1 and §10.1.1: what changes where a message ends, or what follows it. */
const LEFT_TO_NODE = ['transfer-encoding', 'expect', 'upgrade', 'te', 'trailer', 'http2-settings'];

/** The head that ends at `end`; null for what is left to Node. */
export const parsePlainHead = (text: string, from: number, end: number): PlainHead | null => {
  REQUEST_LINE.lastIndex = from;
  const line = REQUEST_LINE.exec(text);
  if (line === null) return null;
  const headers = new Map<string, string>();
  let at = REQUEST_LINE.lastIndex;
  while (at < end - 2) {
    FIELD_LINE.lastIndex = at;
    const field = FIELD_LINE.exec(text);
    if (field === null || headers.size === MOST_FIELDS) return null;
    const name = field[1]!.toLowerCase();
    // Of two fields of one name, Node decides by name which one counts.
    if (headers.has(name)) return null;
    headers.set(name, field[2]!.trim());
    at = FIELD_LINE.lastIndex;
  }
  if (at !== end - 2 || !headers.has('host')) return null;
  if (LEFT_TO_NODE.some((name) => headers.has(name))) return null;
  const connection = headers.get('connection')?.toLowerCase() ?? 'keep-alive';
  if (connection !== 'keep-alive' && connection !== '') return null;
  const length = headers.get('content-length') ?? '0';
  if (!/^\d{1,7}$/.test(length)) return null;
  return { text: text.slice(from, end), target: line[1]!, headers, length: Number(length) };
};
