/** An answer that is no success: the error message of TAXII 2.1, section 3.6.1. */
import { StillwatchError } from '../../../base/errors.ts';

export const TAXII_TYPE = 'application/taxii+json;version=2.1';

export class Refusal extends Error {
  readonly status: number;
  readonly title: string;
  readonly description: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The body of the request was not read to its end: the connection cannot be used again. */
  readonly closes: boolean;

  constructor(
    status: number,
    title: string,
    more: {
      readonly description?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly closes?: boolean;
    } = {},
  ) {
    super(title);
    this.status = status;
    this.title = title;
    this.description = more.description;
    this.headers = more.headers ?? {};
    this.closes = more.closes ?? false;
  }

  /** The resource; says nothing that differs between what is hidden and what is not there. */
  get body(): string {
    return JSON.stringify({
      title: this.title,
      ...(this.description === undefined ? {} : { description: this.description }),
      http_status: String(this.status),
    });
  }
}

export const unauthorized = (): Refusal =>
  new Refusal(401, 'Credentials are missing or not valid', {
    description: 'Send a Bearer token of this hub, or a user name and password as Basic.',
    headers: {
      'WWW-Authenticate': 'Bearer realm="stillwatch", Basic realm="stillwatch", charset="UTF-8"',
    },
  });
export const forbidden = (why: string): Refusal =>
  new Refusal(403, 'Not permitted', { description: why });
export const notFound = (): Refusal => new Refusal(404, 'Not found');
export const badRequest = (why: string): Refusal =>
  new Refusal(400, 'The request cannot be understood', { description: why });

const OF_STORE: Readonly<Record<string, number>> = { STORE_FULL: 507, STORE_UNREACHABLE: 503 };

/** A store that takes nothing for now: nothing was done, and the same may be asked again. */
export const storeRefusal = (error: unknown): Refusal | undefined => {
  if (!(error instanceof StillwatchError)) return undefined;
  const status = OF_STORE[error.code];
  return status === undefined
    ? undefined
    : new Refusal(status, error.code, {
        description: `${error.message}. ${error.remedy}`,
        headers: { 'Retry-After': '2' },
      });
};
