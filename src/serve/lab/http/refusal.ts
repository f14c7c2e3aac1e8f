/** An answer that is no success: a code of ours, and one sentence on what to do. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Nothing was taken: the same request may be sent again. */
export const busy = (status: 429 | 503, code: string, message: string): HttpRefusal =>
  new HttpRefusal(status, code, message, { 'Retry-After': '1' });
