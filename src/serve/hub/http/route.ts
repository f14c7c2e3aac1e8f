/** Routes as data: the table from which requests are dispatched and the OpenAPI description is made. */
import type { IncomingMessage } from 'node:http';
import type { Viewer } from '../access/authenticate.ts';
import type { Writable } from 'node:stream';

/** A schema of JSON Schema 2020-12, which is what OpenAPI 3.1 uses. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface Call {
  readonly request: IncomingMessage;
  /** Parts of the path that the route names with `:`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Milliseconds since 1970, once for the whole request. */
  readonly now: number;
  /** Who asks; the dispatcher has made sure of one where the route asks for it. */
  readonly viewer: Viewer | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** `application/taxii+json;version=2.1` unless said otherwise. */
  readonly type?: string;
  /** A text or bytes; or a function that writes and ends an open answer, such as a stream of events. */
  readonly body?: string | Uint8Array | ((out: Writable) => void);
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /**
   * Such as `/:root/collections/:collection/`, or `/files/*path` for all below, which is handed over as
   * the parameter `path`. A trailing slash of the request makes no difference.
   */
  readonly path: string;
  /** Names the operation in the OpenAPI description, in logs and in metrics. */
  readonly name: string;
  readonly summary: string;
  /** Section of TAXII 2.1, for those that it defines. */
  readonly section?: string;
  readonly access: 'anyone' | 'member';
  /** Whether the answer is TAXII, and so the Accept header has to allow it. */
  readonly taxii: boolean;
  readonly query?: readonly string[];
  readonly statuses: readonly number[];
  /** JSON Schema of the body of a success, and of the request, for the OpenAPI description. */
  readonly answer?: JsonSchema;
  readonly takes?: JsonSchema;
  /** Statuses other than a success that come with the same body. */
  readonly answersAlso?: readonly number[];
  /** Media type of a success when it is not TAXII. */
  readonly type?: string;
  readonly handle: (call: Call) => Promise<Reply>;
}
